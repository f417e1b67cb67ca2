"""Mentors, and agreements for pupils. No pupil is ever named."""

from __future__ import annotations

from datetime import date
from typing import Self

import pgtrigger
from django.contrib.postgres.constraints import ExclusionConstraint
from django.contrib.postgres.fields import RangeBoundary, RangeOperators
from django.core.exceptions import ValidationError
from django.core.validators import MinValueValidator, RegexValidator
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from companies.approaches import Approach
from companies.establishments import Establishment
from companies.recognitions import DateRange, Recognition, Workplace
from schools.models import Campus

#: A school's own reference: no spaces, so that no name fits in by accident.
pupil_reference_shape = RegexValidator(
    r"^[A-Za-z0-9][A-Za-z0-9._/-]{0,29}$",
    _("Use the school's own reference: letters, digits, dots and dashes; never a name."),
)


class MentorQuerySet(models.QuerySet["Mentor"]):
    def present(self) -> Self:
        """Mentors who guide pupils: not those who were removed."""
        return self.filter(is_removed=False)


class Mentor(models.Model):
    """Mentor of an establishment. The national register number is never stored.

    One who was removed stays, unnamed, where an agreement refers to her.
    """

    establishment = models.ForeignKey(
        Establishment,
        on_delete=models.CASCADE,
        related_name="mentors",
        verbose_name=_("establishment"),
    )
    name = models.CharField(_("name"), max_length=120)
    email = models.EmailField(_("e-mail address"), blank=True)
    years_of_experience = models.PositiveSmallIntegerField(
        _("years of experience"), null=True, blank=True
    )
    trained_on = models.DateField(_("mentor training done on"), null=True, blank=True)
    training_due_on = models.DateField(_("mentor training due on"), null=True, blank=True)
    pupil_limit = models.PositiveSmallIntegerField(
        _("limit of pupils"),
        null=True,
        blank=True,
        validators=[MinValueValidator(1)],
        help_text=_("Empty means the sector's limit."),
    )
    is_removed = models.BooleanField(_("removed"), default=False, db_default=False, editable=False)

    objects = MentorQuerySet.as_manager()

    class Meta:
        ordering = ("establishment", "name")
        verbose_name = _("mentor")
        verbose_name_plural = _("mentors")

    def __str__(self) -> str:
        return self.name


class AgreementKind(models.TextChoices):
    """Soort overeenkomst; an OAO needs 20 hours a week at the workplace, an SAO has fewer."""

    OAO = "oao", _("OAO")
    SAO = "sao", _("SAO")
    PART_TIME = "part_time", _("part-time employment contract")


class AgreementStatus(models.TextChoices):
    """Where an agreement stands."""

    PLANNED = "planned", _("planned")
    RUNNING = "running", _("running")
    COMPLETED = "completed", _("completed")
    ENDED_EARLY = "ended_early", _("ended early")


#: Which status may follow which; the database holds it by a trigger made from this table.
FOLLOWING = {
    AgreementStatus.PLANNED: (AgreementStatus.RUNNING, AgreementStatus.ENDED_EARLY),
    AgreementStatus.RUNNING: (AgreementStatus.COMPLETED, AgreementStatus.ENDED_EARLY),
}
#: The statuses in which a pupil has the place.
HOLDING = (AgreementStatus.PLANNED, AgreementStatus.RUNNING)
#: The fewest hours a week at the workplace that make an agreement an OAO.
OAO_HOURS = 20


class AgreementQuerySet(models.QuerySet["Agreement"]):
    def of(self, user: User) -> Self:
        """The agreements of the schools a user acts for; all for an administrator."""
        return self if user.is_superuser else self.filter(campus__school__memberships__user=user)

    def with_company_of(self, user: User) -> Self:
        """The agreements at the establishments of the companies a user acts for."""
        return self.filter(workplace__recognition__establishment__company__memberships__user=user)

    def holding(self) -> Self:
        """Planned or running: the pupil has the place."""
        return self.filter(status__in=HOLDING)

    def complete(self) -> Self:
        """With all that is signed: without a mentor and hours, a place is only reserved."""
        return self.filter(mentor__isnull=False, hours_per_week__isnull=False)

    def with_names(self) -> Self:
        """With all that a list of agreements names."""
        return self.select_related(
            "campus__school",
            "mentor",
            "workplace__school_year",
            "workplace__recognition__establishment__municipality",
            "workplace__recognition__programme",
        )


