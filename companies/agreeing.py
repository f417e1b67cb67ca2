"""Agreements: made from an approach that came to something, completed, ended, and kept in step.

Each change is one transaction. The workplace is locked first, then the establishment, as in
`companies.planned`, so that none waits for another; what two do at once, the database refuses.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from django.conf import settings
from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import QuerySet
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from companies.approaches import Approach
from companies.approaching import note_on, settle
from companies.establishments import Establishment
from companies.mentoring import guidable, with_load
from companies.models import Agreement, AgreementStatus, Mentor, Recognition, Workplace
from companies.pupils import OAO_HOURS, AgreementKind
from radar.web import mail
from schools.models import SchoolYear
from schools.school_years import school_year_starting


@dataclass(frozen=True)
class Terms:
    """What is agreed: for whom (the school's own reference), as what, when, and who guides.

    Without a mentor, where the establishment named none, the place is only reserved.
    """

    pupil_reference: str
    kind: AgreementKind
    hours_per_week: Decimal
    starts_on: date
    ends_on: date
    mentor: Mentor | None


def recognition_on(approach: Approach, day: date) -> Recognition | None:
    """The recognition under which an agreement from an approach may start on a day."""
    year = SchoolYear(starts_in=school_year_starting(day))
    return (
        Recognition.objects.usable_in(year, day)
        .valid_on(day)
        .filter(establishment=approach.establishment_id, programme=approach.programme_id)
        .first()
    )


def mentors_at(establishment: int) -> QuerySet[Mentor]:
    """The mentors of an establishment (primary key), with their load."""
    return with_load(Mentor.objects.present().filter(establishment=establishment)).order_by(
        "name", "pk"
    )


def check_terms(terms: Terms, today: date) -> None:
    """Raises ValidationError, per field, for terms that no agreement may have.

    The hours decide between OAO and SAO; a part-time employment contract has any hours.
    """
    wrong: dict[str, str] = {}
    long_enough = terms.hours_per_week >= OAO_HOURS
    if terms.kind == AgreementKind.OAO and not long_enough:
        wrong["hours_per_week"] = gettext(
            "An OAO needs 20 hours a week at the workplace; with fewer it is an SAO."
        )
    if terms.kind == AgreementKind.SAO and long_enough:
        wrong["hours_per_week"] = gettext("With 20 hours a week or more it is an OAO.")
    if terms.ends_on < terms.starts_on:
        wrong["ends_on"] = gettext("The end lies before the start.")
    year = SchoolYear(starts_in=school_year_starting(terms.starts_on))
    if year.has_ended(today):
        wrong["starts_on"] = gettext("That school year has ended.")
    elif terms.ends_on > year.end:
        wrong["ends_on"] = gettext(
            "An agreement ends with the school year; make another one for the next."
        )
    if wrong:
        raise ValidationError(wrong)


@transaction.atomic
def agree(approach: Approach, terms: Terms, by: User, today: date) -> Agreement:
    """Make an agreement, settle the approach, and confirm it to both.

    Raises ValidationError, by field where it is one field's fault: the recognition is not valid on
    the start date, the last place was taken, the mentor has her pupils, the pupil a place.
    """
    check_terms(terms, today)
    recognition = recognition_on(approach, terms.starts_on)
    if recognition is None:
        raise ValidationError({"starts_on": _("The recognition is not valid on that day.")})
    workplace = _locked_workplace(recognition, terms.starts_on)
    Establishment.objects.select_for_update().get(pk=approach.establishment_id)
    _check_mentor(terms.mentor, approach.establishment_id)
    agreement = Agreement(
        campus=approach.campus,
        workplace=workplace,
        approach=approach,
        status=_status_on(terms.starts_on, today),
        **vars(terms),
    )
    agreement.full_clean()
    agreement.save()
    settle(approach, by, today, gettext("Agreement for %(r)s") % {"r": terms.pupil_reference})
    _confirm(agreement, by)
    return agreement


def _status_on(starts_on: date, today: date) -> AgreementStatus:
    return AgreementStatus.RUNNING if starts_on <= today else AgreementStatus.PLANNED


def _locked_workplace(recognition: Recognition, day: date) -> Workplace:
    """The workplace of the school year, made with unknown places when the company said nothing."""
    year = SchoolYear.objects.current(day)
    Workplace.objects.get_or_create(recognition=recognition, school_year=year)
    places = Workplace.objects.select_for_update(of=("self",)).select_related("recognition")
    return places.get(recognition=recognition, school_year=year)


def _check_mentor(mentor: Mentor | None, establishment: int, keeps: bool = False) -> None:
    """Raises ValidationError for a mentor of elsewhere, or one who has her pupils.

    `keeps` says that she guides this pupil already.
    """
    if mentor is None:
        if Mentor.objects.present().filter(establishment=establishment).exists():
            raise ValidationError({"mentor": _("Choose a mentor.")})
        if not keeps and not guidable([establishment])[establishment]:
            raise ValidationError(_("The mentors there can guide no more pupils."), code="mentors")
        return
    found = with_load(
        Mentor.objects.present().filter(pk=mentor.pk, establishment=establishment)
    ).first()
    if found is None:
        raise ValidationError({"mentor": _("This mentor works elsewhere.")})
    if found.guiding - keeps >= found.limit:  # type: ignore[attr-defined]
        raise ValidationError({"mentor": _("This mentor can guide no more pupils.")})


@transaction.atomic
def complete_terms(agreement: Agreement, terms: Terms, by: User, today: date) -> Agreement:
    """Change a planned agreement, or complete a place that was only reserved.

    The place stays the same, so the start stays in its school year. A running agreement keeps its
    pupil, kind and start; its mentor, hours and end may change.
    """
    check_terms(terms, today)
    Workplace.objects.select_for_update().get(pk=agreement.workplace_id)
    kept = Agreement.objects.with_names().select_for_update(of=("self",)).get(pk=agreement.pk)
    house = kept.workplace.recognition.establishment
    Establishment.objects.select_for_update().get(pk=house.pk)
    if kept.status not in (AgreementStatus.PLANNED, AgreementStatus.RUNNING):
        raise ValidationError(_("This agreement is over."), code="over")
    if kept.status == AgreementStatus.RUNNING and terms.starts_on != kept.starts_on:
        raise ValidationError({"starts_on": _("It has started already.")})
    if not kept.workplace.school_year.start <= terms.starts_on <= kept.workplace.school_year.end:
        raise ValidationError({"starts_on": _("The place is of another school year.")})
    valid = Recognition.objects.valid_on(terms.starts_on)
    moved = terms.starts_on != kept.starts_on
    if moved and not valid.filter(pk=kept.workplace.recognition_id).exists():
        raise ValidationError({"starts_on": _("The recognition is not valid on that day.")})
    _check_mentor(terms.mentor, house.pk, keeps=kept.mentor == terms.mentor)
    was_complete = kept.is_complete
    for name, value in vars(terms).items():
        setattr(kept, name, value)
    if kept.status == AgreementStatus.PLANNED:
        kept.status = _status_on(terms.starts_on, today)
    kept.version += 1
    kept.full_clean()
    kept.save()
    if not was_complete:
        _confirm(kept, by)
    return kept


@transaction.atomic
def end_early(agreement: Agreement, on: date, reason: str, by: User, today: date) -> Agreement:
    """End a planned or running agreement; its place is free again. Raises ValidationError."""
    Workplace.objects.select_for_update().get(pk=agreement.workplace_id)
    kept = Agreement.objects.select_for_update().get(pk=agreement.pk)
    if kept.status not in (AgreementStatus.PLANNED, AgreementStatus.RUNNING):
        raise ValidationError(_("This agreement is over."), code="over")
    if not reason.strip():
        raise ValidationError({"reason": _("Say why it ends.")})
    if kept.status == AgreementStatus.PLANNED:
        on = kept.ends_on  # it never began, so its period stays what was planned
    elif not kept.starts_on <= on <= min(kept.ends_on, today):
        raise ValidationError({"on": _("The last day lies after the start, and not after today.")})
    kept.status, kept.ends_on, kept.end_reason = AgreementStatus.ENDED_EARLY, on, reason.strip()
    kept.version += 1
    kept.save()
    if kept.approach is not None:
        note = gettext("Agreement for %(r)s ended early: %(reason)s")
        words = {"r": kept.pupil_reference, "reason": kept.end_reason}
        note_on(kept.approach, by, note % words)
    return kept


def keep_in_step(today: date) -> tuple[int, int]:
    """Start what starts and complete what is over. Gives how many of each.

    A place that was only reserved, without mentor or hours, does not start by itself.
    """
    planned = Agreement.objects.filter(status=AgreementStatus.PLANNED, starts_on__lte=today)
    started = planned.complete().update(status=AgreementStatus.RUNNING)
    over = Agreement.objects.filter(status=AgreementStatus.RUNNING, ends_on__lt=today)
    return started, over.update(status=AgreementStatus.COMPLETED)


def _confirm(agreement: Agreement, by: User) -> None:
    """Mail the establishment, in the language in which it was written to, and the coordinator."""
    house, approach = agreement.workplace.recognition.establishment, agreement.approach
    context = {"agreement": agreement, "by": by}
    if address := house.email or house.company.email:
        mail.send(
            "agreement_confirmed",
            address,
            {**context, "to_company": True},
            language=approach.language if approach else settings.LANGUAGE_CODE,
            reply_to=by.email,
        )
    mail.send("agreement_confirmed", by.email, context, language=by.language)
