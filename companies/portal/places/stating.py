"""Saying how many places there are, and that what was said still holds."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import Q, QuerySet
from django.utils.translation import gettext_lazy as _

from companies.models import Company, Recognition, Workplace
from schools.models import SchoolYear

#: More than any establishment trains; a typing error beyond it.
MAX_PLACES = 99


@dataclass(frozen=True)
class Statement:
    """Places of a recognition (primary key) in a school year: None says that it is unknown.

    `seen` is what the company's user saw when she said so.
    """

    recognition: int
    school_year: int
    seen: int | None
    offered: int | None


def recognitions_of(
    company: Company, school_year: SchoolYear, today: date
) -> QuerySet[Recognition]:
    """The recognitions of a company that give places in what is left of a school year."""
    return (
        Recognition.objects.usable_in(school_year, today)
        .filter(establishment__company=company)
        .select_related("establishment__municipality", "programme")
        .order_by("establishment__name", "establishment__unit_number", "programme__title", "pk")
    )


@transaction.atomic
def state(
    company: Company, statements: Iterable[Statement], today: date
) -> dict[tuple[int, int], ValidationError]:
    """Keep what a company says; it is confirmed today. What cannot be is given back by its key.

    A key is (recognition, school year). Whatever is wrong with one statement, the others are kept:
    places that are taken cannot be withdrawn, what somebody else said meanwhile is not overwritten,
    and a recognition of another company is not there.
    """
    asked = list(statements)
    own = {
        recognition.pk
        for recognition in Recognition.objects.filter(
            pk__in={statement.recognition for statement in asked},
            establishment__company=company,
        )
    }
    kept = {
        (workplace.recognition_id, workplace.school_year_id): workplace
        for workplace in Workplace.objects.select_for_update()
        .filter(recognition__in=own, school_year__in={statement.school_year for statement in asked})
        .order_by("pk")
    }
    wrong: dict[tuple[int, int], ValidationError] = {}
    for statement in asked:
        key = (statement.recognition, statement.school_year)
        if statement.recognition not in own:
            wrong[key] = ValidationError(_("This recognition is unknown."), code="unknown")
            continue
        workplace = kept.get(key) or Workplace(
            recognition_id=statement.recognition, school_year_id=statement.school_year
        )
        try:
            _check(workplace, statement)
        except ValidationError as error:
            wrong[key] = error
            continue
        workplace.places_offered, workplace.confirmed_on = statement.offered, today
        workplace.save()
    return wrong


def _check(workplace: Workplace, statement: Statement) -> None:
    if workplace.places_offered != statement.seen:
        now = workplace.places_offered
        raise ValidationError(
            _("Somebody else made it %(now)s meanwhile. Save again to keep yours."),
            code="conflict",
            params={"now": _("unknown") if now is None else now},
        )
    if statement.offered is None:
        if workplace.places_taken:
            raise ValidationError(
                _("%(taken)s are taken, so it is known."),
                code="taken",
                params={"taken": workplace.places_taken},
            )
    elif statement.offered < workplace.places_taken:
        raise ValidationError(
            _("%(taken)s are taken already."),
            code="taken",
            params={"taken": workplace.places_taken},
        )


@transaction.atomic
def copy_from_last_year(company: Company, school_year: SchoolYear, today: date) -> int:
    """Say for a school year what was said for the one before, where nothing was said yet.

    How many recognitions got places. Doing it twice is doing it once.
    """
    said = dict(
        Workplace.objects.filter(
            recognition__establishment__company=company,
            school_year=school_year.starts_in - 1,
            places_offered__isnull=False,
        ).values_list("recognition", "places_offered")
    )
    usable = recognitions_of(company, school_year, today).filter(pk__in=said)
    known = {
        workplace.recognition_id: workplace
        for workplace in Workplace.objects.select_for_update().filter(
            recognition__in=usable.order_by(), school_year=school_year
        )
    }
    copied = 0
    for recognition in usable:
        workplace = known.get(recognition.pk) or Workplace(
            recognition=recognition, school_year=school_year
        )
        if workplace.places_offered is None:
            workplace.places_offered = max(said[recognition.pk] or 0, workplace.places_taken)
            workplace.confirmed_on = today
            workplace.save()
            copied += 1
    return copied


def to_confirm(company: Company, today: date) -> QuerySet[Workplace]:
    """What a company said of this school year and the next, and could confirm."""
    this_year = SchoolYear.objects.current(today).starts_in
    return Workplace.objects.filter(
        Q(school_year=this_year) | Q(school_year=this_year + 1),
        recognition__establishment__company=company,
        places_offered__isnull=False,
    )


def confirm(company: Company, today: date) -> int:
    """What a company said still holds today. How many workplaces that is; twice is once."""
    return to_confirm(company, today).update(confirmed_on=today)