class Agreement(models.Model):
    """Overeenkomst of a pupil of a campus at a workplace, for a period."""

    campus = models.ForeignKey(
        Campus, on_delete=models.PROTECT, related_name="agreements", verbose_name=_("campus")
    )
    workplace = models.ForeignKey(
        Workplace, on_delete=models.PROTECT, related_name="agreements", verbose_name=_("workplace")
    )
    pupil_reference = models.CharField(
        _("pupil's reference"), max_length=30, validators=[pupil_reference_shape]
    )
    kind = models.CharField(_("kind"), max_length=9, choices=AgreementKind)
    hours_per_week = models.DecimalField(
        _("hours a week at the workplace"), max_digits=3, decimal_places=1, null=True, blank=True
    )
    mentor = models.ForeignKey(
        Mentor,
        on_delete=models.SET_NULL,
        null=True,
        blank=True,
        related_name="agreements",
        verbose_name=_("mentor"),
    )
    status = models.CharField(
        _("status"), max_length=11, choices=AgreementStatus, default=AgreementStatus.PLANNED
    )
    starts_on = models.DateField(_("starts on"))
    ends_on = models.DateField(_("ends on"))
    end_reason = models.TextField(_("reason for ending early"), blank=True, max_length=1000)
    approach = models.ForeignKey(
        Approach,
        on_delete=models.SET_NULL,
        null=True,
        blank=True,
        related_name="agreements",
        verbose_name=_("approach"),
    )
    version = models.PositiveIntegerField(default=0, db_default=0, editable=False)

    objects = AgreementQuerySet.as_manager()

    class Meta:
        ordering = ("-starts_on", "pk")
        verbose_name = _("agreement")
        verbose_name_plural = _("agreements")
        constraints = (
            models.CheckConstraint(
                name="agreement_period",
                condition=Q(ends_on__gte=F("starts_on")),
                violation_error_message=_("The end lies before the start."),
            ),
            models.CheckConstraint(
                name="agreement_hours_fit_kind",
                condition=Q(hours_per_week__isnull=True)
                | Q(kind="oao", hours_per_week__gte=20)
                | Q(kind="sao", hours_per_week__lt=20)
                | Q(kind="part_time"),
                violation_error_message=_(
                    "An OAO needs 20 hours a week at the workplace; with fewer it is an SAO."
                ),
            ),
            ExclusionConstraint(
                name="agreement_one_place_a_pupil",
                expressions=[
                    ("campus", RangeOperators.EQUAL),
                    ("pupil_reference", RangeOperators.EQUAL),
                    (
                        DateRange(
                            "starts_on",
                            "ends_on",
                            RangeBoundary(inclusive_lower=True, inclusive_upper=True),
                        ),
                        RangeOperators.OVERLAPS,
                    ),
                ],
                condition=Q(status__in=("planned", "running")),
                violation_error_message=_("This pupil has a place already in that period."),
            ),
        )
        triggers = (
            pgtrigger.FSM(
                name="agreement_status_follows",
                field="status",
                transitions=[
                    (str(before.value), str(after.value))
                    for before, afters in FOLLOWING.items()
                    for after in afters
                ],
            ),
            # What is over was allowed in its day; a recognition that lapses ends no agreement.
            pgtrigger.Trigger(
                name="agreement_needs_recognition",
                when=pgtrigger.Before,
                operation=pgtrigger.Insert | pgtrigger.UpdateOf("workplace_id", "starts_on"),
                condition=pgtrigger.Q(new__status__in=("planned", "running")),
                func="""
                    IF NOT EXISTS (
                        SELECT FROM companies_workplace w
                        JOIN companies_recognition r ON r.id = w.recognition_id
                        WHERE w.id = NEW.workplace_id AND r.status = 'recognised'
                          AND NEW.starts_on BETWEEN r.valid_from AND r.valid_until
                    ) THEN
                        RAISE EXCEPTION 'The recognition is not valid on the start date.'
                        USING ERRCODE = 'check_violation',
                              CONSTRAINT = 'agreement_needs_recognition';
                    END IF;
                    RETURN NEW;
                """,
            ),
            # The one rule of what an agreement does to the places of its workplace: it takes one,
            # and gives it back when it ends early or goes. Places that the company says are taken
            # by others stay counted, so this adds and subtracts, and never counts anew.
            pgtrigger.Trigger(
                name="agreement_takes_place",
                when=pgtrigger.After,
                operation=pgtrigger.Insert
                | pgtrigger.Delete
                | pgtrigger.UpdateOf("workplace_id", "status"),
                declare=[("given", "BIGINT"), ("taken", "BIGINT")],
                func="""
                    IF TG_OP <> 'INSERT' THEN
                        IF OLD.status <> 'ended_early' THEN given := OLD.workplace_id; END IF;
                    END IF;
                    IF TG_OP <> 'DELETE' THEN
                        IF NEW.status <> 'ended_early' THEN taken := NEW.workplace_id; END IF;
                    END IF;
                    IF given IS DISTINCT FROM taken THEN
                        UPDATE companies_workplace
                        SET places_taken = GREATEST(places_taken - 1, 0) WHERE id = given;
                        UPDATE companies_workplace
                        SET places_taken = places_taken + 1 WHERE id = taken;
                    END IF;
                    RETURN NULL;
                """,
            ),
        )

    def __str__(self) -> str:
        return f"{self.pupil_reference} · {self.workplace}"

    def clean(self) -> None:
        """What the database holds too, said of the field at fault; only for a new agreement."""
        known = self.workplace_id and self.starts_on and self.status in HOLDING
        if not (self._state.adding and known):
            return
        recognition = self.workplace.recognition
        valid = Recognition.objects.valid_on(self.starts_on).filter(pk=recognition.pk)
        if not valid.exists():
            raise ValidationError({"starts_on": _("The recognition is not valid on that day.")})
        if self.mentor and self.mentor.establishment_id != recognition.establishment_id:
            raise ValidationError({"mentor": _("This mentor works elsewhere.")})
        free = self.workplace.places_free
        if free is not None and free < 1:
            raise ValidationError(_("This place is no longer free."), code="taken")

    @property
    def is_complete(self) -> bool:
        """Whether all that is signed is known; else the place is only reserved."""
        return self.mentor_id is not None and self.hours_per_week is not None

    def holds_place_on(self, day: date) -> bool:
        """Whether the pupil has the place on a day."""
        return self.status in HOLDING and self.starts_on <= day <= self.ends_on
