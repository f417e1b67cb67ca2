"""Recognitions per programme and establishment, and the workplaces they give per school year."""

from __future__ import annotations

from datetime import date
from typing import Self

import pghistory
import pgtrigger
from django.contrib.gis.db import models
from django.contrib.gis.geos import Point
from django.contrib.postgres.constraints import ExclusionConstraint
from django.contrib.postgres.fields import DateRangeField, RangeBoundary, RangeOperators
from django.contrib.postgres.indexes import GistIndex
from django.db.models import Exists, F, Func, OuterRef, Q, Value
from django.db.models.functions import Cast
from django.utils.translation import gettext_lazy as _

from companies.establishments import Establishment, Exclusion
from geo.coordinates import LAMBERT_2008, to_lambert
from schools.models import Campus, Programme, SchoolYear, Sector


class RecognitionStatus(models.TextChoices):
    """Where a recognition stands (status van de erkenning)."""

    REQUESTED = "requested", _("requested")
    INCOMPLETE = "incomplete", _("incomplete")
    RECOGNISED = "recognised", _("recognised")
    REFUSED = "refused", _("refused")
    LIFTED = "lifted", _("lifted")
    EXPIRED = "expired", _("expired")


class RecognitionQuerySet(models.QuerySet["Recognition"]):
    def recognised(self) -> Self:
        return self.filter(status=RecognitionStatus.RECOGNISED)

    def valid_on(self, day: date) -> Self:
        """Recognised, and the day lies in its period."""
        return self.recognised().filter(valid_from__lte=day, valid_until__gte=day)

    def usable_in(self, school_year: SchoolYear, today: date) -> Self:
        """Recognitions under which a pupil can train in what is left of a school year.

        Recognised for at least one day of the year that has not passed, at an establishment in
        business, in the Flemish or Brussels-Capital Region, and not excluded on that first day.
        """
        first_day = max(school_year.start, today)
        excluded = Exclusion.objects.in_force_on(first_day)
        return self.recognised().filter(
            ~Exists(excluded.filter(establishment=OuterRef("establishment"))),
            ~Exists(excluded.filter(company=OuterRef("establishment__company"))),
            valid_from__lte=school_year.end,
            valid_until__gte=first_day,
            # The municipalities are those of the two regions: without one, it lies elsewhere.
            establishment__municipality__isnull=False,
            establishment__stopped_on__isnull=True,
            establishment__company__stopped_on__isnull=True,
        )

    def for_programme(self, programme: Programme) -> Self:
        # The cast matters: the index over programme and point compares bigints with bigints only.
        return self.filter(programme=Cast(Value(programme.pk), models.BigIntegerField()))

    def within(self, place: Campus | Establishment, km: float) -> Self:
        """Recognitions at most `km` kilometres away in a straight line (hemelsbreed), planar."""
        if place.point is None:
            return self.none()
        centre = Point(*to_lambert(*place.point.coords), srid=LAMBERT_2008)
        return self.filter(point__dwithin=(centre, km * 1000))


class DateRange(Func):
    """The inclusive period of two date columns as a PostgreSQL daterange."""

    function = "DATERANGE"
    output_field = DateRangeField()


