"""On which days a campus trains its pupils: its weeks, and its school's own days off."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.db import transaction
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from accounts.requests import UserRequest
from placement.pupil_forms import ClosureForm, WeekForm
from placement.training_days import USUAL_WEEK, SchoolClosure, TrainingWeek
from schools.models import Campus, OfferingStatus, Programme, SchoolYear
from schools.policies import CampusPolicy


def _campus(request: UserRequest, key: str) -> Campus:
    try:
        return CampusPolicy(request.user).campuses().select_related("school").keyed(key)
    except Campus.DoesNotExist:
        raise Http404 from None


def _forms(campus: Campus, data: Any = None) -> list[tuple[Programme | None, WeekForm]]:
    """A form for the campus as a whole, and one per programme of this school year."""
    own = TrainingWeek.objects.filter(campus=campus)
    weeks = {week.programme_id: week.weekdays for week in own}
    programmes = Programme.objects.filter(
        offerings__campus=campus,
        offerings__school_year=SchoolYear.objects.current(),
        offerings__status__in=OfferingStatus.active(),
    ).order_by("title", "number")
    subjects: list[Programme | None] = [None, *programmes]
    return [
        (
            subject,
            WeekForm(
                data,
                prefix=str(subject.number) if subject else "campus",
                initial={
                    "weekdays": weeks.get(
                        subject.pk if subject else None, [] if subject else list(USUAL_WEEK)
                    )
                },
            ),
        )
        for subject in subjects
    ]


@require_http_methods(["GET", "HEAD", "POST"])
def training_days(request: UserRequest, key: str) -> HttpResponse:
    """The weekdays of a campus and of its programmes, and the days off of its school."""
    campus = _campus(request, key)
    is_sent = request.method == "POST"
    forms = _forms(campus, request.POST if is_sent else None)
    if is_sent and all(form.is_valid() for _subject, form in forms):
        _save(campus, forms)
        messages.success(request, _("The training days are kept."))
        return redirect("training-days", campus.key)
    return _page(request, campus, forms, ClosureForm(), 400 if is_sent else 200)


@transaction.atomic
def _save(campus: Campus, forms: list[tuple[Programme | None, WeekForm]]) -> None:
    for subject, form in forms:
        days = sorted(form.cleaned_data["weekdays"])
        is_usual = not days or (subject is None and tuple(days) == USUAL_WEEK)
        if is_usual:
            TrainingWeek.objects.filter(campus=campus, programme=subject).delete()
        else:
            TrainingWeek.objects.update_or_create(
                campus=campus, programme=subject, defaults={"weekdays": days}
            )


@require_POST
def add_closure(request: UserRequest, key: str) -> HttpResponse:
    """Days off of the school of a campus."""
    campus = _campus(request, key)
    form = ClosureForm(request.POST, instance=SchoolClosure(school=campus.school))
    if form.is_valid():
        form.save()
        messages.success(request, _("The days off are kept."))
        return redirect("training-days", campus.key)
    return _page(request, campus, _forms(campus), form, 400)


@require_POST
def remove_closure(request: UserRequest, key: str, pk: int) -> HttpResponse:
    campus = _campus(request, key)
    get_object_or_404(SchoolClosure, pk=pk, school=campus.school).delete()
    messages.success(request, _("These are training days again."))
    return redirect("training-days", campus.key)


def _page(
    request: UserRequest, campus: Campus, forms: Any, closure: ClosureForm, status: int
) -> HttpResponse:
    since = SchoolYear.objects.current().start
    context = {
        "campus": campus,
        "forms": forms,
        "closure": closure,
        "closures": SchoolClosure.objects.filter(school=campus.school, last_day__gte=since),
        "today": timezone.localdate(),
    }
    return render(request, "placement/training_days.html", context, status=status)
