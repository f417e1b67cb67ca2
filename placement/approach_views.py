"""The board of approaches, the list of them, and the page of one."""

from __future__ import annotations

from datetime import datetime, time
from typing import Any

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import Count, F, Q, Window
from django.db.models.functions import RowNumber
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_POST, require_safe

from accounts.requests import UserRequest
from companies.approaches import ANSWERS, OPEN
from companies.approaching import note_on, plan_again, record_answer, withdraw_approach
from companies.models import Agreement, AgreementStatus, Approach, ApproachStatus
from placement.approach_forms import SORTS, ApproachFilter, ApproachForm, StepForm
from placement.discussion import discussions
from placement.sorting import Sorting
from radar.web.paging import KeyPaginator
from radar.web.spreadsheets import FORMATS, table_response
from schools.models import SchoolYear

PAGE_SIZE = 25
#: Cards in a column of the board; the rest is a click away.
CARDS = 12
#: The columns of the board, in the order of the work.
COLUMNS = (
    ApproachStatus.PLANNED,
    ApproachStatus.SENT,
    ApproachStatus.ANSWERED,
    ApproachStatus.INTERVIEW,
    ApproachStatus.AGREED,
    ApproachStatus.DECLINED,
    ApproachStatus.NO_ANSWER,
    ApproachStatus.WITHDRAWN,
)
HEADS = {
    "name": gettext_lazy("Establishment"),
    "programme": gettext_lazy("Programme"),
    "campus": gettext_lazy("Campus"),
    "status": gettext_lazy("Status"),
    "sent": gettext_lazy("Sent"),
    "answered": gettext_lazy("Answered"),
    "follow-up": gettext_lazy("Follow up"),
}


@require_safe
def board(request: UserRequest) -> HttpResponse:
    """Today's work, and the approaches in a column per state."""
    today = timezone.localdate()
    form = ApproachFilter(request.GET, user=request.user, today=today)
    if not form.is_valid():
        context = {"form": form, "columns": [], "today": []}
        return render(request, "placement/board.html", context, status=400)
    # What was settled in an earlier school year is history: it stands in the list.
    year = timezone.make_aware(datetime.combine(SchoolYear.objects.current(today).start, time()))
    found = form.approaches().filter(Q(status__in=OPEN) | Q(changed_at__gte=year))
    counts = dict(found.order_by().values_list("status").annotate(n=Count("pk")))
    # What waits for somebody stands first: the days to follow up, then the oldest.
    order: list[Any] = [
        F("follow_up_on").asc(nulls_last=True),
        F("sent_on").asc(nulls_last=True),
        F("pk"),
    ]
    nth = Window(RowNumber(), partition_by="status", order_by=order)
    # The keys first: only the cards are read with all that they name.
    shown = list(found.annotate(nth=nth).filter(nth__lte=CARDS).values_list("pk", flat=True))
    cards = list(found.filter(pk__in=shown).order_by(*order))
    talks = discussions(_place(item) for item in cards if item.is_open)
    for card in cards:
        card.discussion = talks.get(_place(card))  # type: ignore[attr-defined]
    columns = [
        (status, counts.get(status, 0), [card for card in cards if card.status == status])
        for status in COLUMNS
    ]
    own = Agreement.objects.of(request.user).filter(status=AgreementStatus.PLANNED)
    context = {
        "form": form,
        "columns": columns,
        "total": sum(counts.values()),
        "day": today,
        "today": found.to_follow_up(today).order_by("follow_up_on", "pk")[:20],
        "reserved": own.filter(starts_on__lte=today).with_names().order_by("starts_on", "pk")[:10],
    }
    return render(request, "placement/board.html", context)


def _place(approach: Approach) -> tuple[int, int, int]:
    return approach.campus.school_id, approach.establishment_id, approach.programme_id


