"""What a coordinator sees first: her campuses, her pupils to place, and what waits."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, field
from functools import cached_property

from django.contrib.gis.db.models import PointField
from django.db.models import Count, Func, IntegerField, OuterRef, Prefetch, Subquery
from django.db.models.functions import Coalesce
from django.utils import timezone

from accounts.models import User
from companies.models import Approach, ApproachStatus, Recognition
from geo.coordinates import LAMBERT_2008
from matching.queries import DEFAULT_RADIUS_KM
from placement.partners import lapsing_recognitions
from placement.pupil_requests import PupilRequest, PupilRequestStatus
from placement.pupil_rows import PupilRow, PupilRows
from schools.models import Campus, Offering, OfferingStatus, School, SchoolYear

#: Pupils whose terms are shown; the rest is one link away.
SHOWN = 6


class InLambert(Func):
    """A WGS 84 point in the plane of the search points; Django's Transform takes no OuterRef."""

    template = f"ST_Transform(%(expressions)s, {LAMBERT_2008})"
    output_field = PointField(srid=LAMBERT_2008)


@dataclass
class ProgrammeLine:
    """A programme of a campus this year: `reachable` workplaces, and pupils to place and placed.

    `share` is the reach as a share of the campus's largest.
    """

    offering: Offering
    reachable: int
    share: float
    pupils: dict[str, int] = field(default_factory=dict)

    @property
    def open(self) -> int:
        return self.pupils.get(PupilRequestStatus.OPEN, 0)

    @property
    def placed(self) -> int:
        return self.pupils.get(PupilRequestStatus.PLACED, 0)


@dataclass(frozen=True)
class SchoolHome:
    """The home of a coordinator in a school year. Every number is a query or less."""

    user: User
    year: SchoolYear

    @cached_property
    def campuses(self) -> list[tuple[Campus, list[ProgrammeLine]]]:
        """The open campuses, each with the programmes of this year. Three queries."""
        within = Recognition.objects.usable_in(self.year, timezone.localdate()).filter(
            programme=OuterRef("programme"),
            point__dwithin=(InLambert(OuterRef("campus__point")), DEFAULT_RADIUS_KM * 1000),
        )
        counted = within.order_by().values("programme").annotate(n=Count("pk")).values("n")
        offerings = (
            Offering.objects.filter(school_year=self.year, status__in=OfferingStatus.active())
            .annotate(reachable=Coalesce(Subquery(counted, output_field=IntegerField()), 0))
            .select_related("programme")
            .order_by("programme__title", "pk")
        )
        campuses = (
            Campus.objects.of(self.user)
            .open()
            .select_related("school", "municipality")
            .defer("municipality__boundary")
            .prefetch_related(Prefetch("offerings", offerings, to_attr="this_year"))
            .order_by("school__name", "site_number", "pk")
        )
        return [(campus, self._lines(campus)) for campus in campuses]

    def _lines(self, campus: Campus) -> list[ProgrammeLine]:
        offerings = campus.this_year  # type: ignore[attr-defined]
        most = max((offering.reachable for offering in offerings), default=0) or 1
        return [
            ProgrammeLine(
                offering,
                offering.reachable,
                offering.reachable / most,
                self.pupils[campus.pk, offering.programme_id],
            )
            for offering in offerings
        ]

    @cached_property
    def pupils(self) -> dict[tuple[int, int], dict[str, int]]:
        """How many pupils of each status, by campus and programme."""
        found: dict[tuple[int, int], dict[str, int]] = defaultdict(dict)
        rows = (
            PupilRequest.objects.of(self.user)
            .filter(school_year=self.year)
            .order_by()
            .values_list("campus", "programme", "status")
            .annotate(n=Count("pk"))
        )
        for campus, programme, status, n in rows:
            found[campus, programme][status] = n
        return found

    def _total(self, status: str) -> int:
        return sum(counts.get(status, 0) for counts in self.pupils.values())

    @property
    def open(self) -> int:
        """Pupils who look for a workplace."""
        return self._total(PupilRequestStatus.OPEN)

    @property
    def placed(self) -> int:
        return self._total(PupilRequestStatus.PLACED)

    @property
    def share_placed(self) -> float:
        """The placed among those placed and still looking, 0 to 1."""
        return self.placed / ((self.placed + self.open) or 1)

    @cached_property
    def terms(self) -> PupilRows:
        """The open requests with their terms, the shortest first."""
        ours = PupilRequest.objects.of(self.user).filter(school_year=self.year)
        return PupilRows.of(ours.open(), timezone.localdate())

    @cached_property
    def shown_terms(self) -> list[PupilRow]:
        return self.terms[:SHOWN]

    @property
    def soon(self) -> int:
        """Pupils whose term ends within a week of training, or has ended."""
        return len(self.terms.ending_soon())

    @cached_property
    def waiting(self) -> int:
        """Approaches that wait for an answer."""
        return Approach.objects.filter(
            campus__school__in=School.objects.of(self.user), status=ApproachStatus.SENT
        ).count()

    @cached_property
    def lapsing(self) -> int:
        """Recognitions of partners about to lapse."""
        return lapsing_recognitions(self.user, timezone.localdate()).count()
