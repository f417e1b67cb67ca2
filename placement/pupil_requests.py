"""Pupils who look for a workplace, one request per pupil and programme. No pupil is ever named."""

from __future__ import annotations

from datetime import date
from typing import Self

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from accounts.models import User
from companies.models import Agreement
from companies.pupils import pupil_reference_shape
from geo.models import postal_code_shape
from schools.models import Campus, Programme, SchoolYear


class PupilMode(models.TextChoices):
    """How a pupil goes to work (vervoermiddel)."""

    FOOT = "foot", _("on foot")
    BICYCLE = "bicycle", _("by bicycle")
    CAR = "car", _("by car")
    TRANSIT = "transit", _("by public transport")


class PupilRequestStatus(models.TextChoices):
    """Where the search for a workplace stands."""

    OPEN = "open", pgettext_lazy("search", "looking for a workplace")
    PLACED = "placed", pgettext_lazy("search", "placed")
    MOVED = "moved", pgettext_lazy("search", "moved to a programme that is not dual")
    ENDED = "ended", pgettext_lazy("search", "ended")


class PupilRequestQuerySet(models.QuerySet["PupilRequest"]):
    def of(self, user: User) -> Self:
        """The requests of the schools a user acts for; every request for an administrator."""
        return self if user.is_superuser else self.filter(campus__school__memberships__user=user)

    def open(self) -> Self:
        """Pupils who still look for a workplace."""
        return self.filter(status=PupilRequestStatus.OPEN)

    def placed(self) -> Self:
        return self.filter(status=PupilRequestStatus.PLACED)


class PupilRequest(models.Model):
    """A pupil to place (te plaatsen leerling), under the school's own reference.

    The search starts on `started_on` and may be extended once; how many days are left follows from
    the term and the school's calendar. `agreement` is the one that ended the search, if there is
    one here. No history is kept: what is known of a pupil goes when the school year does.
    """

    campus = models.ForeignKey(
        Campus, on_delete=models.CASCADE, related_name="pupil_requests", verbose_name=_("campus")
    )
    programme = models.ForeignKey(
        Programme,
        on_delete=models.PROTECT,
        related_name="pupil_requests",
        verbose_name=_("programme"),
    )
    school_year = models.ForeignKey(
        SchoolYear,
        on_delete=models.PROTECT,
        related_name="pupil_requests",
        verbose_name=_("school year"),
    )
    reference = models.CharField(
        _("pupil's reference"), max_length=30, validators=[pupil_reference_shape]
    )
    postal_code = models.CharField(
        _("postal code"),
        max_length=4,
        blank=True,
        validators=[postal_code_shape],
        help_text=_("Of the pupil's home. Leave empty when unknown."),
    )
    mode = models.CharField(
        _("goes to work"),
        max_length=8,
        choices=PupilMode,
        blank=True,
        help_text=_("Leave empty when unknown."),
    )
    started_on = models.DateField(_("search started on"))
    extended_on = models.DateField(_("term extended on"), null=True, blank=True)
    status = models.CharField(
        _("status"), max_length=6, choices=PupilRequestStatus, default=PupilRequestStatus.OPEN
    )
    closed_on = models.DateField(_("search ended on"), null=True, blank=True)
    agreement = models.OneToOneField(
        Agreement,
        on_delete=models.SET_NULL,
        null=True,
        blank=True,
        related_name="pupil_request",
        verbose_name=_("agreement"),
    )
    #: Counts the changes, so that of two who edit one request the second is told.
    version = models.PositiveIntegerField(default=0, editable=False)

    objects = PupilRequestQuerySet.as_manager()

    class Meta:
        ordering = ("started_on", "reference", "pk")
        verbose_name = _("pupil to place")
        verbose_name_plural = _("pupils to place")
        indexes = (
            models.Index(fields=("campus", "school_year", "status"), name="pupilrequest_campus"),
        )
        constraints = (
            models.UniqueConstraint(
                fields=("campus", "school_year", "reference"),
                condition=Q(status__in=("open", "placed")),
                name="pupilrequest_unique_reference",
                violation_error_message=_(
                    "This campus has a pupil with this reference in this school year already."
                ),
            ),
            models.CheckConstraint(
                name="pupilrequest_closed_has_day",
                condition=Q(status="open", closed_on__isnull=True)
                | (~Q(status="open") & Q(closed_on__isnull=False)),
                violation_error_message=_("A search that ended has a day on which it did."),
            ),
            models.CheckConstraint(
                name="pupilrequest_days_in_order",
                condition=(Q(closed_on__isnull=True) | Q(closed_on__gte=F("started_on")))
                & (Q(extended_on__isnull=True) | Q(extended_on__gte=F("started_on"))),
                violation_error_message=_("This day lies before the start of the search."),
            ),
            models.CheckConstraint(
                name="pupilrequest_agreement_when_placed",
                condition=Q(agreement__isnull=True) | Q(status__in=("placed", "ended")),
                violation_error_message=_("A pupil with an agreement is placed."),
            ),
        )

    def __str__(self) -> str:
        return self.reference

    @property
    def is_open(self) -> bool:
        return self.status == PupilRequestStatus.OPEN

    def place(self, day: date, agreement: Agreement | None = None) -> None:
        """The search ended well on a day, with an agreement if it is known here. Not saved."""
        self._close(PupilRequestStatus.PLACED, day)
        self.agreement = agreement

    def move(self, day: date) -> None:
        """No workplace was found: the pupil goes to a programme that is not dual. Not saved."""
        self._close(PupilRequestStatus.MOVED, day)

    def end(self, day: date) -> None:
        """The search ended for another reason, as a pupil who left the school. Not saved."""
        self._close(PupilRequestStatus.ENDED, day)

    def reopen(self) -> None:
        """The pupil looks for a workplace again, in the term that was running. Not saved."""
        self.status = PupilRequestStatus.OPEN
        self.closed_on = None
        self.agreement = None

    def _close(self, status: PupilRequestStatus, day: date) -> None:
        self.status, self.closed_on = status, day