@pghistory.track(pghistory.InsertEvent(), pghistory.UpdateEvent(), pghistory.DeleteEvent())
class Recognition(models.Model):
    """Erkenning: an establishment may train pupils of a programme for a period (5 years)."""

    establishment = models.ForeignKey(
        Establishment,
        on_delete=models.PROTECT,
        related_name="recognitions",
        verbose_name=_("establishment"),
    )
    programme = models.ForeignKey(
        Programme,
        on_delete=models.PROTECT,
        related_name="recognitions",
        verbose_name=_("programme"),
    )
    sector = models.ForeignKey(
        Sector,
        on_delete=models.PROTECT,
        related_name="recognitions",
        null=True,
        blank=True,
        verbose_name=_("deciding sector"),
    )
    status = models.CharField(_("status"), max_length=10, choices=RecognitionStatus)
    requested_on = models.DateField(_("requested on"), null=True, blank=True)
    decided_on = models.DateField(_("decided on"), null=True, blank=True)
    valid_from = models.DateField(_("valid from"), null=True, blank=True)
    valid_until = models.DateField(_("valid until"), null=True, blank=True)
    reason = models.TextField(_("reason"), blank=True)
    # Where the establishment is, in Lambert 2008: kept equal to its point by triggers, because one
    # index over programme and place is what makes a search fast (docs/adr/0002-search-point.md).
    point = models.PointField(
        _("search point"), srid=LAMBERT_2008, null=True, editable=False, spatial_index=False
    )

    objects = RecognitionQuerySet.as_manager()

    class Meta:
        ordering = ("establishment", "programme", "-valid_from")
        verbose_name = _("recognition")
        verbose_name_plural = _("recognitions")
        indexes = (
            GistIndex(
                fields=("programme", "point"),
                name="recognition_programme_point",
                condition=Q(status=RecognitionStatus.RECOGNISED),
            ),
            models.Index(fields=("status", "valid_until"), name="recognition_status_end"),
        )
        constraints = (
            models.CheckConstraint(
                name="recognition_period",
                condition=Q(valid_until__gte=F("valid_from"))
                | Q(valid_from__isnull=True)
                | Q(valid_until__isnull=True),
                violation_error_message=_("The end lies before the start."),
            ),
            models.CheckConstraint(
                name="recognition_recognised_has_period",
                condition=~Q(status=RecognitionStatus.RECOGNISED)
                | Q(valid_from__isnull=False, valid_until__isnull=False),
                violation_error_message=_("A recognition in force needs a start and an end."),
            ),
            ExclusionConstraint(
                name="recognition_no_overlap",
                expressions=[
                    ("establishment", RangeOperators.EQUAL),
                    ("programme", RangeOperators.EQUAL),
                    (
                        DateRange(
                            "valid_from",
                            "valid_until",
                            RangeBoundary(inclusive_lower=True, inclusive_upper=True),
                        ),
                        RangeOperators.OVERLAPS,
                    ),
                ],
                condition=Q(status=RecognitionStatus.RECOGNISED),
                violation_error_message=_(
                    "This establishment is recognised for this programme in that period already."
                ),
            ),
        )
        triggers = (
            pgtrigger.Trigger(
                name="recognition_takes_point",
                when=pgtrigger.Before,
                operation=pgtrigger.Insert | pgtrigger.UpdateOf("establishment_id", "point"),
                func="""
                    NEW.point := (
                        SELECT ST_Transform(e.point, 3812)
                        FROM companies_establishment e WHERE e.id = NEW.establishment_id
                    );
                    RETURN NEW;
                """,
            ),
        )

    def __str__(self) -> str:
        return f"{self.establishment} · {self.programme}"

    def lapses_during(self, school_year: SchoolYear) -> bool:
        """Whether it ends before the school year does."""
        return self.valid_until is not None and self.valid_until < school_year.end


@pghistory.track(pghistory.InsertEvent(), pghistory.UpdateEvent(), pghistory.DeleteEvent())
class Workplace(models.Model):
    """Leerwerkplek: the places a recognition gives in a school year. Unknown is not zero."""

    recognition = models.ForeignKey(
        Recognition,
        on_delete=models.CASCADE,
        related_name="workplaces",
        verbose_name=_("recognition"),
    )
    school_year = models.ForeignKey(
        SchoolYear,
        on_delete=models.PROTECT,
        related_name="workplaces",
        verbose_name=_("school year"),
    )
    places_offered = models.PositiveSmallIntegerField(
        _("places offered"), null=True, blank=True, help_text=_("Leave empty when unknown.")
    )
    places_taken = models.PositiveSmallIntegerField(_("places taken"), default=0)
    confirmed_on = models.DateField(
        _("confirmed on"), null=True, blank=True, help_text=_("When the company last said so.")
    )

    class Meta:
        ordering = ("recognition", "-school_year")
        verbose_name = _("workplace")
        verbose_name_plural = _("workplaces")
        constraints = (
            models.UniqueConstraint(
                fields=("recognition", "school_year"),
                name="workplace_unique",
                violation_error_message=_("This recognition has places in this school year."),
            ),
            models.CheckConstraint(
                name="workplace_taken_within_offered",
                condition=Q(places_offered__isnull=True) | Q(places_taken__lte=F("places_offered")),
                violation_error_message=_("More places are taken than are offered."),
            ),
        )

    def __str__(self) -> str:
        return f"{self.recognition} · {self.school_year}"

    @property
    def places_free(self) -> int | None:
        """Places left, or None when the company never said how many it has."""
        return None if self.places_offered is None else self.places_offered - self.places_taken
