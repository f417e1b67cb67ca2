"""The decisions that a consultant can take, each with its form, its action and whom it tells."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import date
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils.translation import gettext_lazy as _

from companies import decisions
from companies.carry_over import carry_over, running_successors
from companies.eligibility import exclusions_of, obstacles_at
from companies.models import Recognition, RecognitionStatus
from companies.notices import Notice, tell
from companies.portal.requests.actions import keep_mentors, people_of
from companies.review.forms import PeriodForm, ReasonForm

Act = Callable[[Recognition, dict[str, Any], date], Recognition]


@dataclass(frozen=True)
class Decision:
    """A decision: its part of the address, its words, and what it does."""

    slug: str
    label: Any
    done: Any
    form: type[forms.Form]
    #: The status that it gives; None where the status stays.
    status: RecognitionStatus | None
    notice: Notice
    act: Act
    needs_reason: bool = True

    def is_possible(self, recognition: Recognition) -> bool:
        """Whether the state of a recognition allows it."""
        if self.status is None:
            return recognition.is_appealed
        return recognition.may_become(self.status)

    @transaction.atomic
    def take(self, recognition: Recognition, values: dict[str, Any], today: date) -> Recognition:
        """Take it: the change, its history, and a mail to the company. Raises ValidationError."""
        decided = self.act(recognition, values, today)
        tell(self.notice, people_of(decided), decided, "recognition", decided.pk)
        return decided


def _recognise(recognition: Recognition, values: dict[str, Any], today: date) -> Recognition:
    decided = decisions.recognise(
        recognition, values["valid_from"], values["valid_until"], values["reason"], today
    )
    keep_mentors(decided, today)
    return decided


def _with_reason(action: Callable[[Recognition, str, date], Recognition]) -> Act:
    return lambda recognition, values, today: action(recognition, values["reason"], today)


DECISIONS = {
    decision.slug: decision
    for decision in (
        Decision(
            "erkennen",
            _("Recognise"),
            _("Recognised: %(what)s"),
            PeriodForm,
            RecognitionStatus.RECOGNISED,
            Notice.RECOGNISED,
            _recognise,
            needs_reason=False,
        ),
        Decision(
            "aanvullen",
            _("Ask for more"),
            _("Sent back: %(what)s"),
            ReasonForm,
            RecognitionStatus.INCOMPLETE,
            Notice.INCOMPLETE,
            _with_reason(decisions.ask_for_more),
        ),
        Decision(
            "weigeren",
            _("Refuse"),
            _("Refused: %(what)s"),
            ReasonForm,
            RecognitionStatus.REFUSED,
            Notice.REFUSED,
            _with_reason(decisions.refuse),
        ),
        Decision(
            "beroep-afwijzen",
            _("Dismiss the appeal"),
            _("The decision stands: %(what)s"),
            ReasonForm,
            None,
            Notice.APPEAL_DISMISSED,
            _with_reason(decisions.dismiss_appeal),
        ),
        Decision(
            "opheffen",
            _("Lift"),
            _("Lifted: %(what)s"),
            ReasonForm,
            RecognitionStatus.LIFTED,
            Notice.LIFTED,
            _with_reason(decisions.lift),
        ),
    )
}
#: Those that can be taken on many requests at once.
IN_BULK = ("erkennen", "aanvullen", "weigeren")
#: The requests that one bulk decision takes at most.
MOST = 100


def possible(recognition: Recognition) -> list[Decision]:
    """The decisions that the state of a recognition allows."""
    return [decision for decision in DECISIONS.values() if decision.is_possible(recognition)]


@dataclass(frozen=True)
class Foreseen:
    """What a bulk decision would do with one request: its period, or why it cannot."""

    recognition: Recognition
    start: date | None = None
    end: date | None = None
    refusal: str = ""


def foresee(
    decision: Decision, recognitions: Iterable[Recognition], years: int, today: date
) -> list[Foreseen]:
    """The preview of a bulk decision. Two queries, whatever the number."""
    listed = list(recognitions)
    exclusions = exclusions_of((r.establishment for r in listed), today)
    running = decisions.running_until(listed, today)
    found = []
    for recognition in listed:
        try:
            if decision.status is not None:
                decisions.check_step(recognition, decision.status)
            if decision.status == RecognitionStatus.RECOGNISED and (
                obstacles := list(obstacles_at(recognition.establishment, today, exclusions))
            ):
                raise ValidationError(obstacles)
        except ValidationError as error:
            found.append(Foreseen(recognition, refusal=" ".join(error.messages)))
            continue
        if decision.status != RecognitionStatus.RECOGNISED:
            found.append(Foreseen(recognition))
            continue
        key = (recognition.establishment_id, recognition.programme_id)
        period = decisions.usual_period(recognition, today, running.get(key), years)
        found.append(Foreseen(recognition, *period))
    return found


def take_all(
    decision: Decision, foreseen: Iterable[Foreseen], reason: str, today: date
) -> tuple[int, list[tuple[Recognition, str]]]:
    """Take a decision on each that allows it; how many, and the others with the reason.

    One that fails leaves the others as they are.
    """
    done, left = 0, []
    for item in foreseen:
        if item.refusal:
            left.append((item.recognition, item.refusal))
            continue
        values = {"reason": reason, "valid_from": item.start, "valid_until": item.end}
        try:
            decision.take(item.recognition, values, today)
        except ValidationError as error:
            left.append((item.recognition, " ".join(error.messages)))
        else:
            done += 1
    return done, left


@transaction.atomic
def carry(recognition: Recognition, number: str, today: date) -> Recognition:
    """Carry over to the successor with this number, and tell the company."""
    successors = {str(p.number): p for p in running_successors(recognition, today)}
    if number not in successors:
        raise ValidationError(_("That programme does not succeed this one."), code="no_successor")
    made = carry_over(recognition, successors[number], today)
    tell(Notice.CARRIED_OVER, people_of(made), made, "recognition", made.pk)
    return made