@require_safe
def approach_list(request: UserRequest) -> HttpResponse:
    """The approaches, filtered, sorted and paged, or as a download."""
    form = ApproachFilter(request.GET, user=request.user, today=timezone.localdate())
    if not form.is_valid():
        return render(request, "placement/approach_list.html", {"form": form}, status=400)
    sorting = Sorting.of(request.GET.get("sort", ""), SORTS, "-changed")
    found = sorting.apply(form.approaches())
    if (suffix := request.GET.get("format")) in FORMATS:
        header = [*(str(head) for head in HEADS.values()), _("reason"), _("coordinator"), _("note")]
        return table_response("contactnames", suffix, header, map(_cells, found.iterator(500)))
    page = KeyPaginator(found, PAGE_SIZE).get_page(request.GET.get("page"))
    context = {"form": form, "page": page, "heads": sorting.heads(HEADS)}
    return render(request, "placement/approach_list.html", context)


def _cells(approach: Approach) -> list[Any]:
    return [
        approach.establishment.name,
        approach.programme.title,
        str(approach.campus),
        approach.get_status_display(),
        approach.sent_on,
        approach.answered_on,
        approach.follow_up_on,
        approach.get_decline_reason_display(),
        approach.coordinator.email if approach.coordinator else "",
        approach.note,
    ]


def own_approach(request: UserRequest, pk: int, *, lock: bool = False) -> Approach:
    """An approach of the schools that the user acts for; 404 for another's."""
    found = Approach.objects.of(request.user).with_names()
    found = found.select_related("establishment__company", "campus__school", "programme")
    if lock:
        found = found.select_for_update(of=("self",))
    return get_object_or_404(found, pk=pk)


@require_safe
def approach(request: UserRequest, pk: int) -> HttpResponse:
    """One approach: what comes next, what the coordinator keeps, and what happened."""
    return approach_page(request, own_approach(request, pk))


def approach_page(
    request: UserRequest, approach: Approach, status: int = 200, **forms: Any
) -> HttpResponse:
    """The page, with a form that was refused as it was typed."""
    found = discussions([_place(approach)])
    context = {
        "approach": approach,
        "step_form": StepForm(approach=approach),
        "form": ApproachForm(instance=approach),
        "steps": approach.steps.select_related("by").order_by("-at", "-pk")[:100],
        "agreements": approach.agreements.order_by("starts_on", "pk"),
        "discussion": found.get(_place(approach)) if approach.is_open else None,
        "may_send": ApproachStatus.SENT in approach.following,
        "may_agree": ApproachStatus.AGREED in approach.following
        or approach.status == ApproachStatus.AGREED,
        **forms,
    }
    return render(request, "placement/approach.html", context, status=status)


@require_POST
def step(request: UserRequest, pk: int) -> HttpResponse:
    """Write down what happened."""
    found = own_approach(request, pk)
    form = StepForm(request.POST, approach=found)
    if not form.is_valid():
        return approach_page(request, found, 400, step_form=form)
    try:
        _take(request, found, form)
    except ValidationError as error:
        form.add_error(None, error)
        return approach_page(request, found, 409, step_form=form)
    messages.success(request, _("Written down."))
    return redirect("approach", pk)


def _take(request: UserRequest, approach: Approach, form: StepForm) -> None:
    to, note = form.cleaned_data["to"], form.cleaned_data["note"]
    if to == StepForm.NOTE:
        note_on(approach, request.user, note)
    elif to in ANSWERS:
        record_answer(approach, form.answer, request.user, timezone.localdate())
    elif to == ApproachStatus.WITHDRAWN:
        withdraw_approach(approach, request.user, note)
    else:
        plan_again(approach, request.user)


@require_POST
@transaction.atomic
def edit(request: UserRequest, pk: int) -> HttpResponse:
    """Save what the coordinator keeps with it; who was overtaken is told."""
    found = own_approach(request, pk, lock=True)
    form = ApproachForm(request.POST, instance=found)
    if not form.is_valid():
        fresh = own_approach(request, pk)
        return approach_page(request, fresh, 409 if form.conflicts else 400, form=form)
    form.save()
    messages.success(request, _("Saved."))
    return redirect("approach", pk)
