"""What a school and an establishment do with an approach: plan, write, ring, answer, give up.

Each is one transaction in which the approach is locked, the step allowed, written down and told to
whom it concerns. Who may act for the school is asked before, by the queryset that found the
approach. Steps that are not allowed raise ValidationError with code `transition`.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta

from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import Q, QuerySet
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from companies.answer_links import read, renew, token_of
from companies.approaches import (
    ANSWER_LINK_DAYS,
    ANSWERS,
    OPEN,
    Approach,
    ApproachChannel,
    ApproachStatus,
    ApproachStep,
    Side,
)
from companies.establishments import Establishment
from companies.recognitions import Recognition
from radar.web import mail
from schools.models import Campus, Programme, SchoolMembership, SchoolYear


@dataclass(frozen=True)
class Message:
    """What an establishment reads: a subject of one line and plain text, in a language."""

    subject: str
    body: str
    language: str


@dataclass(frozen=True)
class Answer:
    """What an establishment says: one of `ANSWERS`, with a reason when it declines."""

    status: ApproachStatus
    note: str = ""
    decline_reason: str = ""


def approachable(programme: Programme, today: date) -> QuerySet[Establishment]:
    """The establishments that can train pupils of a programme this school year."""
    usable = Recognition.objects.usable_in(SchoolYear.objects.current(today), today)
    return Establishment.objects.filter(recognitions__in=usable.for_programme(programme))


@transaction.atomic
def plan_approach(
    campus: Campus, establishment: Establishment, programme: Programme, by: User, note: str = ""
) -> Approach:
    """The approach of a campus to an establishment for a programme: the open one, else a new one.

    One that got no answer is gone on with as long as its link may still be answered.
    """
    # Two coordinators who plan the same at once meet here, and the second finds the first's.
    Establishment.objects.select_for_update().get(pk=establishment.pk)
    alive = timezone.localdate() - timedelta(days=ANSWER_LINK_DAYS)
    found = (
        Approach.objects.filter(
            Q(status__in=OPEN) | Q(status=ApproachStatus.NO_ANSWER, sent_on__gte=alive)
        )
        .select_for_update(of=("self",))
        .filter(campus=campus, establishment=establishment, programme=programme)
        .order_by("status", "-pk")
        .first()
    )
    if found is not None:
        return found
    approach = Approach.objects.create(
        campus=campus, establishment=establishment, programme=programme, coordinator=by, note=note
    )
    approach.steps.create(side=Side.SCHOOL, by=by, to_status=ApproachStatus.PLANNED, note=note)
    return approach


def _locked(approach: Approach) -> Approach:
    names = "campus__school", "establishment__company", "programme", "coordinator"
    return (
        Approach.objects.select_for_update(of=("self",)).select_related(*names).get(pk=approach.pk)
    )


def _step(approach: Approach, to: ApproachStatus, side: Side, by: User | None, note: str) -> None:
    """Take a step and write it down: the one place where the state of an approach changes."""
    if to not in approach.following:
        raise ValidationError(
            _("From “%(before)s” an approach does not become “%(after)s”."),
            code="transition",
            params={"before": approach.get_status_display(), "after": to.label},
        )
    if not approach.is_open and to in OPEN:
        _check_twin(approach)
    before, approach.status = approach.status, to.value
    if to != ApproachStatus.DECLINED:
        approach.decline_reason = ""
    if to not in (ApproachStatus.SENT, ApproachStatus.NO_ANSWER):
        approach.link_key = ""
    approach.version += 1
    approach.changed_at = timezone.now()
    approach.save()
    ApproachStep.objects.create(
        approach=approach, side=side, by=by, from_status=before, to_status=to, note=note
    )


def _check_twin(approach: Approach) -> None:
    twin = Approach.objects.open().filter(
        campus=approach.campus_id,
        establishment=approach.establishment_id,
        programme=approach.programme_id,
    )
    if twin.exists():
        raise ValidationError(
            _("This establishment is being approached for this programme already."), code="open"
        )


@transaction.atomic
def send_message(
    approach: Approach, message: Message, by: User, today: date, answer_days: int
) -> Approach:
    """Write to the establishment, or write again; the link to answer is in the mail.

    Raises ValidationError with code `address` when it has no e-mail address.
    """
    approach = _locked(approach)
    if not approach.address:
        raise ValidationError(_("No e-mail address is known: ring instead."), code="address")
    approach.channel, approach.coordinator = ApproachChannel.EMAIL, by
    # A header is one line, whatever was typed.
    approach.subject, approach.message = " ".join(message.subject.split()), message.body
    approach.language = message.language
    approach.expect_answer(today, answer_days)
    renew(approach)
    _step(approach, ApproachStatus.SENT, Side.SCHOOL, by, "")
    mail.send(
        "approach",
        approach.address,
        {"approach": approach, "token": token_of(approach)},
        language=message.language,
        reply_to=by.email,
    )
    return approach


@transaction.atomic
def ring(
    approach: Approach,
    by: User,
    today: date,
    answer_days: int,
    note: str = "",
    outcome: Answer | None = None,
) -> Approach:
    """Write down that the establishment was rung, and what it said, if it said something.

    What it did not say yet, it can answer in its portal.
    """
    approach = _locked(approach)
    approach.channel, approach.coordinator = ApproachChannel.TELEPHONE, by
    approach.expect_answer(today, answer_days)
    renew(approach)
    _step(approach, ApproachStatus.SENT, Side.SCHOOL, by, note)
    if outcome is not None:
        _take_answer(approach, outcome, Side.SCHOOL, by, today)
    return approach


def _take_answer(
    approach: Approach, answer: Answer, side: Side, by: User | None, today: date
) -> None:
    if answer.status not in ANSWERS:
        raise ValidationError(_("This is no answer."), code="answer")
    if (answer.status == ApproachStatus.DECLINED) != bool(answer.decline_reason):
        raise ValidationError(_("Say why, when declining."), code="reason")
    approach.decline_reason = answer.decline_reason
    # An answer typed in today to what was sent later, by a clock that is off, is still an answer.
    approach.answered_on = max(today, approach.sent_on or today)
    approach.sent_on = approach.sent_on or today
    _step(approach, answer.status, side, by, answer.note)


@transaction.atomic
def record_answer(approach: Approach, answer: Answer, by: User, today: date) -> Approach:
    """Write down, for the school, what the establishment said."""
    approach = _locked(approach)
    _take_answer(approach, answer, Side.SCHOOL, by, today)
    return approach


@transaction.atomic
def answer_for_company(
    approach: Approach, answer: Answer, by: User | None, today: date
) -> Approach:
    """The establishment itself answers, logged in; the coordinator gets a mail."""
    approach = _locked(approach)
    if not Approach.objects.answerable().filter(pk=approach.pk).exists():
        raise ValidationError(_("This question was answered already."), code="transition")
    _take_answer(approach, answer, Side.COMPANY, by, today)
    _tell_school(approach, answer)
    return approach


@transaction.atomic
def answer_by_link(token: str, answer: Answer, today: date) -> Approach:
    """The establishment answers with the link in its mail; a dead one raises AnswerLinkError."""
    return answer_for_company(read(token, lock=True), answer, None, today)


def _tell_school(approach: Approach, answer: Answer) -> None:
    """Mail the coordinator; when she left, the coordinators that the school has now."""
    readers = [approach.coordinator] if approach.coordinator else []
    if not readers or not readers[0].is_active:
        members = SchoolMembership.objects.filter(
            school=approach.campus.school, user__is_active=True
        )
        readers = [member.user for member in members.select_related("user")]
    for reader in readers:
        context = {"approach": approach, "answer": answer, "reader": reader}
        mail.send("answer_received", reader.email, context, language=reader.language)


@transaction.atomic
def withdraw_approach(approach: Approach, by: User, note: str = "") -> Approach:
    """The school gives up; the link in its mail no longer answers."""
    approach = _locked(approach)
    _step(approach, ApproachStatus.WITHDRAWN, Side.SCHOOL, by, note)
    return approach


@transaction.atomic
def plan_again(approach: Approach, by: User) -> Approach:
    """Take a withdrawal back. Raises ValidationError when another approach is open meanwhile."""
    approach = _locked(approach)
    _step(approach, ApproachStatus.PLANNED, Side.SCHOOL, by, "")
    return approach


@transaction.atomic
def settle(approach: Approach, by: User | None, today: date, note: str = "") -> None:
    """An agreement was made. Whoever makes a second from the same approach changes nothing here."""
    approach = _locked(approach)
    if approach.status == ApproachStatus.AGREED:
        note_on(approach, by, note)
        return
    approach.sent_on = approach.sent_on or today
    approach.answered_on = approach.answered_on or max(today, approach.sent_on)
    _step(approach, ApproachStatus.AGREED, Side.SCHOOL, by, note)


def note_on(approach: Approach, by: User | None, note: str, side: Side = Side.SCHOOL) -> None:
    """Write a remark in the history; nothing else changes."""
    approach.steps.create(
        side=side, by=by, from_status=approach.status, to_status=approach.status, note=note
    )


def mark_silent(today: date) -> int:
    """What got no answer in time becomes “no answer”. Gives how many; doing it twice adds none."""
    marked = 0
    for pk in list(Approach.objects.silent_on(today).values_list("pk", flat=True)):
        with transaction.atomic():
            approach = (
                Approach.objects.silent_on(today)
                .select_for_update(of=("self",), skip_locked=True)
                .filter(pk=pk)
                .first()
            )
            if approach is not None:
                _step(approach, ApproachStatus.NO_ANSWER, Side.SYSTEM, None, "")
                marked += 1
    return marked
