"""The school year (schooljaar): 1 September to 31 August, named `2026-2027`."""

from __future__ import annotations

import re
from datetime import date

from django.core.exceptions import ValidationError
from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

FIRST_YEAR, LAST_YEAR = 2010, 2100


def school_year_starting(day: date) -> int:
    """The calendar year in which the school year of a day began."""
    return day.year if day.month >= 9 else day.year - 1


def school_year_name(starts_in: int) -> str:
    """What the school year that starts in a calendar year is called: `2026-2027`."""
    return f"{starts_in}-{starts_in + 1}"


class SchoolYearManager(models.Manager["SchoolYear"]):
    def starting_in(self, year: int) -> SchoolYear:
        """The school year that starts on 1 September of `year`, made when it is new."""
        return self.get_or_create(starts_in=year)[0]

    def current(self, day: date | None = None) -> SchoolYear:
        """The school year of a day (default: today), made when it is new."""
        return self.starting_in(school_year_starting(day or timezone.localdate()))

    def over_by(self, day: date) -> models.QuerySet[SchoolYear]:
        """The school years whose last day is `day` or earlier."""
        this_year_too = day >= date(day.year, 8, 31)
        return self.filter(starts_in__lt=day.year - (not this_year_too))

    def named(self, name: str) -> SchoolYear:
        """The school year called `2026-2027`; this one and the next are made when they are new.

        Raises ValidationError when the name is no school year, DoesNotExist when it is unknown.
        """
        match = re.fullmatch(r"(\d{4})-(\d{4})", name.strip(), re.ASCII)
        if not match or int(match[2]) != int(match[1]) + 1:
            raise ValidationError(
                _("“%(name)s” is no school year: write it as 2026-2027."),
                code="invalid",
                params={"name": name},
            )
        year = int(match[1])
        is_near = year - school_year_starting(timezone.localdate()) in (0, 1)
        return self.starting_in(year) if is_near else self.get(starts_in=year)


class SchoolYear(models.Model):
    """Schooljaar, keyed by the calendar year in which it starts."""

    starts_in = models.PositiveSmallIntegerField(_("starts in"), primary_key=True)

    objects = SchoolYearManager()

    class Meta:
        ordering = ("-starts_in",)
        verbose_name = _("school year")
        verbose_name_plural = _("school years")
        constraints = (
            models.CheckConstraint(
                name="school_year_range",
                condition=Q(starts_in__range=(FIRST_YEAR, LAST_YEAR)),
                violation_error_message=_("This school year is out of range."),
            ),
        )

    def __str__(self) -> str:
        return self.name

    @property
    def name(self) -> str:
        return school_year_name(self.starts_in)

    @property
    def start(self) -> date:
        return date(self.starts_in, 9, 1)

    @property
    def end(self) -> date:
        return date(self.starts_in + 1, 8, 31)

    @property
    def days(self) -> int:
        return (self.end - self.start).days + 1

    def has_ended(self, day: date | None = None) -> bool:
        return self.end < (day or timezone.localdate())
