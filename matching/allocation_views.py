"""The allocation page: pupils set against free places, proposals accepted and given back."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext
from django.views.decorators.http import require_http_methods, require_POST

from accounts.requests import UserRequest
from companies.models import Agreement, AgreementStatus
from companies.planned import plan, withdraw
from matching.allocation import Why
from matching.allocation_forms import AllocationForm, choices_of
from matching.forms import completed
from matching.proposals import Placement, propose
from matching.queries import CampusQuery
from matching.remedies import Remedy, remedies
from radar.web.spreadsheets import FORMATS, table_response
from schools.policies import CampusPolicy

WHY = {
    Why.NOT_RECOGNISED: gettext_lazy("No company near is recognised for this programme."),
    Why.OUT_OF_REACH: gettext_lazy("No recognised company lies within the distance."),
    Why.NO_FREE_PLACE: gettext_lazy("All known places in reach are taken."),
}
Line = tuple[Placement, str, Remedy | None]


@require_http_methods(["GET", "HEAD", "POST"])
def allocation(request: UserRequest) -> HttpResponse:
    """The form, the proposals for a list that was sent, and the places planned before."""
    campuses = CampusPolicy(request.user).campuses()
    if request.method != "POST":
        given = {name: str(text) for name, text in request.GET.items() if text}
        form = AllocationForm(initial=completed(given, campuses), campuses=campuses)
        return _page(request, form)
    form = AllocationForm(request.POST, request.FILES, campuses=campuses)
    if not form.is_valid():
        return _page(request, form, status=400)
    today = timezone.localdate()
    asked: dict[str, Any] = form.cleaned_data
    found = propose(asked["campus"], form.pupils, asked["school_year"], today, asked["method"])
    changes = remedies(asked["campus"], found, asked["school_year"], today)
    lines = [
        (item, str(WHY[item.why]) if item.why else "", remedy)
        for item, remedy in zip(found, changes, strict=True)
    ]
    if (suffix := request.POST.get("format")) in FORMATS:
        return _download(lines, asked["campus"].key, suffix)
    placed = sum(item.recognition is not None for item in found)
    return _page(request, form, lines=lines, placed=placed, asked=asked)


def _page(
    request: UserRequest, form: AllocationForm, status: int = 200, **context: Any
) -> HttpResponse:
    planned = (
        Agreement.objects.filter(
            campus__in=CampusPolicy(request.user).campuses(), status=AgreementStatus.PLANNED
        )
        .select_related(
            "campus__school",
            "workplace__school_year",
            "workplace__recognition__establishment",
            "workplace__recognition__programme",
        )
        .order_by("-pk")[:100]
    )
    page = {"form": form, "planned": planned, **context}
    return render(request, "matching/allocation.html", page, status=status)


@require_POST
def accept(request: UserRequest) -> HttpResponse:
    """Take the ticked places, one by one: what was taken meanwhile is told, the rest goes on."""
    query = CampusQuery(request.POST, campuses=CampusPolicy(request.user).campuses())
    if not query.is_valid():
        raise Http404
    campus, year = query.cleaned_data["campus"], query.cleaned_data["school_year"]
    accepted = 0
    for recognition, reference in choices_of(request.POST):
        try:
            plan(campus, recognition, year, reference, timezone.localdate())
        except ValidationError as error:
            text = _("%(reference)s: %(text)s")
            params = {"reference": reference[:30], "text": error.messages[0]}
            messages.error(request, text % params)
        else:
            accepted += 1
    text = ngettext("%(n)s place is planned.", "%(n)s places are planned.", accepted)
    messages.success(request, text % {"n": accepted})
    return redirect("allocation")


@require_POST
def give_back(request: UserRequest, pk: int) -> HttpResponse:
    """Undo an acceptance; the agreement stays in the history."""
    own = Agreement.objects.filter(campus__in=CampusPolicy(request.user).campuses())
    withdraw(get_object_or_404(own, pk=pk))
    messages.success(request, _("The place is free again."))
    return redirect("allocation")


def _download(lines: list[Line], key: str, suffix: str) -> HttpResponse:
    """The proposals as a spreadsheet."""
    header = [
        _("reference"),
        _("programme"),
        _("establishment"),
        _("address"),
        _("km"),
        _("reason"),
    ]
    return table_response(f"toewijzing-{key}", suffix, header, map(_cells, lines))


def _cells(line: Line) -> list[Any]:
    item, why, _remedy = line
    place = item.recognition.establishment if item.recognition else None
    return [
        item.pupil.reference,
        item.pupil.programme.title,
        place.name if place else "",
        place.address if place else "",
        "" if item.metres is None else round(item.metres / 1000, 1),
        why,
    ]
