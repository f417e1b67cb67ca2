"""Mentors, agreements for pupils, and the contacts that lead to them. No pupil is ever named."""

from __future__ import annotations

from django.core.validators import MinValueValidator, RegexValidator
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from companies.establishments import Establishment
from companies.recognitions import Workplace
from schools.models import Campus, Programme

#: A school's own reference: no spaces, so that no name fits in by accident.
pupil_reference_shape = RegexValidator(
    r"^[A-Za-z0-9][A-Za-z0-9._/-]{0,29}$",
    _("Use the school's own reference: letters, digits, dots and dashes; never a name."),
)


class Mentor(models.Model):
    """Mentor of an establishment. The national register number is never stored."""

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
    end_reason = models.TextField(_("reason for ending early"), blank=True)

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
        )

    def __str__(self) -> str:
        return f"{self.pupil_reference} · {self.workplace}"


class ApproachStatus(models.TextChoices):
    """Where a contact with an establishment stands."""

    PLANNED = "planned", _("planned")
    SENT = "sent", _("sent")
    ANSWERED = "answered", _("answered")
    INTERVIEW = "interview", _("interview")
    AGREED = "agreed", _("agreed")
    DECLINED = "declined", _("declined")
    NO_ANSWER = "no_answer", _("no answer")
    WITHDRAWN = "withdrawn", _("withdrawn")


class Approach(models.Model):
    """Contactname of a coordinator with an establishment about a programme, and its outcome."""

    campus = models.ForeignKey(
        Campus, on_delete=models.CASCADE, related_name="approaches", verbose_name=_("campus")
    )
    establishment = models.ForeignKey(
        Establishment,
        on_delete=models.CASCADE,
        related_name="approaches",
        verbose_name=_("establishment"),
    )
    programme = models.ForeignKey(
        Programme, on_delete=models.PROTECT, related_name="approaches", verbose_name=_("programme")
    )
    status = models.CharField(
        _("status"), max_length=9, choices=ApproachStatus, default=ApproachStatus.PLANNED
    )
    sent_on = models.DateField(_("sent on"), null=True, blank=True)
    answered_on = models.DateField(_("answered on"), null=True, blank=True)
    note = models.TextField(_("note"), blank=True)

    class Meta:
        ordering = ("-sent_on", "pk")
        verbose_name = _("approach")
        verbose_name_plural = _("approaches")
        indexes = (
            models.Index(fields=("establishment", "sent_on"), name="approach_establishment_sent"),
        )
        constraints = (
            models.CheckConstraint(
                name="approach_answer_after_sending",
                condition=Q(answered_on__isnull=True)
                | Q(sent_on__isnull=False, answered_on__gte=F("sent_on")),
                violation_error_message=_("An answer comes after the message."),
            ),
        )

    def __str__(self) -> str:
        return f"{self.campus} → {self.establishment}"
