"""A place taken for a pupil before the contract is signed, and given back when it fails."""

from __future__ import annotations

from datetime import date

from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from companies.mentoring import guidable
from companies.models import (
    Agreement,
    AgreementKind,
    AgreementStatus,
    Establishment,
    Recognition,
    Workplace,
)
from companies.pupils import pupil_reference_shape
from schools.models import Campus, SchoolYear


@transaction.atomic
def plan(
    campus: Campus, recognition: int, school_year: SchoolYear, reference: str, today: date
) -> Agreement:
    """Take a free place of a recognition (primary key) for a pupil; the database counts it taken.

    The workplace is locked, so that of two who take the last place one is refused. Raises
    ValidationError when no place or mentor is free any more, when the recognition is not usable,
    when the pupil has a place already, and for a reference of another shape than a school's own.
    """
    pupil_reference_shape(reference)
    usable = Recognition.objects.usable_in(school_year, today).filter(pk=recognition)
    workplace = (
        Workplace.objects.select_for_update()
        .filter(recognition__in=usable, school_year=school_year)
        .first()
    )
    if workplace is None or not workplace.places_free:
        raise ValidationError(_("This place is no longer free."), code="taken")
    # The mentors guide all programmes of an establishment, so they are counted under its own lock.
    house = Establishment.objects.select_for_update().get(recognitions__workplaces=workplace)
    if not guidable([house.pk])[house.pk]:
        raise ValidationError(_("The mentors there can guide no more pupils."), code="mentors")
    placed = Agreement.objects.filter(
        Q(status=AgreementStatus.PLANNED) | Q(status=AgreementStatus.RUNNING),
        campus=campus,
        pupil_reference=reference,
        ends_on__gte=max(today, school_year.start),
    )
    if placed.exists():
        raise ValidationError(_("This pupil has a place already."), code="placed")
    begins = workplace.recognition.valid_from or today
    agreement = Agreement(
        campus=campus,
        workplace=workplace,
        pupil_reference=reference,
        kind=AgreementKind.OAO,
        starts_on=max(today, school_year.start, begins),
        ends_on=school_year.end,
    )
    agreement.full_clean()
    agreement.save()
    return agreement


@transaction.atomic
def withdraw(agreement: Agreement) -> None:
    """Give a planned place back; the agreement stays, ended. Doing it twice changes nothing.

    The workplace is locked first, as in `plan`, so that the two never wait for each other.
    """
    Workplace.objects.select_for_update().get(pk=agreement.workplace_id)
    kept = Agreement.objects.select_for_update().get(pk=agreement.pk)
    if kept.status != AgreementStatus.PLANNED:
        return
    kept.status, kept.end_reason = AgreementStatus.ENDED_EARLY, str(_("Withdrawn by the school."))
    kept.save(update_fields=["status", "end_reason"])
