"""Refreshes of the stored radar, and the sheets they fill: one per programme and school year.

A sheet is invisible until its refresh is published; from then on it is the current one of its
programme and school year, and the one before it goes. So whoever reads always finds whole sheets.
"""

from __future__ import annotations

from datetime import timedelta
from typing import Self

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Exists, OuterRef, Q
from django.db.models.functions import Now
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from schools.models import Campus, Programme, SchoolYear

#: A refresh of which nothing was heard for this long is sent to the workers once more ...
STALLED_AFTER = timedelta(minutes=3)
#: ... and one of which nothing was heard for this long is given up.
ABANDONED_AFTER = timedelta(minutes=15)


class RefreshStatus(models.TextChoices):
    """How far a refresh is."""

    RUNNING = "running", _("running")
    DONE = "done", _("done")
    FAILED = "failed", _("failed")
    ABANDONED = "abandoned", _("abandoned")


class RadarRefreshQuerySet(models.QuerySet["RadarRefresh"]):
    def running(self) -> Self:
        return self.filter(status=RefreshStatus.RUNNING)

    def silent(self) -> Self:
        """Running, it says, but nothing was heard of it for too long."""
        return self.running().filter(heard_at__lt=timezone.now() - ABANDONED_AFTER)

    def stalled(self) -> Self:
        """Running, but quiet for so long that blocks may have been lost with their workers."""
        return self.running().filter(heard_at__lt=timezone.now() - STALLED_AFTER)

    def forgotten(self) -> Self:
        """Ended, and nothing is left that refers to them."""
        return self.exclude(status=RefreshStatus.RUNNING).filter(
            ~Exists(RadarSheet.objects.filter(refresh=OuterRef("pk"))), changes__isnull=True
        )


class RadarRefresh(models.Model):
    """One round of computing: its number is the version of the sheets that it fills.

    At most one runs at a time; the database holds that. `policy` is the fingerprint of the choices
    it computes with, `day` the day on which recognitions had to be valid.
    """

    status = models.CharField(
        max_length=9, choices=RefreshStatus, default=RefreshStatus.RUNNING, editable=False
    )
    policy = models.CharField(max_length=16)
    day = models.DateField()
    started_at = models.DateTimeField(db_default=Now())
    heard_at = models.DateTimeField(db_default=Now())
    finished_at = models.DateTimeField(null=True)
    message = models.TextField(blank=True)

    objects = RadarRefreshQuerySet.as_manager()

    class Meta:
        constraints = (
            models.UniqueConstraint(
                fields=("status",),
                condition=Q(status=RefreshStatus.RUNNING),
                name="radar_refresh_one_running",
            ),
            models.CheckConstraint(
                condition=Q(status=RefreshStatus.RUNNING, finished_at__isnull=True)
                | (~Q(status=RefreshStatus.RUNNING) & Q(finished_at__isnull=False)),
                name="radar_refresh_ended_or_running",
            ),
        )

    def __str__(self) -> str:
        return f"{self.pk}"

    @property
    def is_running(self) -> bool:
        return self.status == RefreshStatus.RUNNING

    def progress(self) -> tuple[int, int]:
        """How many of its sheets are filled, and how many there are."""
        found = self.sheets.aggregate(done=models.Count("computed_at"), all=models.Count("pk"))
        return found["done"], found["all"]


class RadarSheetQuerySet(models.QuerySet["RadarSheet"]):
    def current(self) -> Self:
        """The sheets that are served."""
        return self.filter(is_current=True)

    def replaced_by(self, refresh: RadarRefresh) -> Self:
        """Current sheets of which a refresh has a newer one."""
        newer = refresh.sheets.filter(
            school_year=OuterRef("school_year"), programme=OuterRef("programme")
        )
        return self.current().filter(Exists(newer)).exclude(refresh=refresh)


class RadarSheet(models.Model):
    """The radar of every campus for a programme in a school year, as one refresh computed it.

    `stamp` says from which data (`Change.objects.stamp`); `computed_at` is empty until it is
    filled.
    """

    refresh = models.ForeignKey(RadarRefresh, on_delete=models.CASCADE, related_name="sheets")
    school_year = models.ForeignKey(SchoolYear, on_delete=models.CASCADE, related_name="+")
    programme = models.ForeignKey(Programme, on_delete=models.CASCADE, related_name="+")
    computed_at = models.DateTimeField(null=True)
    stamp = models.CharField(max_length=50, blank=True)
    is_current = models.BooleanField(default=False)

    objects = RadarSheetQuerySet.as_manager()

    class Meta:
        constraints = (
            models.UniqueConstraint(
                fields=("refresh", "school_year", "programme"), name="radar_sheet_once_in_refresh"
            ),
            models.UniqueConstraint(
                fields=("school_year", "programme"),
                condition=Q(is_current=True),
                name="radar_sheet_one_current",
            ),
            models.CheckConstraint(
                condition=Q(is_current=False) | Q(computed_at__isnull=False),
                name="radar_sheet_current_is_filled",
            ),
        )

    def __str__(self) -> str:
        return f"{self.programme} · {self.school_year} · {self.refresh_id}"


class RadarFigureQuerySet(models.QuerySet["RadarFigure"]):
    def served(self, school_year: SchoolYear, policy: str) -> Self:
        """Figures of the current sheets of a school year; `policy` is a fingerprint."""
        return self.filter(
            sheet__is_current=True,
            sheet__school_year=school_year,
            sheet__refresh__policy=policy,
        ).select_related("sheet")


class RadarFigure(models.Model):
    """An `Opportunity` of a campus, stored: its fields are named and meant as there."""

    sheet = models.ForeignKey(RadarSheet, on_delete=models.CASCADE, related_name="figures")
    campus = models.ForeignKey(Campus, on_delete=models.CASCADE, related_name="+")
    offered = models.BooleanField()
    pupils = models.PositiveIntegerField()
    recognitions = models.PositiveIntegerField()
    unknown = models.PositiveIntegerField()
    places_low = models.FloatField()
    places_high = models.FloatField()
    free = models.FloatField()
    drawing = models.PositiveIntegerField()
    per_pupil_low = models.FloatField()
    per_pupil_high = models.FloatField()
    rivals = ArrayField(models.BigIntegerField())
    nearest = models.FloatField(null=True)
    lapsing_share = models.FloatField()
    advice = models.CharField(max_length=10)
    reasons = ArrayField(models.CharField(max_length=11))

    objects = RadarFigureQuerySet.as_manager()

    class Meta:
        constraints = (
            models.UniqueConstraint(fields=("sheet", "campus"), name="radar_figure_unique"),
        )

    def __str__(self) -> str:
        return f"{self.sheet_id} · {self.campus_id}"
