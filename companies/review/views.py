"""The consultant's pages: her inbox, a record with its decisions, many at once."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.db.models import Exists, OuterRef
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts import audit
from accounts.requests import UserRequest
from companies.carry_over import running_successors
from companies.decisions import running_until, usual_period
from companies.models import Exclusion, Recognition, RecognitionStatus
from companies.portal.requests.conditions import CONDITIONS, unmet
from companies.portal.requests.models import RecognitionRequest
from companies.portal.requests.views import add_errors
from companies.review import inbox as inboxes
from companies.review import presentation
from companies.review.access import consultants_only
from companies.review.deciding import (
    DECISIONS,
    IN_BULK,
    MOST,
    Decision,
    carry,
    foresee,
    possible,
    take_all,
)
from companies.review.forms import BulkForm, PeriodForm, ReasonForm
from companies.timeline import timeline
from radar.web.paging import KeyPaginator
from radar.web.spreadsheets import FORMATS, table_response
from schools.models import Programme, SchoolYear, Sector
from schools.school_years import school_year_starting

PAGE_SIZE = 25
#: What went wrong in a bulk decision, told one by one.
TOLD = 10


def _record(request: UserRequest, pk: int) -> Recognition:
    """A recognition that the user decides on; 404 for another sector's."""
    own = Programme.sectors.through.objects.filter(
        programme=OuterRef("programme"), sector=OuterRef("sector")
    )
    found = (
        Recognition.objects.decided_by(request.user)
        .annotate(in_sector=Exists(own))
        .select_related(
            "establishment__company__sector", "establishment__municipality", "programme", "sector"
        )
    )
    return get_object_or_404(found, pk=pk)


@never_cache
@require_safe
@consultants_only
def inbox(request: UserRequest) -> HttpResponse:
    """What waits for the consultant, by age, with the clock of each request."""
    today = timezone.localdate()
    show, sector = request.GET.get("toon", ""), request.GET.get("sector", "")
    if show not in inboxes.SHOWN:
        raise Http404
    found = inboxes.inbox(request.user, show, today, sector)
    if (suffix := request.GET.get("format")) in FORMATS:
        heads = [str(head) for head in inboxes.HEADS]
        return table_response(_("requests"), suffix, heads, inboxes.cells(found, today))
    page = KeyPaginator(found, PAGE_SIZE).get_page(request.GET.get("page"))
    numbers = inboxes.counts(request.user, today)
    context = {
        "page": page,
        "lines": [(found, presentation.clock_of(found, today)) for found in page],
        "show": show,
        "tabs": [(name, label, numbers[name]) for name, label in inboxes.SHOWN.items()],
        "bulk": [DECISIONS[slug] for slug in IN_BULK],
        "has_bulk": show not in ("beroep", "beeindigd"),
        "sectors": Sector.objects.filter(memberships__user=request.user),
        "sector": sector,
    }
    return render(request, "review/inbox.html", context)


@never_cache
@require_safe
def record(request: UserRequest, pk: int) -> HttpResponse:
    """A request beside what is known, and what can be decided."""
    return _record_page(request, _record(request, pk))


def _record_page(
    request: UserRequest, found: Recognition, refused: dict[str, Any] | None = None
) -> HttpResponse:
    today = timezone.localdate()
    year = SchoolYear(starts_in=school_year_starting(today))
    asked = (
        RecognitionRequest.objects.filter(recognition=found)
        .select_related("school", "renews")
        .prefetch_related("documents", "mentors")
        .first()
    )
    mentors = list(found.establishment.mentors.present())
    audit.seen(request.user, [*mentors, *(asked.mentors.all() if asked else ())], "review")
    campuses = presentation.campuses_near(found, year)
    earlier = list(presentation.earlier_decisions(found)[: presentation.SHOWN])
    in_force = found.status == RecognitionStatus.RECOGNISED
    context = {
        "recognition": found,
        "unit": found.establishment,
        "clock": presentation.clock_of(found, today),
        "request_": asked,
        "scan": _scanned(asked),
        "documents": asked.documents.all() if asked else [],
        "mentors": mentors,
        "campuses": campuses[: presentation.SHOWN],
        "n_campuses": len(campuses),
        "near_km": presentation.NEAR_KM,
        "nearby": presentation.nearby(found, year, today),
        "earlier": earlier,
        "exclusions": Exclusion.objects.at(found.establishment),
        "agreements": presentation.agreements_under([found], today) if in_force else [],
        "successors": running_successors(found, today),
        "decisions": [(d, _form(d, found, today, refused)) for d in possible(found)],
        "refused": refused,
        "steps": timeline(found),
        "map": presentation.map_data(found.establishment, campuses),
        "outside_sector": found.sector is not None and not found.in_sector,  # type: ignore[attr-defined]
        "today": today,
    }
    return render(request, "review/record.html", context, status=400 if refused else 200)


