"""On which days pupils have lessons or train (opleidingsdagen), as far as that is known."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from functools import lru_cache

import holidays
import numpy as np
from django.contrib.postgres.fields import ArrayField
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _
from numpy.typing import NDArray

from schools.models import Campus, Programme, School

#: Monday to Friday, for a campus that did not say otherwise. ISO weekdays: 1 is Monday.
USUAL_WEEK = (1, 2, 3, 4, 5)


class TrainingWeek(models.Model):
    """The weekdays on which a campus teaches or trains: of one programme, or of all others."""

    campus = models.ForeignKey(
        Campus, on_delete=models.CASCADE, related_name="training_weeks", verbose_name=_("campus")
    )
    programme = models.ForeignKey(
        Programme,
        on_delete=models.CASCADE,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("programme"),
        help_text=_("Empty means every programme without days of its own."),
    )
    weekdays = ArrayField(
        models.PositiveSmallIntegerField(validators=[MinValueValidator(1), MaxValueValidator(7)]),
        verbose_name=_("weekdays"),
    )

    class Meta:
        ordering = ("campus", "programme")
        verbose_name = _("training week")
        verbose_name_plural = _("training weeks")
        constraints = (
            models.UniqueConstraint(
                fields=("campus", "programme"),
                nulls_distinct=False,
                name="trainingweek_unique",
                violation_error_message=_("This programme has its days already."),
            ),
            models.CheckConstraint(
                name="trainingweek_has_a_day",
                condition=Q(weekdays__len__gte=1),
                violation_error_message=_("Choose at least one day."),
            ),
            models.CheckConstraint(
                name="trainingweek_days_of_the_week",
                condition=Q(weekdays__contained_by=[1, 2, 3, 4, 5, 6, 7]),
                violation_error_message=_("Days are numbered 1 (Monday) to 7 (Sunday)."),
            ),
        )

    def __str__(self) -> str:
        return f"{self.campus}: {self.weekdays}"


class SchoolClosure(models.Model):
    """Days on which a school is closed (vrije dagen), beside public and school holidays."""

    school = models.ForeignKey(
        School, on_delete=models.CASCADE, related_name="closures", verbose_name=_("school")
    )
    first_day = models.DateField(_("first day"))
    last_day = models.DateField(_("last day"))
    reason = models.CharField(_("reason"), max_length=80, blank=True)

    class Meta:
        ordering = ("first_day", "pk")
        verbose_name = _("days off of a school")
        verbose_name_plural = _("days off of schools")
        constraints = (
            models.CheckConstraint(
                name="schoolclosure_period",
                condition=Q(last_day__gte=F("first_day")),
                violation_error_message=_("The end lies before the start."),
            ),
            models.CheckConstraint(
                name="schoolclosure_not_a_year",
                condition=Q(last_day__lt=F("first_day") + timedelta(days=120)),
                violation_error_message=_("This is longer than a holiday."),
            ),
        )

    def __str__(self) -> str:
        return f"{self.school}: {self.first_day} – {self.last_day}"

    @property
    def days(self) -> list[date]:
        n = (self.last_day - self.first_day).days + 1
        return [self.first_day + timedelta(days=i) for i in range(n)]


@lru_cache(maxsize=16)
def general_holidays(year: int) -> frozenset[date]:
    """Belgian public holidays and Flemish school holidays of a calendar year, from `holidays`."""
    found = holidays.country_holidays(
        "BE", subdiv="Flemish", years=year, categories=("public", "school")
    )
    return frozenset(found)


@dataclass(frozen=True)
class TrainingCalendar:
    """The training days of a programme at a campus. `is_own` is False for the usual week."""

    week: tuple[int, ...]
    closed: frozenset[date]
    is_own: bool

    def count(self, first: date, until: date) -> int:
        """How many training days there are from `first` up to, and not with, `until`."""
        return int(self.counts([first], [until])[0])

    def counts(self, first: Sequence[date], until: Sequence[date]) -> NDArray[np.int64]:
        """The same for n periods (n,), at least one."""
        days = _busy_days(self.week, self.closed, min(first).year, max(*first, *until).year)
        return np.busday_count(first, until, busdaycal=days)

    def nth(self, first: date, n: int) -> date:
        """The nth training day from a day on, that day included when it is one."""
        until = first + timedelta(days=7 * n + 180)
        days = _busy_days(self.week, self.closed, first.year, until.year)
        found = np.busday_offset(first, n - 1, roll="forward", busdaycal=days)
        return found.astype(date)


@lru_cache(maxsize=512)
def _busy_days(
    week: tuple[int, ...], closed: frozenset[date], first: int, last: int
) -> np.busdaycalendar:
    """The training days of the years `first` to `last`. Pupils of a campus share them."""
    off = frozenset().union(closed, *map(general_holidays, range(first, last + 1)))
    days = np.array(sorted(off), dtype="datetime64[D]")
    return np.busdaycalendar(weekmask=[day in week for day in range(1, 8)], holidays=days)


class Calendars:
    """The training calendars of campuses, looked up in memory."""

    def __init__(self, weeks: Iterable[TrainingWeek], closures: Iterable[SchoolClosure]) -> None:
        self._weeks = {(w.campus_id, w.programme_id): tuple(w.weekdays) for w in weeks}
        closed: dict[int, set[date]] = defaultdict(set)
        for closure in closures:
            closed[closure.school_id].update(closure.days)
        self._closed = {school: frozenset(days) for school, days in closed.items()}

    @classmethod
    def of(cls, campuses: Iterable[Campus]) -> Calendars:
        """Those of some campuses, in two queries."""
        listed = list(campuses)
        schools = {campus.school_id for campus in listed}
        return cls(
            TrainingWeek.objects.filter(campus__in=listed),
            SchoolClosure.objects.filter(school__in=schools),
        )

    def get(self, campus: Campus, programme_id: int) -> TrainingCalendar:
        """The calendar of a programme: its own week, the campus's, or the usual one."""
        own = self._weeks.get((campus.pk, programme_id)) or self._weeks.get((campus.pk, None))
        closed = self._closed.get(campus.school_id, frozenset())
        return TrainingCalendar(own or USUAL_WEEK, closed, own is not None)

    @property
    def has_closures(self) -> bool:
        """Whether any school said on which other days it is closed."""
        return bool(self._closed)
