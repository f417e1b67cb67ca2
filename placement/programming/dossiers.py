"""A campus's request to offer a programme (aanvraagdossier), and what sectors advise on it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Any, Self

from django.conf import settings
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import F, Q
from django.utils import timezone
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from schools.models import Campus, Offering, OfferingStatus, Programme, SchoolYear, Sector

MAX_PUPILS = 500


class DossierStage(models.TextChoices):
    """Where a dossier stands; it follows from its days and from the offering it asks for."""

    DRAFT = "draft", _("draft")
    SUBMITTED = "submitted", _("submitted")
    APPROVED = "approved", _("approved")
    REFUSED = "refused", _("refused")
    WITHDRAWN = "withdrawn", _("withdrawn")


@dataclass(frozen=True)
class Step:
    """One step in the life of a dossier, and when it was taken."""

    title: str
    on: date


class DossierQuerySet(models.QuerySet["Dossier"]):
    def of(self, user: User) -> Self:
        """The dossiers of the schools a user acts for; every one for an administrator."""
        return self if user.is_superuser else self.filter(campus__school__memberships__user=user)

    def submitted(self) -> Self:
        """Handed in and not withdrawn: what sectors and the forum see."""
        return self.filter(submitted_on__isnull=False, withdrawn_on__isnull=True)

    def for_sectors_of(self, user: User) -> Self:
        """Submitted dossiers about a programme of a sector the user is a consultant of."""
        mine = Programme.objects.filter(sectors__memberships__user=user)
        return self.submitted().filter(programme__in=mine)

    def readable_by(self, user: User) -> Self:
        """A school's own, and for a consultant what was submitted about her sectors' programmes."""
        if user.is_superuser:
            return self
        mine = self.model.objects.of(user).values("pk")
        advised = self.model.objects.for_sectors_of(user).values("pk")
        return self.filter(Q(pk__in=mine) | Q(pk__in=advised))

    def listed(self) -> Self:
        """With what a list shows, the newest school year first."""
        return (
            self.select_related("campus__school", "programme", "school_year", "offering")
            .prefetch_related("advices__sector")
            .order_by("-school_year", "programme__title", "pk")
        )


class Dossier(models.Model):
    """Aanvraagdossier: a campus asks to offer a programme in a school year.

    A draft is the school's own. When it is submitted, `offering` becomes the request that is
    decided on, and `figures` keeps the radar's figures of that day: an advice is read beside what
    the school saw (`placement.programming.figures.Figures`).
    """

    campus = models.ForeignKey(
        Campus, on_delete=models.CASCADE, related_name="dossiers", verbose_name=_("campus")
    )
    programme = models.ForeignKey(
        Programme, on_delete=models.PROTECT, related_name="dossiers", verbose_name=_("programme")
    )
    school_year = models.ForeignKey(
        SchoolYear,
        on_delete=models.PROTECT,
        related_name="dossiers",
        verbose_name=_("school year"),
    )
    expected_pupils = models.PositiveSmallIntegerField(
        _("expected pupils"),
        validators=[MinValueValidator(1), MaxValueValidator(MAX_PUPILS)],
    )
    motivation = models.TextField(
        _("why"),
        blank=True,
        max_length=4000,
        help_text=_("What the figures do not say: equipment, teachers, agreements with others."),
    )
    made_on = models.DateField(_("made on"), default=timezone.localdate, editable=False)
    submitted_on = models.DateField(_("submitted on"), null=True, blank=True)
    withdrawn_on = models.DateField(_("withdrawn on"), null=True, blank=True)
    figures = models.JSONField(_("figures at submission"), null=True, blank=True, editable=False)
    offering = models.OneToOneField(
        Offering,
        on_delete=models.SET_NULL,
        null=True,
        blank=True,
        related_name="dossier",
        verbose_name=_("offering"),
    )
    #: Counts the changes, so that of two who edit one dossier the second is told.
    version = models.PositiveIntegerField(default=0, editable=False)

    objects = DossierQuerySet.as_manager()

    class Meta:
        ordering = ("-school_year", "campus", "programme")
        verbose_name = _("dossier")
        verbose_name_plural = _("dossiers")
        constraints = (
            models.UniqueConstraint(
                fields=("campus", "programme", "school_year"),
                condition=Q(withdrawn_on__isnull=True),
                name="dossier_unique",
                violation_error_message=_(
                    "This campus has a dossier for this programme and school year already."
                ),
            ),
            models.CheckConstraint(
                name="dossier_submitted_with_figures",
                condition=Q(submitted_on__isnull=True) | Q(figures__isnull=False),
                violation_error_message=_("A dossier is submitted with its figures."),
            ),
            models.CheckConstraint(
                name="dossier_days_in_order",
                condition=(Q(submitted_on__isnull=True) | Q(submitted_on__gte=F("made_on")))
                & (Q(withdrawn_on__isnull=True) | Q(withdrawn_on__gte=F("made_on"))),
                violation_error_message=_("These days are not in order."),
            ),
            models.CheckConstraint(
                name="dossier_expected_pupils",
                condition=Q(expected_pupils__range=(1, MAX_PUPILS)),
                violation_error_message=_("A group has 1 to 500 pupils."),
            ),
        )

    def __str__(self) -> str:
        return f"{self.programme} · {self.campus} · {self.school_year}"

    @property
    def stage(self) -> DossierStage:
        if self.withdrawn_on:
            return DossierStage.WITHDRAWN
        if not self.submitted_on:
            return DossierStage.DRAFT
        if self.offering is None or self.offering.status == OfferingStatus.REQUESTED:
            return DossierStage.SUBMITTED
        if self.offering.status == OfferingStatus.REFUSED:
            return DossierStage.REFUSED
        return DossierStage.APPROVED

    @property
    def is_draft(self) -> bool:
        return self.stage == DossierStage.DRAFT

    @property
    def may_be_withdrawn(self) -> bool:
        """Until it is decided on."""
        return self.stage in (DossierStage.DRAFT, DossierStage.SUBMITTED)

    @property
    def steps(self) -> list[Step]:
        """What happened, in order. Uses the advice and the offering that were read with it."""
        found = [Step(gettext("Made"), self.made_on)]
        if self.submitted_on:
            found.append(Step(gettext("Submitted"), self.submitted_on))
        found += [
            Step(gettext("Advice of %(sector)s") % {"sector": advice.sector}, advice.given_on)
            for advice in sorted(self.advices.all(), key=lambda advice: advice.given_on)
        ]
        if self.withdrawn_on:
            found.append(Step(gettext("Withdrawn"), self.withdrawn_on))
        elif self.offering and self.offering.decided_on and self.stage != DossierStage.SUBMITTED:
            found.append(Step(str(self.stage.label).capitalize(), self.offering.decided_on))
        return found


class Verdict(models.TextChoices):
    """What a sector advises."""

    FAVOURABLE = "favourable", _("favourable")
    WITH_REMARKS = "with_remarks", _("favourable, with remarks")
    UNFAVOURABLE = "unfavourable", _("unfavourable")


class SectorAdvice(models.Model):
    """Advies of a sectoral partnership on a dossier: one each, and it may be changed."""

    dossier = models.ForeignKey(
        Dossier, on_delete=models.CASCADE, related_name="advices", verbose_name=_("dossier")
    )
    sector = models.ForeignKey(
        Sector, on_delete=models.PROTECT, related_name="advices", verbose_name=_("sector")
    )
    verdict = models.CharField(_("advice"), max_length=12, choices=Verdict)
    text = models.TextField(_("reasons"), blank=True, max_length=4000)
    given_on = models.DateField(_("given on"))
    given_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.SET_NULL,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("given by"),
    )

    class Meta:
        ordering = ("sector",)
        verbose_name = _("sector's advice")
        verbose_name_plural = _("sectors' advice")
        constraints = (
            models.UniqueConstraint(fields=("dossier", "sector"), name="sector_advice_unique"),
            models.CheckConstraint(
                name="sector_advice_reasoned",
                condition=Q(verdict="favourable") | ~Q(text=""),
                violation_error_message=_("Give the reasons for this advice."),
            ),
        )

    def __str__(self) -> str:
        return f"{self.sector}: {self.get_verdict_display()}"

    def validate_constraints(self, exclude: Any = None) -> None:
        # The reasons are asked even where the form leaves the dossier and the sector out.
        super().validate_constraints(exclude=set(exclude or ()) - {"text", "verdict"})