def _scanned(asked: RecognitionRequest | None) -> list[tuple[Any, str, bool]]:
    """(condition, its answer, whether that is a reason to refuse) of a request's self-scan."""
    if asked is None:
        return []
    bad = unmet(asked.answers)
    return [(c, asked.answers.get(c.slug, ""), c in bad) for c in CONDITIONS]


def _form(
    decision: Decision, found: Recognition, today: Any, refused: dict[str, Any] | None
) -> PeriodForm | ReasonForm:
    if refused and refused["slug"] == decision.slug:
        return refused["form"]
    initial: dict[str, Any] = {}
    if decision.form is PeriodForm:
        key = (found.establishment_id, found.programme_id)
        start, end = usual_period(found, today, running_until([found], today).get(key))
        initial = {"valid_from": start, "valid_until": end}
    return decision.form(initial=initial, prefix=decision.slug)  # type: ignore[return-value]


@require_POST
def decide(request: UserRequest, pk: int, slug: str) -> HttpResponse:
    """Take one decision; what is refused is shown with the reason, as it was typed."""
    found = _record(request, pk)
    decision = DECISIONS.get(slug)
    if decision is None:
        raise Http404
    form = decision.form(request.POST, prefix=slug)
    if form.is_valid():
        try:
            decision.take(found, form.cleaned_data, timezone.localdate())
        except ValidationError as error:
            add_errors(form, error)
        else:
            messages.success(request, decision.done % {"what": found})
            return redirect("review-record", pk)
    if not decision.is_possible(found):
        for text in (text for texts in form.errors.values() for text in texts):
            messages.error(request, str(text))
        return redirect("review-record", pk)
    return _record_page(request, found, {"slug": slug, "form": form})


@require_POST
def carry_over_one(request: UserRequest, pk: int) -> HttpResponse:
    """Carry a recognition of an ended programme over to its successor."""
    found = _record(request, pk)
    try:
        made = carry(found, request.POST.get("programme", ""), timezone.localdate())
    except ValidationError as error:
        messages.error(request, " ".join(error.messages))
        return redirect("review-record", pk)
    messages.success(request, _("The recognition is carried over."))
    return redirect("review-record", made.pk)


@require_http_methods(["GET", "HEAD", "POST"])
@consultants_only
def bulk(request: UserRequest, slug: str) -> HttpResponse:
    """One decision on the requests that were ticked: first what it would do, then doing it."""
    if request.method != "POST":
        return redirect("review")
    if slug not in IN_BULK:
        raise Http404
    decision, today = DECISIONS[slug], timezone.localdate()
    ticked = [int(pk) for pk in request.POST.getlist("pk") if pk.isascii() and pk.isdecimal()]
    found = list(
        Recognition.objects.decided_by(request.user)
        .filter(pk__in=[pk for pk in ticked if pk < 2**63])
        .select_related("establishment__company", "programme", "sector")
        .order_by("requested_on", "pk")[: MOST + 1]
    )
    if not found:
        messages.warning(request, _("Tick the requests first."))
        return redirect("review")
    if len(found) > MOST:
        messages.warning(request, _("Tick at most %(most)s requests.") % {"most": MOST})
        return redirect("review")
    confirmed = "confirm" in request.POST
    data = request.POST if confirmed or "years" in request.POST else None
    kinds = {"needs_reason": decision.needs_reason, "has_period": slug == "erkennen"}
    form = BulkForm(data, **kinds)
    valid = form.is_valid()
    years = form.cleaned_data.get("years") if valid else None
    foreseen = foresee(decision, found, years or 5, today)
    if confirmed and valid:
        done, left = take_all(decision, foreseen, form.cleaned_data["reason"], today)
        _report(request, done, left)
        return redirect("review")
    context = {
        "decision": decision,
        "form": form,
        "foreseen": foreseen,
        "able": sum(not item.refusal for item in foreseen),
    }
    return render(request, "review/bulk.html", context, status=400 if form.errors else 200)


def _report(request: UserRequest, done: int, left: list[tuple[Recognition, str]]) -> None:
    messages.success(
        request,
        ngettext("%(n)s request decided.", "%(n)s requests decided.", done) % {"n": done},
    )
    for recognition, reason in left[:TOLD]:
        messages.warning(request, f"{recognition}: {reason}")
    if len(left) > TOLD:
        messages.warning(request, _("And %(n)s more.") % {"n": len(left) - TOLD})
