"""The allocation pages: a list against free places, proposals accepted and places given back."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.core.paginator import Paginator
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe
from django.views.decorators.vary import vary_on_headers

from accounts.requests import UserRequest
from companies.models import Agreement, AgreementStatus
from companies.planned import plan, withdraw
from matching.allocation_forms import AllocationForm
from matching.allocation_jobs import (
    AllocationJob,
    new_job,
    owner_key,
    proposals_of,
    pupils_of,
)
from matching.forms import completed
from matching.proposal_rows import Line, Report, report
from matching.tasks import allocate
from radar.web.spreadsheets import FORMATS, records_response
from schools.policies import CampusPolicy

#: Pupils on a page; a click accepts at most so many.
PAGE_SIZE = 100


@require_http_methods(["GET", "HEAD", "POST"])
def allocation(request: UserRequest) -> HttpResponse:
    """The form, the lists of the last day, and the places planned before."""
    campuses = CampusPolicy(request.user).campuses()
    jobs = AllocationJob.objects.of(owner_key(request.user))
    if request.method == "POST":
        form = AllocationForm(request.POST, request.FILES, campuses=campuses, jobs=jobs)
        if form.is_valid():
            asked = form.cleaned_data
            owner = owner_key(request.user)
            job = new_job(owner, form.pupils, asked["school_year"], asked["method"])
            allocate.delay(str(job.pk))
            return redirect("allocation-job", job.pk)
    else:
        given = {name: str(text) for name, text in request.GET.items() if text}
        form = AllocationForm(initial=completed(given), campuses=campuses, jobs=jobs)
    planned = (
        _own_agreements(request)
        .filter(status=AgreementStatus.PLANNED)
        .select_related(
            "campus__school",
            "workplace__school_year",
            "workplace__recognition__establishment",
            "workplace__recognition__programme",
        )
        .order_by("-pk")[:100]
    )
    context = {
        "form": form,
        "planned": planned,
        "jobs": jobs.select_related("school_year").defer("pupils", "found"),
    }
    status = 400 if form.is_bound else 200
    return render(request, "matching/allocation.html", context, status=status)


def _own(request: UserRequest, pk: UUID) -> AllocationJob:
    """A list of the user at hand; 404 for another's."""
    jobs = AllocationJob.objects.of(owner_key(request.user)).select_related("school_year")
    return get_object_or_404(jobs, pk=pk)


def _own_agreements(request: UserRequest) -> Any:
    return Agreement.objects.filter(campus__in=CampusPolicy(request.user).campuses())


@require_safe
@never_cache
@vary_on_headers("HX-Request")
def allocation_job(request: UserRequest, pk: UUID) -> HttpResponse:
    """How far a list is, and when it is done what is proposed for each pupil."""
    job = _own(request, pk)
    context: dict[str, Any] = {"job": job}
    if job.is_done:
        found = report(pupils_of(job), proposals_of(job))
        if request.GET.get("format") in FORMATS:
            records = [line.as_record() for line in found.lines]
            return records_response("toewijzing", request.GET["format"], records)
        context |= _outcome(request, job, found)
    fragment = request.htmx and not request.htmx.history_restore_request
    return render(request, f"matching/{'_' if fragment else ''}allocation_job.html", context)


def _outcome(request: UserRequest, job: AllocationJob, found: Report) -> dict[str, Any]:
    """What the page of a list that is done shows."""
    show = request.GET.get("show", "")
    lines = [line for line in found.lines if _is_shown(line, show)]
    page = Paginator(lines, PAGE_SIZE).get_page(request.GET.get("page"))
    planned = _planned(request, job, [line.pupil.reference for line in page])
    return {
        "report": found,
        "page": page,
        "planned": planned,
        "open": any(
            line.recognition and (line.pupil.campus.pk, line.pupil.reference) not in planned
            for line in page
        ),
        "show": show,
        "lines": [(line, (line.pupil.campus.pk, line.pupil.reference) in planned) for line in page],
        "unplaced": len(found.lines) - found.proposals.placed,
    }


def _is_shown(line: Line, show: str) -> bool:
    if show == "placed":
        return line.placement.recognition is not None
    return show != "unplaced" or line.placement.recognition is None


def _planned(
    request: UserRequest, job: AllocationJob, references: list[str]
) -> set[tuple[int, str]]:
    """Campus and reference of those of these pupils who have a place in this school year."""
    found = _own_agreements(request).filter(
        status__in=(AgreementStatus.PLANNED, AgreementStatus.RUNNING),
        pupil_reference__in=references,
        ends_on__gte=job.school_year.start,
    )
    return set(found.order_by().values_list("campus", "pupil_reference"))


@require_POST
def accept(request: UserRequest, pk: UUID) -> HttpResponse:
    """Take the ticked places, one by one: what was taken meanwhile is told, the rest goes on.

    What is ticked are positions in the list; what stands there is what was proposed.
    """
    job = _own(request, pk)
    pupils = pupils_of(job) if job.is_done else []
    placements = proposals_of(job).placements if job.is_done else []
    allowed = set(CampusPolicy(request.user).campuses().values_list("pk", flat=True))
    ticked = [int(text) for text in request.POST.getlist("accept")[:PAGE_SIZE] if text.isdecimal()]
    accepted = 0
    for position in ticked:
        if position >= len(pupils) or pupils[position].campus.pk not in allowed:
            continue
        pupil, recognition = pupils[position], placements[position].recognition
        if recognition is None:
            continue
        today = timezone.localdate()
        try:
            plan(pupil.campus, recognition, job.school_year, pupil.reference, today)
        except ValidationError as error:
            text = _("%(reference)s: %(text)s")
            params = {"reference": pupil.reference, "text": error.messages[0]}
            messages.error(request, text % params)
        else:
            accepted += 1
    text = ngettext("%(n)s place is planned.", "%(n)s places are planned.", accepted)
    messages.success(request, text % {"n": accepted})
    return redirect("allocation-job", pk)


@require_POST
def forget(request: UserRequest, pk: UUID) -> HttpResponse:
    """Drop a list and its proposals; one under way stops. Planned places stay planned."""
    _own(request, pk).delete()
    messages.success(request, _("The list is forgotten."))
    return redirect("allocation")


@require_POST
def give_back(request: UserRequest, pk: int) -> HttpResponse:
    """Undo an acceptance; the agreement stays in the history."""
    withdraw(get_object_or_404(_own_agreements(request), pk=pk))
    messages.success(request, _("The place is free again."))
    return redirect("allocation")
