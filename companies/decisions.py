"""Decisions on recognitions: each one action, with its check, its change and its history.

What may become what is written in `companies.recognitions.TRANSITIONS`. An action locks its
record, refuses with a ValidationError and then has changed nothing; the history (docs/adr/0001)
keeps who did it, when and why. Who may do it is the caller's question, and so is telling people.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date, timedelta
from typing import Any

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils.translation import gettext_lazy as _

from companies.eligibility import obstacles_at
from companies.recognitions import (
    APPEALABLE,
    MAX_YEARS,
    Recognition,
    RecognitionStatus,
    longest_until,
    years_later,
)

#: How far ahead a recognition may start.
AHEAD = timedelta(days=366)


def check_step(recognition: Recognition, status: str) -> None:
    """Refuse a decision that the state of the recognition does not allow.

    Raises ValidationError (code `transition`) that names both states.
    """
    if recognition.may_become(status):
        return
    now, wanted = recognition.get_status_display(), RecognitionStatus(status).label
    if recognition.status == status:
        text = _("This was decided already: it is %(now)s.")
    elif recognition.status in APPEALABLE and status == RecognitionStatus.RECOGNISED:
        text = _("This was decided already: it is %(now)s, and no appeal is running.")
    else:
        text = _("What is %(now)s cannot become %(wanted)s.")
    params = {"now": now, "wanted": wanted}
    raise ValidationError({"status": ValidationError(text, code="transition", params=params)})


def check_period(start: date, end: date, today: date) -> None:
    """Refuse a period that ends before it starts, is too long or lies too far away."""
    if end < start:
        raise ValidationError({"valid_until": _("The end lies before the start.")})
    if end > years_later(start, MAX_YEARS):
        raise ValidationError({"valid_until": _("A recognition lasts five years at most.")})
    if start > today + AHEAD:
        raise ValidationError({"valid_from": _("This day lies more than a year in the future.")})
    if end < today:
        raise ValidationError({"valid_until": _("This day has passed.")})


def check_written(recognition: Recognition, values: Mapping[str, Any], today: date) -> None:
    """Refuse what a client of the API may not write: the same rules as for a consultant.

    `values` are those of the fields it writes; a body without a status corrects a decision.
    """
    status = values.get("status", recognition.status)
    if "status" in values:
        check_step(recognition, status)
    if status != RecognitionStatus.RECOGNISED:
        return
    if "status" in values:
        _check_establishment(recognition, today)
    start = values.get("valid_from", recognition.valid_from)
    end = values.get("valid_until", recognition.valid_until)
    if start and end and {"status", "valid_from", "valid_until"} & values.keys():
        check_period(start, end, today)


def _check_establishment(recognition: Recognition, today: date) -> None:
    if obstacles := list(obstacles_at(recognition.establishment, today)):
        raise ValidationError(obstacles)


def usual_period(
    recognition: Recognition, today: date, running_until: date | None = None, years: int = MAX_YEARS
) -> tuple[date, date]:
    """The period that a decision today gives when nobody says otherwise.

    So many years from today; of a renewal, from the day after the last day of the one that is in
    force (`running_until`); of what was lifted, at most what is left of its own.
    """
    start = today if running_until is None else max(today, running_until + timedelta(days=1))
    end = years_later(start, years) - timedelta(days=1)
    if recognition.status == RecognitionStatus.LIFTED and recognition.valid_from:
        end = max(start, min(end, longest_until(recognition.valid_from)))
    return start, end


def running_until(recognitions: Iterable[Recognition], today: date) -> dict[tuple[int, int], date]:
    """The last day of what is in force for the same establishment and programme. One query.

    By their primary keys; a recognition that nothing precedes is left out.
    """
    rows = (
        Recognition.objects.recognised()
        .filter(
            establishment__in={r.establishment_id for r in recognitions}, valid_until__gte=today
        )
        .order_by("valid_until")
        .values_list("establishment", "programme", "valid_until")
    )
    return {(place, programme): end for place, programme, end in rows if end is not None}


def _locked(recognition: Recognition) -> Recognition:
    """The record as it is now, kept from others until the transaction ends."""
    related = ("establishment__company", "programme", "sector")
    return (
        Recognition.objects.select_related(*related)
        .select_for_update(of=("self",))
        .get(pk=recognition.pk)
    )


def _save(recognition: Recognition) -> Recognition:
    recognition.full_clean(exclude=("establishment", "programme", "sector"))
    recognition.save()
    return recognition


def _stop_pause(recognition: Recognition, today: date) -> None:
    if recognition.paused_on is not None:
        recognition.paused_days += max((today - recognition.paused_on).days, 0)
        recognition.paused_on = None


def _needs_reason(reason: str) -> str:
    if not reason.strip():
        raise ValidationError({"reason": _("Say why.")})
    return reason.strip()


@transaction.atomic
def ask_for_more(recognition: Recognition, reason: str, today: date) -> Recognition:
    """Send a request back as incomplete: `reason` says what is missing, and the clock stops."""
    found = _locked(recognition)
    check_step(found, RecognitionStatus.INCOMPLETE)
    found.reason = _needs_reason(reason)
    found.status, found.paused_on = RecognitionStatus.INCOMPLETE, today
    return _save(found)


@transaction.atomic
def supplement(recognition: Recognition, today: date) -> Recognition:
    """The company completed its request: it waits for a decision again, and the clock goes on."""
    found = _locked(recognition)
    check_step(found, RecognitionStatus.REQUESTED)
    found.status, found.reason = RecognitionStatus.REQUESTED, ""
    _stop_pause(found, today)
    return _save(found)


@transaction.atomic
def recognise(
    recognition: Recognition, start: date, end: date, reason: str, today: date
) -> Recognition:
    """Recognise for a period, both days included; on appeal too. A reason is not needed."""
    found = _locked(recognition)
    check_step(found, RecognitionStatus.RECOGNISED)
    check_period(start, end, today)
    _check_establishment(found, today)
    if found.is_appealed:
        found.appeal_decided_on = today
    found.status, found.decided_on = RecognitionStatus.RECOGNISED, today
    found.valid_from, found.valid_until, found.reason = start, end, reason.strip()
    _stop_pause(found, today)
    return _save(found)


@transaction.atomic
def refuse(recognition: Recognition, reason: str, today: date) -> Recognition:
    """Refuse a request, with the reason that the company reads."""
    found = _locked(recognition)
    check_step(found, RecognitionStatus.REFUSED)
    found.reason = _needs_reason(reason)
    found.status, found.decided_on = RecognitionStatus.REFUSED, today
    _stop_pause(found, today)
    return _save(found)


@transaction.atomic
def lift(recognition: Recognition, reason: str, today: date) -> Recognition:
    """Opheffen: end a recognition in force today. Running agreements under it must end too."""
    found = _locked(recognition)
    check_step(found, RecognitionStatus.LIFTED)
    found.reason = _needs_reason(reason)
    found.status, found.decided_on = RecognitionStatus.LIFTED, today
    if found.valid_from is not None and found.valid_until is not None:
        found.valid_until = max(found.valid_from, min(found.valid_until, today))
    found.appealed_on, found.appeal, found.appeal_decided_on = None, "", None
    return _save(found)


@transaction.atomic
def appeal(recognition: Recognition, grounds: str, today: date) -> Recognition:
    """Lodge an appeal (beroep) against a refusal or a lifting; the decision stands meanwhile."""
    found = _locked(recognition)
    if not found.may_appeal():
        raise ValidationError(
            _("An appeal is possible once, against what was refused or lifted."), code="transition"
        )
    if not grounds.strip():
        raise ValidationError({"grounds": _("Say why.")})
    found.appeal, found.appealed_on = grounds.strip(), today
    return _save(found)


@transaction.atomic
def dismiss_appeal(recognition: Recognition, reason: str, today: date) -> Recognition:
    """Decide that a refusal or lifting stands."""
    found = _locked(recognition)
    if not found.is_appealed:
        raise ValidationError(_("No appeal is running."), code="transition")
    found.reason, found.appeal_decided_on = _needs_reason(reason), today
    return _save(found)


def expire(today: date) -> int:
    """Mark recognitions whose last day has passed; how many. A period decides, not this mark."""
    return (
        Recognition.objects.recognised()
        .filter(valid_until__lt=today)
        .update(status=RecognitionStatus.EXPIRED)
    )
