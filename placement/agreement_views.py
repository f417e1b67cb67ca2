"""Agreements: the list, one of them, made from an approach, changed, ended."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts import audit
from accounts.requests import UserRequest
from companies.agreeing import mentors_at, recognition_on
from companies.models import Agreement, Approach, ApproachStatus
from companies.pupils import HOLDING
from placement.agreement_forms import SORTS, AgreementFilter, AgreementForm, EndForm
from placement.approach_views import own_approach
from placement.placing import change_terms, end_placement, place_pupil
from placement.pupil_requests import PupilRequest
from placement.sorting import Sorting
from radar.web.paging import KeyPaginator
from radar.web.spreadsheets import FORMATS, table_response
from schools.models import SchoolYear

PAGE_SIZE = 25
HEADS = {
    "reference": gettext_lazy("Pupil"),
    "name": gettext_lazy("Establishment"),
    "programme": gettext_lazy("Programme"),
    "campus": gettext_lazy("Campus"),
    "kind": gettext_lazy("Kind"),
    "start": gettext_lazy("First day"),
    "end": gettext_lazy("Last day"),
    "status": gettext_lazy("Status"),
}


@require_safe
def agreements(request: UserRequest) -> HttpResponse:
    """The agreements, filtered, sorted and paged, or as a download."""
    form = AgreementFilter(request.GET, user=request.user, today=timezone.localdate())
    if not form.is_valid():
        return render(request, "placement/agreements.html", {"form": form}, status=400)
    sorting = Sorting.of(request.GET.get("sort", ""), SORTS, "-start")
    found = sorting.apply(form.agreements())
    if (suffix := request.GET.get("format")) in FORMATS:
        header = [*(str(head) for head in HEADS.values()), _("hours a week"), _("mentor")]
        header.append(_("reason for ending early"))
        return table_response("overeenkomsten", suffix, header, map(_cells, found.iterator(500)))
    page = KeyPaginator(found, PAGE_SIZE).get_page(request.GET.get("page"))
    context = {"form": form, "page": page, "heads": sorting.heads(HEADS)}
    return render(request, "placement/agreements.html", context)


def _cells(agreement: Agreement) -> list[Any]:
    recognition = agreement.workplace.recognition
    return [
        agreement.pupil_reference,
        recognition.establishment.name,
        recognition.programme.title,
        str(agreement.campus),
        agreement.get_kind_display(),
        agreement.starts_on,
        agreement.ends_on,
        agreement.get_status_display(),
        agreement.hours_per_week,
        agreement.mentor.name if agreement.mentor else "",
        agreement.end_reason,
    ]


def _own(request: UserRequest, pk: int) -> Agreement:
    """An agreement of the schools that the user acts for; 404 for another's."""
    found = Agreement.objects.of(request.user).with_names().select_related("approach")
    return get_object_or_404(found, pk=pk)


@require_safe
def agreement(request: UserRequest, pk: int) -> HttpResponse:
    """One agreement, and the form to end it."""
    return _page(request, _own(request, pk))


def _page(
    request: UserRequest, agreement: Agreement, end_form: EndForm | None = None, status: int = 200
) -> HttpResponse:
    today = timezone.localdate()
    recognition = agreement.workplace.recognition
    if agreement.mentor:
        audit.seen(request.user, [agreement.mentor], "agreement")
    context = {
        "agreement": agreement,
        "end_form": end_form or EndForm(initial={"on": min(today, agreement.ends_on)}),
        "may_change": agreement.status in HOLDING,
        "lapses": recognition.valid_until is not None
        and recognition.valid_until < agreement.ends_on,
    }
    return render(request, "placement/agreement.html", context, status=status)


@require_http_methods(["GET", "HEAD", "POST"])
def make(request: UserRequest, pk: int) -> HttpResponse:
    """Make an agreement from an approach that came to something."""
    approach = own_approach(request, pk)
    today = timezone.localdate()
    may = ApproachStatus.AGREED in approach.following or approach.status == ApproachStatus.AGREED
    if not may:
        messages.error(request, _("From this approach no agreement follows."))
        return redirect("approach", pk)
    year = SchoolYear.objects.current(today)
    blank = Agreement(kind="oao", starts_on=max(today, year.start), ends_on=year.end)
    mentors = mentors_at(approach.establishment_id)
    form = AgreementForm(
        request.POST or None, instance=blank, mentors=mentors, references=_searching(approach)
    )
    status = 200
    if request.method == "POST":
        made = _try(form, lambda: place_pupil(approach, form.terms, request.user, today))
        if made:
            messages.success(request, _("The agreement is made; both have a confirmation."))
            return redirect("agreement", made.pk)
        status = 400
    context = {
        "form": form,
        "approach": approach,
        "recognition": recognition_on(approach, today),
    }
    audit.seen(request.user, mentors, "agreement-terms")
    return render(request, "placement/agreement_form.html", context, status=status)


def _searching(approach: Approach) -> list[str]:
    """The references of the campus's pupils who look for a place in the programme."""
    open_requests = PupilRequest.objects.open().filter(
        campus=approach.campus_id, programme=approach.programme_id
    )
    return list(open_requests.order_by("reference").values_list("reference", flat=True)[:100])


def _try(form: AgreementForm, action: Any) -> Agreement | None:
    """Do what a valid form asks; what is refused is told at its field."""
    if not form.is_valid():
        return None
    try:
        with transaction.atomic():
            made: Agreement = action()
            return made
    except ValidationError as error:
        by_field = error.error_dict if hasattr(error, "error_dict") else {"": error.error_list}
        for name, found in by_field.items():
            form.add_error(name if name in form.fields else None, found)
    except IntegrityError:
        # What two did at the same moment, the database decided.
        form.add_error(None, _("Somebody was just before you: look again at what is free."))
    return None


@require_http_methods(["GET", "HEAD", "POST"])
@transaction.atomic
def change(request: UserRequest, pk: int) -> HttpResponse:
    """Change the terms; who was overtaken is told."""
    if request.method == "POST":
        get_object_or_404(Agreement.objects.of(request.user).select_for_update(of=("self",)), pk=pk)
    found = _own(request, pk)
    today = timezone.localdate()
    if found.status not in HOLDING:
        messages.error(request, _("This agreement is over."))
        return redirect("agreement", pk)
    mentors = mentors_at(found.workplace.recognition.establishment_id)
    form = AgreementForm(request.POST or None, instance=found, mentors=mentors)
    status = 200
    if request.method == "POST":
        changed = _try(form, lambda: change_terms(found, form.terms, request.user, today))
        if changed:
            messages.success(request, _("Saved."))
            return redirect("agreement", pk)
        status = 409 if form.conflicts else 400
    context = {"form": form, "agreement": found}
    audit.seen(request.user, mentors, "agreement-terms")
    return render(request, "placement/agreement_form.html", context, status=status)


@require_POST
def end(request: UserRequest, pk: int) -> HttpResponse:
    """End it early; its place is free again."""
    found, form = _own(request, pk), EndForm(request.POST)
    if not form.is_valid():
        return _page(request, found, form, 400)
    asked = form.cleaned_data
    try:
        end_placement(
            found,
            asked["on"],
            asked["reason"],
            request.user,
            timezone.localdate(),
            asked["searches"],
        )
    except ValidationError as error:
        form.add_error(None, error)
        return _page(request, found, form, 400)
    messages.success(request, _("The agreement has ended; the place is free again."))
    return redirect("agreement", pk)
