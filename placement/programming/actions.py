"""What is done with a dossier: submitted, withdrawn, advised on. Each in one transaction."""

from __future__ import annotations

from datetime import date

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from placement.programming.dossiers import Dossier, DossierStage, SectorAdvice
from placement.programming.figures import figures_of
from radar.web import mail
from schools.models import Offering, OfferingStatus, Sector


@transaction.atomic
def submit(dossier: Dossier, today: date) -> Dossier:
    """Hand a draft in: the figures of today are kept in it, and the offering is requested.

    Raises ValidationError when it is no draft, when the radar says nothing of the campus, and when
    the programme is offered or decided on there already.
    """
    kept = _locked(dossier)
    if not kept.is_draft:
        raise ValidationError(_("This dossier was submitted or withdrawn already."), code="stage")
    if kept.school_year.has_ended(today):
        raise ValidationError(_("This school year has ended."), code="ended")
    figures = figures_of(kept.campus, kept.programme, kept.school_year)
    if figures is None:
        raise ValidationError(
            _("The radar has no figures for this programme at this campus: is its place known?"),
            code="figures",
        )
    offering, made = Offering.objects.select_for_update().get_or_create(
        campus=kept.campus,
        programme=kept.programme,
        school_year=kept.school_year,
        defaults={"status": OfferingStatus.REQUESTED, "pupils": None},
    )
    if not made and offering.status != OfferingStatus.REQUESTED:
        raise ValidationError(
            _("This programme is %(status)s at this campus already."),
            code="offered",
            params={"status": offering.get_status_display()},
        )
    kept.submitted_on, kept.figures, kept.offering = today, figures.as_json(), offering
    kept.version += 1
    kept.save()
    _tell_consultants(kept)
    return kept


@transaction.atomic
def withdraw(dossier: Dossier, today: date) -> Dossier:
    """Take a dossier back before it is decided on; its request goes too. Twice changes nothing."""
    kept = _locked(dossier)
    if kept.stage == DossierStage.WITHDRAWN:
        return kept
    if not kept.may_be_withdrawn:
        raise ValidationError(_("This dossier was decided on already."), code="decided")
    offering, kept.offering, kept.withdrawn_on = kept.offering, None, today
    kept.version += 1
    kept.save()
    if offering is not None:
        offering.delete()
    return kept


@transaction.atomic
def advise(
    dossier: Dossier, sector: Sector, verdict: str, text: str, by: User, today: date
) -> SectorAdvice:
    """A sector's advice, or its new one. Raises ValidationError once the dossier is decided on."""
    kept = _locked(dossier)
    if kept.stage != DossierStage.SUBMITTED:
        raise ValidationError(_("This dossier was withdrawn or decided on."), code="stage")
    advice = SectorAdvice.objects.filter(dossier=kept, sector=sector).first() or SectorAdvice(
        dossier=kept, sector=sector
    )
    advice.verdict, advice.text = verdict, text
    advice.given_by, advice.given_on = by, today
    advice.full_clean()
    advice.save()
    for membership in kept.campus.school.memberships.select_related("user"):
        mail.send(
            "sector_advice",
            membership.user.email,
            {"dossier": kept, "advice": advice},
            language=membership.user.language,
        )
    return advice


def _locked(dossier: Dossier) -> Dossier:
    """The dossier as it is saved now, which nobody else changes before we are done."""
    return (
        Dossier.objects.select_for_update(of=("self",))
        .select_related("campus__school", "programme", "school_year", "offering")
        .get(pk=dossier.pk)
    )


def _tell_consultants(dossier: Dossier) -> None:
    consultants = User.objects.filter(
        is_active=True, sectormemberships__sector__programmes=dossier.programme
    ).distinct()
    for user in consultants.order_by("pk"):
        mail.send("dossier_submitted", user.email, {"dossier": dossier}, language=user.language)
