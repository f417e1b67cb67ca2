"""What the review's pages show beside a request, each subject in one query."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from typing import Any

import numpy as np
from django.db.models import Count, F, Q, QuerySet, Sum

from companies.models import Agreement, AgreementStatus, Establishment, Recognition
from companies.recognitions import DECISION_DAYS, RecognitionStatus
from geo.coordinates import geodesic_metres
from schools.models import Campus, OfferingStatus, SchoolYear

#: What counts as near, in kilometres in a straight line.
NEAR_KM = 25
#: Campuses and earlier decisions that a page names; the counts tell of the others.
SHOWN = 12
#: A request that has no more days than this is due.
DUE_DAYS = 3


@dataclass(frozen=True)
class Clock:
    """The 14 days of a request (`left` negative when late), or that they stand still."""

    left: int | None
    paused: bool

    @property
    def state(self) -> str:
        """`paused`, `overdue`, `last`, `due`, `running`, or `none` where no clock runs."""
        if self.left is None:
            return "none"
        if self.paused:
            return "paused"
        if self.left <= 0:
            return "overdue" if self.left < 0 else "last"
        return "due" if self.left <= DUE_DAYS else "running"

    @property
    def late(self) -> int:
        """Days it is late."""
        return max(-(self.left or 0), 0)

    @property
    def share(self) -> float:
        """The part of the 14 days that has gone, in 0..1."""
        if self.left is None:
            return 0.0
        return min(max(1 - self.left / DECISION_DAYS, 0.0), 1.0)


def clock_of(recognition: Recognition, today: date) -> Clock:
    paused = recognition.status == RecognitionStatus.INCOMPLETE
    return Clock(recognition.days_left(today), paused)


def campuses_near(recognition: Recognition, school_year: SchoolYear) -> list[Campus]:
    """Campuses that offer the programme this year within `NEAR_KM`, the nearest first.

    Each has its `metres` in a straight line, and `pupils_` there, None when unknown.
    """
    point = recognition.establishment.point
    if point is None:
        return []
    offers = Q(
        offerings__programme=recognition.programme_id,
        offerings__school_year=school_year,
        offerings__status__in=OfferingStatus.active(),
    )
    # A degree of longitude is 69 km here, one of latitude more: the box holds the circle.
    found = list(
        Campus.objects.open()
        .filter(offers, point__dwithin=(point, NEAR_KM / 69))
        .annotate(pupils_=F("offerings__pupils"))
        .select_related("school", "municipality")
    )
    there = np.array([campus.point.coords for campus in found if campus.point]).reshape(-1, 2).T
    for campus, metres in zip(found, geodesic_metres(point.x, point.y, *there), strict=True):
        campus.metres = float(metres)  # type: ignore[attr-defined]
    near = [campus for campus in found if campus.metres <= NEAR_KM * 1000]  # type: ignore[attr-defined]
    return sorted(near, key=lambda campus: (campus.metres, campus.pk))  # type: ignore[attr-defined]


@dataclass(frozen=True)
class Nearby:
    """The workplaces for the same programme around an establishment."""

    recognitions: int
    offered: int
    taken: int
    unknown: int


def nearby(recognition: Recognition, school_year: SchoolYear, today: date) -> Nearby:
    """What is there for the same programme within `NEAR_KM` this school year."""
    there = (
        Recognition.objects.usable_in(school_year, today)
        .for_programme(recognition.programme)
        .within(recognition.establishment, NEAR_KM)
        .exclude(pk=recognition.pk)
    )
    year = Q(workplaces__school_year=school_year)
    counts = there.aggregate(
        n=Count("pk", distinct=True),
        offered=Sum("workplaces__places_offered", filter=year),
        taken=Sum("workplaces__places_taken", filter=year),
        known=Count("pk", distinct=True, filter=year & Q(workplaces__places_offered__isnull=False)),
    )
    return Nearby(
        counts["n"], counts["offered"] or 0, counts["taken"] or 0, counts["n"] - counts["known"]
    )


def earlier_decisions(recognition: Recognition) -> QuerySet[Recognition]:
    """What was decided before on the same company, the newest first."""
    company = recognition.establishment.company_id
    return (
        Recognition.objects.filter(establishment__company=company, decided_on__isnull=False)
        .exclude(pk=recognition.pk)
        .select_related("establishment", "programme")
        .order_by("-decided_on", "-pk")
    )


def agreements_under(recognitions: Iterable[Recognition], today: date) -> list[Agreement]:
    """Agreements that run or are planned under recognitions, by school."""
    return list(
        Agreement.objects.filter(
            workplace__recognition__in=list(recognitions),
            status__in=(AgreementStatus.PLANNED, AgreementStatus.RUNNING),
            ends_on__gte=today,
        )
        .select_related("campus__school", "workplace__recognition__programme")
        .order_by("campus__school__name", "ends_on", "pk")
    )


def map_data(establishment: Establishment, campuses: Iterable[Campus]) -> dict[str, Any] | None:
    """The map (js/map.js): the establishment, what is near, and the campuses by their rank."""
    if establishment.point is None:
        return None
    listed = list(campuses)
    return {
        "campus": list(establishment.point.coords),
        "radius": NEAR_KM * 1000,
        "dots": [
            [*campus.point.coords, rank, 5, str(campus)]
            for rank, campus in enumerate(listed, 1)
            if campus.point is not None
        ],
        "page": 1,
        "perPage": SHOWN,
    }
