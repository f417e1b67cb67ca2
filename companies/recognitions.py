"""Recognitions per programme and establishment, and the workplaces they give per school year."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, timedelta
from typing import Self

import pghistory
import pgtrigger
from django.contrib.gis.db import models
from django.contrib.gis.geos import Point
from django.contrib.postgres.constraints import ExclusionConstraint
from django.contrib.postgres.fields import DateRangeField, RangeBoundary, RangeOperators
from django.contrib.postgres.indexes import GistIndex
from django.db.models import Case, Exists, ExpressionWrapper, F, Func, OuterRef, Q, Value, When
from django.db.models.functions import Cast
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from companies.establishments import Establishment, Exclusion
from geo.coordinates import LAMBERT_2008, to_lambert
from schools.models import Campus, Programme, SchoolYear, Sector

#: What a company said of its places is taken for current this long.
CONFIRMATION_LASTS = timedelta(days=365)


def is_unconfirmed(confirmed_on: date | None, today: date) -> bool:
    """Whether a company last confirmed its places twelve months ago or longer.

    Without a day nobody knows how old the number is: that is no reason to count it for less.
    """
    return confirmed_on is not None and confirmed_on <= today - CONFIRMATION_LASTS


class RecognitionStatus(models.TextChoices):
    """Where a recognition stands (status van de erkenning)."""

    REQUESTED = "requested", _("requested")
    INCOMPLETE = "incomplete", _("incomplete")
    RECOGNISED = "recognised", _("recognised")
    REFUSED = "refused", _("refused")
    LIFTED = "lifted", _("lifted")
    EXPIRED = "expired", _("expired")


#: What a recognition may become (docs/adr/0011-recognition-decisions.md). What was refused or
#: lifted comes back on appeal only; nothing becomes what it is, so no decision is taken twice.
TRANSITIONS: Mapping[RecognitionStatus, frozenset[RecognitionStatus]] = {
    RecognitionStatus.REQUESTED: frozenset(
        {RecognitionStatus.INCOMPLETE, RecognitionStatus.RECOGNISED, RecognitionStatus.REFUSED}
    ),
    RecognitionStatus.INCOMPLETE: frozenset(
        {RecognitionStatus.REQUESTED, RecognitionStatus.RECOGNISED, RecognitionStatus.REFUSED}
    ),
    RecognitionStatus.RECOGNISED: frozenset({RecognitionStatus.LIFTED, RecognitionStatus.EXPIRED}),
    RecognitionStatus.REFUSED: frozenset({RecognitionStatus.RECOGNISED}),
    RecognitionStatus.LIFTED: frozenset({RecognitionStatus.RECOGNISED}),
    RecognitionStatus.EXPIRED: frozenset(),
}
#: Requests that nobody decided on yet; those that are incomplete wait for the company.
WAITING = (RecognitionStatus.REQUESTED, RecognitionStatus.INCOMPLETE)
#: What an appeal (beroep) can be lodged against.
APPEALABLE = (RecognitionStatus.REFUSED, RecognitionStatus.LIFTED)
#: Days within which a request is decided (beslissingstermijn); they stop while it is incomplete.
DECISION_DAYS = 14
#: A recognition lasts five years, or shorter when the conditions are no longer met.
MAX_YEARS = 5
#: How long before its end a recognition can be renewed.
RENEWABLE_DAYS = 183


def years_later(start: date, years: int) -> date:
    """The same day some years later; 28 February for a leap day."""
    try:
        return start.replace(year=start.year + years)
    except ValueError:
        return start.replace(year=start.year + years, day=28)


def longest_until(start: date) -> date:
    """The last day that a recognition from a day can have."""
    return years_later(start, MAX_YEARS) - timedelta(days=1)


class RecognitionQuerySet(models.QuerySet["Recognition"]):
    def decided_by(self, user: User) -> Self:
        """Those a consultant decides on: of her sectors; all for an administrator.

        Where nobody said which sector decides, the fallback does.
        """
        if user.is_superuser:
            return self
        mine = Sector.objects.filter(memberships__user=user)
        nobodys = Q(sector__isnull=True) & Exists(mine.filter(is_fallback=True))
        return self.filter(Q(sector__in=mine) | nobodys)

    def of(self, user: User) -> Self:
        """Those of the companies a user acts for; all for an administrator."""
        if user.is_superuser:
            return self
        return self.filter(establishment__in=Establishment.objects.of(user))

    def waiting(self) -> Self:
        """Requests without a decision, incomplete ones too."""
        return self.filter(status__in=WAITING)

    def appealed(self) -> Self:
        """Refused or lifted, with an appeal that nobody decided on yet."""
        return self.filter(
            status__in=APPEALABLE, appealed_on__isnull=False, appeal_decided_on__isnull=True
        )

    def overdue(self, today: date) -> Self:
        """Complete requests whose last day for a decision has passed."""
        return self.with_due_on().filter(status=RecognitionStatus.REQUESTED, due__lt=today)

    def with_due_on(self) -> Self:
        """Each with `due`, the last day for a decision; None when its request has no day."""
        days = F("requested_on") + F("paused_days") + Value(DECISION_DAYS)
        return self.annotate(due=ExpressionWrapper(days, output_field=models.DateField()))

    def recognised(self) -> Self:
        return self.filter(status=RecognitionStatus.RECOGNISED)

    def valid_on(self, day: date) -> Self:
        """Recognised, and the day lies in its period."""
        return self.recognised().filter(valid_from__lte=day, valid_until__gte=day)

    def in_order_of_care(self) -> Self:
        """What the company must act on first: incomplete, requested, then in force by their end."""
        order = [
            RecognitionStatus.INCOMPLETE,
            RecognitionStatus.REQUESTED,
            RecognitionStatus.RECOGNISED,
            RecognitionStatus.REFUSED,
            RecognitionStatus.LIFTED,
        ]
        turn = Case(
            *(When(status=status, then=Value(n)) for n, status in enumerate(order)),
            default=Value(len(order)),
        )
        return self.order_by(turn, "valid_until", "pk")

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
    paused_on = models.DateField(
        _("clock stopped on"), null=True, blank=True, help_text=_("While it is incomplete.")
    )
    paused_days = models.PositiveSmallIntegerField(
        _("days the clock stood still"), default=0, db_default=0
    )
    appealed_on = models.DateField(_("appeal lodged on"), null=True, blank=True)
    appeal = models.TextField(_("grounds of the appeal"), blank=True, default="", db_default="")
    appeal_decided_on = models.DateField(_("appeal decided on"), null=True, blank=True)
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
            models.CheckConstraint(
                name="recognition_appeal_in_order",
                condition=Q(appeal_decided_on__isnull=True)
                | Q(appealed_on__isnull=False, appeal_decided_on__gte=F("appealed_on")),
                violation_error_message=_("An appeal is decided after it is lodged."),
            ),
            models.UniqueConstraint(
                fields=("establishment", "programme"),
                name="recognition_one_request",
                condition=Q(status__in=("requested", "incomplete")),
                violation_error_message=_(
                    "A request for this programme at this establishment is running already."
                ),
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
            # The clock of a request stands still while it is incomplete, and an appeal ends when
            # it is recognised, whoever wrote that: an import and the API too. A writer that says
            # the days itself is not corrected.
            pgtrigger.Trigger(
                name="recognition_stops_clock",
                when=pgtrigger.Before,
                operation=pgtrigger.Insert | pgtrigger.UpdateOf("status"),
                func="""
                    IF NEW.status = 'incomplete' THEN
                        NEW.paused_on := COALESCE(NEW.paused_on, CURRENT_DATE);
                    ELSIF NEW.paused_on IS NOT NULL THEN
                        NEW.paused_days := NEW.paused_days
                            + GREATEST(CURRENT_DATE - NEW.paused_on, 0);
                        NEW.paused_on := NULL;
                    END IF;
                    IF NEW.status = 'recognised' AND NEW.appealed_on IS NOT NULL THEN
                        NEW.appeal_decided_on := COALESCE(
                            NEW.appeal_decided_on, GREATEST(NEW.appealed_on, CURRENT_DATE)
                        );
                    END IF;
                    RETURN NEW;
                """,
            ),
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

    @property
    def is_waiting(self) -> bool:
        """Whether nobody decided on the request yet."""
        return self.status in WAITING

    @property
    def is_appealed(self) -> bool:
        """Whether an appeal waits for a decision."""
        open_appeal = self.appealed_on is not None and self.appeal_decided_on is None
        return self.status in APPEALABLE and open_appeal

    def may_appeal(self) -> bool:
        """Whether an appeal can be lodged: once against each refusal or lifting."""
        return self.status in APPEALABLE and self.appealed_on is None

    def may_become(self, status: str) -> bool:
        """Whether a decision may give it a status (`TRANSITIONS`)."""
        if RecognitionStatus(status) not in TRANSITIONS[RecognitionStatus(self.status)]:
            return False
        return self.status not in APPEALABLE or self.is_appealed

    @property
    def due_on(self) -> date | None:
        """The last day for a decision on the request, as the clock stands now."""
        if self.requested_on is None:
            return None
        return self.requested_on + timedelta(days=DECISION_DAYS + self.paused_days)

    def days_left(self, today: date) -> int | None:
        """Days left for a decision, negative when it is late; None when no clock runs.

        While it is incomplete the days are those left when the clock stopped.
        """
        if self.due_on is None or not self.is_waiting:
            return None
        return (self.due_on - (self.paused_on or today)).days

    def is_in_force(self, day: date) -> bool:
        """Recognised, and the day lies in its period."""
        if self.status != RecognitionStatus.RECOGNISED:
            return False
        return self.valid_from <= day <= self.valid_until  # type: ignore[operator]

    def is_renewable(self, today: date) -> bool:
        """Whether it is in force and ends soon enough to be renewed."""
        return self.is_in_force(today) and self.valid_until <= today + timedelta(  # type: ignore[operator]
            days=RENEWABLE_DAYS
        )

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
