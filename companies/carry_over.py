"""Carrying a recognition over to the successor of a programme that ended."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, timedelta

from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import Q
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from companies.models import Recognition, RecognitionStatus, Workplace
from schools.models import Programme
from schools.school_years import school_year_starting


def successor_of(recognition: Recognition) -> Programme | None:
    """The one programme to carry over to; None when there is none, or a choice."""
    successors = list(recognition.programme.successors.all())
    return successors[0] if len(successors) == 1 else None


def running_successors(recognition: Recognition, today: date) -> list[Programme]:
    """The programmes to which it can be carried over today: its own has ended, theirs has not."""
    if not recognition.is_in_force(today) or recognition.programme.is_valid_on(today):
        return []
    return [p for p in recognition.programme.successors.all() if p.is_valid_on(today)]


@transaction.atomic
def carry_over(recognition: Recognition, successor: Programme, today: date) -> Recognition:
    """Recognise the same establishment for the successor, for the rest of the period.

    The old recognition ends the day before. Free places of this and later school years go along;
    those taken stay with the agreements they are for. Raises ValidationError when the recognition
    is not in force, the programme has not ended or the other one does not succeed it, or the
    establishment is recognised for that one already.
    """
    old = Recognition.objects.select_for_update().get(pk=recognition.pk)
    _check(old, successor, today)
    new = Recognition(
        establishment=old.establishment,
        programme=successor,
        sector=old.sector,
        status=RecognitionStatus.RECOGNISED,
        requested_on=old.requested_on,
        decided_on=today,
        valid_from=today,
        valid_until=old.valid_until,
        reason=gettext("Carried over from %(programme)s (%(number)s).")
        % {"programme": old.programme, "number": old.programme.number},
    )
    new.full_clean()
    new.save()
    if old.valid_from and old.valid_from < today:
        old.valid_until = today - timedelta(days=1)
    old.status = RecognitionStatus.EXPIRED
    word = gettext("Carried over to %(programme)s.") % {"programme": successor}
    old.reason = "\n".join(filter(None, [old.reason, word]))
    old.save()
    for places in old.workplaces.filter(school_year__starts_in__gte=school_year_starting(today)):
        Workplace.objects.create(
            recognition=new,
            school_year=places.school_year,
            places_offered=places.places_free,
            confirmed_on=places.confirmed_on,
        )
    return new


def _check(old: Recognition, successor: Programme, today: date) -> None:
    in_force = Recognition.objects.valid_on(today)
    if not in_force.filter(pk=old.pk).exists():
        raise ValidationError(_("This recognition is not in force."), code="not_in_force")
    if old.programme.is_valid_on(today):
        raise ValidationError(_("This programme has not ended."), code="not_ended")
    if not old.programme.successors.filter(pk=successor.pk).exists():
        raise ValidationError(_("That programme does not succeed this one."), code="no_successor")
    if not successor.is_valid_on(today):
        raise ValidationError(_("The successor has ended too."), code="ended_too")
    there = Q(establishment=old.establishment_id, programme=successor)
    if in_force.filter(there).exists():
        raise ValidationError(
            _("The establishment is recognised for the successor already."), code="already"
        )


def carry_over_all(
    recognitions: Iterable[Recognition], today: date
) -> tuple[int, list[tuple[Recognition, str]]]:
    """Carry over each that has one successor; gives how many, and the others with the reason."""
    done, left = 0, []
    for recognition in recognitions:
        successor = successor_of(recognition)
        if successor is None:
            left.append((recognition, gettext("There is no successor, or more than one.")))
            continue
        try:
            carry_over(recognition, successor, today)
        except ValidationError as error:
            left.append((recognition, " ".join(error.messages)))
        else:
            done += 1
    return done, left
