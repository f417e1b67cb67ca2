"""The pupils whom a school has to place, with what is left of each term."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.core.paginator import Paginator
from django.db import IntegrityError, transaction
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts.requests import UserRequest
from placement import pupil_actions
from placement.pupil_forms import PupilFilter, PupilRequestForm
from placement.pupil_requests import PupilRequest
from placement.pupil_rows import PupilRow, PupilRows
from radar.web.spreadsheets import FORMATS, records_response
from schools.models import SchoolYear
from schools.policies import CampusPolicy

PAGE_SIZE = 25


@require_safe
def pupils(request: UserRequest) -> HttpResponse:
    """The pupils of this school year, those who look for a workplace first."""
    campuses = CampusPolicy(request.user).campuses()
    form = PupilFilter(request.GET, campuses=campuses)
    if not form.is_valid():
        return render(request, "placement/pupils.html", {"form": form}, status=400)
    year = SchoolYear.objects.current()
    ours = PupilRequest.objects.of(request.user).filter(school_year=year)
    rows = PupilRows.of(form.apply(ours), timezone.localdate())
    if form.cleaned_data["soon"]:
        rows = rows.ending_soon()
    if (suffix := request.GET.get("format", "")) in FORMATS:
        records = [_record(row) for row in rows[:]]
        return records_response("leerlingen", suffix, records, empty=[_("reference")])
    page = Paginator(rows, PAGE_SIZE).get_page(request.GET.get("page"))
    context = {
        "form": form,
        "page": page,
        "school_year": year,
        "usual_week": not all(row.term.calendar.is_own for row in page),
        "no_closures": not any(row.term.calendar.closed for row in page),
    }
    return render(request, "placement/pupils.html", context)


def _record(row: PupilRow) -> dict[str, Any]:
    """A pupil under the words of the screen."""
    asked = row.request
    return {
        _("reference"): asked.reference,
        _("campus"): str(asked.campus),
        _("programme"): asked.programme.title,
        _("postal code"): asked.postal_code,
        _("goes to work"): asked.get_mode_display(),
        _("status"): asked.get_status_display(),
        _("search started on"): asked.started_on,
        _("training days left"): row.term.left if asked.is_open else None,
        _("last day of the term"): row.term.last_day,
    }


@require_http_methods(["GET", "HEAD", "POST"])
def add_pupil(request: UserRequest) -> HttpResponse:
    """A new pupil to place."""
    return _edit(request, PupilRequest())


@require_http_methods(["GET", "HEAD", "POST"])
@transaction.atomic
def pupil(request: UserRequest, pk: int) -> HttpResponse:
    """Change what is known of a pupil."""
    rows = PupilRequest.objects.filter(pk__in=PupilRequest.objects.of(request.user).values("pk"))
    if request.method == "POST":
        rows = rows.select_for_update(of=("self",))
    found = get_object_or_404(rows.select_related("campus__school", "programme"), pk=pk)
    return _edit(request, found)


def _edit(request: UserRequest, found: PupilRequest) -> HttpResponse:
    campuses = CampusPolicy(request.user).campuses()
    is_new = found.pk is None
    initial = {name: request.GET[name] for name in ("campus", "programme") if name in request.GET}
    form = PupilRequestForm(
        request.POST or None, instance=found, campuses=campuses, initial=initial if is_new else None
    )
    if request.method == "POST" and form.is_valid():
        try:
            with transaction.atomic():
                form.save()
        except IntegrityError:
            text = _("This campus has a pupil with this reference in this school year already.")
            form.add_error("reference", text)
        else:
            text = _("%(reference)s is kept.") % {"reference": found.reference}
            messages.success(request, text)
            return redirect("pupils")
    status = 409 if form.conflicts else 400 if form.errors else 200
    return render(request, "placement/pupil.html", {"form": form, "is_new": is_new}, status=status)


@require_POST
def extend_pupil(request: UserRequest, pk: int) -> HttpResponse:
    """Give a pupil the second term."""
    found = _own(request, pk)
    return _done(
        request,
        lambda: pupil_actions.extend(found, timezone.localdate()),
        _("The term of %(reference)s is extended.") % {"reference": found.reference},
    )


@require_POST
def close_pupil(request: UserRequest, pk: int) -> HttpResponse:
    """End the search of a pupil; the list offers to undo it."""
    found = _own(request, pk)
    status = request.POST.get("status", "")
    return _done(
        request,
        lambda: pupil_actions.close(found, status, timezone.localdate()),
        _("The search of %(reference)s has ended.") % {"reference": found.reference},
    )


@require_POST
def reopen_pupil(request: UserRequest, pk: int) -> HttpResponse:
    """Let a pupil look for a workplace again."""
    found = _own(request, pk)
    return _done(
        request,
        lambda: pupil_actions.reopen(found),
        _("%(reference)s looks for a workplace again.") % {"reference": found.reference},
    )


def _own(request: UserRequest, pk: int) -> PupilRequest:
    return get_object_or_404(PupilRequest.objects.of(request.user).distinct(), pk=pk)


def _done(request: UserRequest, act: Any, text: str) -> HttpResponse:
    """Do it, and say that it was done, or why not; back to the list she came from."""
    try:
        act()
    except ValidationError as error:
        messages.error(request, " ".join(error.messages))
    else:
        messages.success(request, text)
    response = redirect("pupils")
    query = request.POST.get("back", "")
    if query.startswith("?"):
        response["Location"] += query
    return response
