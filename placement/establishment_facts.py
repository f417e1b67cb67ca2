"""An establishment as a school looks at it: what it trains for, and how it was reached before."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from functools import cached_property

import numpy as np
from django.apps import apps
from django.db.models import Count, Max, Min, Prefetch, QuerySet
from django.utils import timezone

from accounts.models import User
from companies.models import Agreement, Approach, Establishment, Mentor, Recognition, Workplace
from geo.coordinates import geodesic_metres
from schools.models import Campus, Offering, OfferingStatus, SchoolYear

#: Other campuses farther than this do not draw on the same places.
NEAR_METRES = 25_000
#: Campuses to name; the nearest are the ones that matter.
MOST_RIVALS = 12


@dataclass(frozen=True)
class RecognitionFacts:
    """A recognition with its places of two school years; None where nothing is known."""

    recognition: Recognition
    this_year: Workplace | None
    next_year: Workplace | None
    is_valid: bool


@dataclass(frozen=True)
class Way:
    """How far a campus is, in metres in a straight line (geodesic); None when unknown."""

    campus: Campus
    metres: float | None


@dataclass(frozen=True)
class Rival:
    """A programme of the establishment at another school's campus nearby."""

    offering: Offering
    metres: float


@dataclass(frozen=True)
class EstablishmentFacts:
    """All that the page shows of an establishment to a user; each fact is one query or two."""

    establishment: Establishment
    user: User
    today: date

    @cached_property
    def year(self) -> SchoolYear:
        return SchoolYear.objects.current(self.today)

    @cached_property
    def recognitions(self) -> list[RecognitionFacts]:
        """Every recognition, those in force first, each with the places of two school years."""
        years = (self.year.starts_in, self.year.starts_in + 1)
        places = Workplace.objects.filter(school_year__in=years).order_by()
        found = list(
            self.establishment.recognitions.select_related("programme", "sector")
            .prefetch_related(Prefetch("workplaces", places, to_attr="near_years"))
            .order_by("programme__title", "-valid_until")
        )
        rows = []
        for recognition in found:
            by_year = {w.school_year_id: w for w in recognition.near_years}
            rows.append(
                RecognitionFacts(
                    recognition,
                    by_year.get(years[0]),
                    by_year.get(years[1]),
                    _is_valid(recognition, self.today),
                )
            )
        return sorted(rows, key=lambda row: not row.is_valid)

    @cached_property
    def changed_at(self) -> datetime | None:
        """When the record of a recognition last changed, by the history that triggers keep."""
        history = apps.get_model("companies", "RecognitionEvent")
        events = history.objects.filter(pgh_obj__establishment=self.establishment)
        found: datetime | None = events.aggregate(last=Max("pgh_created_at"))["last"]
        return found

    @cached_property
    def mentors(self) -> list[Mentor]:
        """By name; nothing else of them is shown."""
        return list(
            self.establishment.mentors.present().only("name", "establishment_id").order_by("name")
        )

    @cached_property
    def campuses(self) -> list[Campus]:
        """The open campuses of the user's own schools; none for who acts for no school."""
        if self.user.is_superuser:
            return []
        return list(
            Campus.objects.open().of(self.user).select_related("school").order_by("site_number")
        )

    @cached_property
    def ways(self) -> list[Way]:
        """From each of the own campuses, the nearest first."""
        metres = _metres(self.establishment, self.campuses)
        ways = [Way(campus, far) for campus, far in zip(self.campuses, metres, strict=True)]
        return sorted(ways, key=lambda way: (way.metres is None, way.metres or 0.0))

    @cached_property
    def schools(self) -> set[int]:
        return {campus.school_id for campus in self.campuses}

    @cached_property
    def approaches(self) -> QuerySet[Approach]:
        """How the user's own schools reached it before, the last first; never another school's."""
        return (
            Approach.objects.filter(
                establishment=self.establishment, campus__school__in=self.schools
            )
            .select_related("campus__school", "programme")
            .order_by("-sent_on", "-pk")
        )

    @cached_property
    def trained(self) -> dict[str, date | int | None]:
        """The agreements of the user's own schools: how many, and the first and last start."""
        found: dict[str, date | int | None] = Agreement.objects.filter(
            workplace__recognition__establishment=self.establishment,
            campus__school__in=self.schools,
        ).aggregate(n=Count("pk"), first=Min("starts_on"), last=Max("starts_on"))
        return found

    @cached_property
    def rivals(self) -> list[Rival]:
        """Other schools' campuses nearby with a programme it is recognised for, nearest first."""
        point = self.establishment.point
        programmes = {row.recognition.programme_id for row in self.recognitions if row.is_valid}
        if point is None or not programmes:
            return []
        offerings = list(
            Offering.objects.filter(
                programme__in=programmes,
                school_year=self.year,
                status__in=OfferingStatus.active(),
                campus__in=Campus.objects.open(),
                campus__point__isnull=False,
            )
            .exclude(campus__school__in=self.schools)
            .select_related("campus__school", "programme")
            .order_by("pk")
        )
        metres = _metres(self.establishment, [offering.campus for offering in offerings])
        near = [
            Rival(offering, far)
            for offering, far in zip(offerings, metres, strict=True)
            if far is not None and far <= NEAR_METRES
        ]
        return sorted(near, key=lambda rival: (rival.metres, rival.offering.pk))


def _is_valid(recognition: Recognition, today: date) -> bool:
    starts, ends = recognition.valid_from, recognition.valid_until
    return recognition.status == "recognised" and bool(starts and ends and starts <= today <= ends)


def _metres(establishment: Establishment, campuses: list[Campus]) -> list[float | None]:
    """Geodesic metres to each campus; None where either is nowhere."""
    here = establishment.point
    located = [campus.point for campus in campuses if campus.point is not None]
    if here is None or not located:
        return [None] * len(campuses)
    spots = np.array([point.coords for point in located])
    metres = iter(geodesic_metres(here.x, here.y, spots[:, 0], spots[:, 1]).tolist())
    return [next(metres) if campus.point is not None else None for campus in campuses]


def facts(establishment: Establishment, user: User) -> EstablishmentFacts:
    """What a user sees of an establishment today."""
    return EstablishmentFacts(establishment, user, timezone.localdate())
