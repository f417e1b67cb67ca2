"""The requests of a province for a school year, each with what the forum weighs."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from django.db.models import Count, Exists, OuterRef, Q, QuerySet

from figures.forum.models import Opinion, View
from geo.coordinates import to_lambert
from geo.models import Province
from matching.opportunities import Opportunity, radar_policy_in_force
from matching.radar import pair_opportunities
from matching.radar_rows import ADVICE, REASONS
from placement.models import Dossier, SectorAdvice
from schools.models import Offering, OfferingStatus, SchoolYear


def requests_for(school_year: SchoolYear) -> QuerySet[Offering]:
    """What is new in a school year: requested, refused, or approved and not offered before.

    An offering that goes on from the year before asks nobody anything.
    """
    before = Offering.objects.filter(
        campus=OuterRef("campus"),
        programme=OuterRef("programme"),
        school_year=school_year.starts_in - 1,
        status__in=OfferingStatus.active(),
    )
    return (
        Offering.objects.filter(school_year=school_year)
        .exclude(status=OfferingStatus.STOPPED)
        .filter(Q(status__in=(OfferingStatus.REQUESTED, OfferingStatus.REFUSED)) | ~Exists(before))
    )


@dataclass(frozen=True)
class Overlap:
    """Another request for the same programme in reach: its campus, and metres away."""

    offering: Offering
    metres: float


@dataclass(frozen=True)
class Asked:
    """One request with what is known of it."""

    offering: Offering
    opportunity: Opportunity | None
    overlaps: tuple[Overlap, ...]

    @property
    def dossier(self) -> Dossier | None:
        return getattr(self.offering, "dossier", None)

    @property
    def opinion(self) -> Opinion | None:
        return getattr(self.offering, "opinion", None)

    @property
    def expected(self) -> int | None:
        """The pupils that the school expects; None when it never said."""
        return self.dossier.expected_pupils if self.dossier else self.offering.pupils

    @property
    def advices(self) -> list[SectorAdvice]:
        return list(self.dossier.advices.all()) if self.dossier else []

    @property
    def advice_word(self) -> str:
        return str(ADVICE[self.opportunity.advice]) if self.opportunity else ""

    @property
    def reason_words(self) -> list[str]:
        found = self.opportunity.reasons if self.opportunity else ()
        return [str(REASONS[reason]) for reason in found]


#: How an agenda is worked through: by programme, then by school.
ORDER = ("programme__title", "programme", "campus__school__name", "pk")


@dataclass(frozen=True)
class Agenda:
    """What a province's forum has to work through, by programme."""

    province: Province
    school_year: SchoolYear
    asked: list[Asked]

    @property
    def concluded(self) -> int:
        return sum(item.opinion is not None for item in self.asked)

    @property
    def overlapping(self) -> int:
        return sum(bool(item.overlaps) for item in self.asked)

    @property
    def advised(self) -> int:
        return sum(bool(item.advices) for item in self.asked)

    @property
    def decisions(self) -> list[tuple[str, list[Asked]]]:
        """The decision list: each opinion with its requests, and those without one."""
        by_view: dict[str, list[Asked]] = defaultdict(list)
        for item in self.asked:
            by_view[item.opinion.view if item.opinion else ""].append(item)
        words = [(view.value, str(view.label)) for view in View]
        found = [(word, by_view[value]) for value, word in words if by_view[value]]
        return found + ([("", by_view[""])] if by_view[""] else [])


def agenda(province: Province, school_year: SchoolYear) -> Agenda:
    """The requests of a province, by programme and campus. A handful of queries."""
    own = list(
        requests_for(school_year)
        .filter(campus__municipality__province=province)
        .select_related(
            "campus__school", "campus__municipality", "programme", "school_year", "opinion"
        )
        .select_related("dossier")
        .prefetch_related("dossier__advices__sector")
        .annotate(n_remarks=Count("remarks"))
        .order_by(*ORDER)
    )
    return Agenda(province, school_year, _weighed(own, school_year))


@dataclass(frozen=True)
class Turn:
    """Where a request stands in its province's agenda. Requests are named by their primary keys.

    `undecided` is the first after it, and then from the top, that has no opinion yet.
    """

    place: int
    total: int
    before: int | None
    after: int | None
    undecided: int | None


def turn_of(offering: Offering, province: Province) -> Turn:
    """The place of a request of a province in the agenda. One query."""
    found = list(
        requests_for(offering.school_year)
        .filter(campus__municipality__province=province)
        .order_by(*ORDER)
        .values_list("pk", "opinion")
    )
    ids = [pk for pk, _ in found]
    at = ids.index(offering.pk)
    around = found[at + 1 :] + found[:at]
    return Turn(
        place=at + 1,
        total=len(ids),
        before=ids[at - 1] if at else None,
        after=ids[at + 1] if at + 1 < len(ids) else None,
        undecided=next((pk for pk, opinion in around if opinion is None), None),
    )


def weighed(offering: Offering) -> Asked:
    """One request with what is known of it."""
    return _weighed([offering], offering.school_year)[0]


def _weighed(own: Sequence[Offering], school_year: SchoolYear) -> list[Asked]:
    pairs = {(offering.campus_id, offering.programme_id) for offering in own}
    figures = pair_opportunities(pairs, school_year)
    rivals = _by_programme(own, school_year)
    return [
        Asked(
            offering,
            figures.get((offering.campus_id, offering.programme_id)),
            _overlaps(offering, rivals[offering.programme_id]),
        )
        for offering in own
    ]


def _by_programme(own: Iterable[Offering], school_year: SchoolYear) -> dict[int, list[Offering]]:
    """Every request of the region for these programmes that was not refused. One query."""
    found: dict[int, list[Offering]] = defaultdict(list)
    asked = (
        requests_for(school_year)
        .filter(
            programme__in={offering.programme_id for offering in own},
            campus__point__isnull=False,
        )
        .exclude(status=OfferingStatus.REFUSED)
        .select_related("campus__school", "campus__municipality__province")
        .order_by("pk")
    )
    for offering in asked:
        found[offering.programme_id].append(offering)
    return found


def _overlaps(offering: Offering, others: list[Offering]) -> tuple[Overlap, ...]:
    """The other requests within the radar's reach, nearest first (hemelsbreed)."""
    here: Any = offering.campus.point
    others = [other for other in others if other.pk != offering.pk]
    if here is None or not others:
        return ()
    x, y = to_lambert(here.x, here.y)
    points: list[Any] = [other.campus.point for other in others]
    east, north = to_lambert(*np.array([(point.x, point.y) for point in points]).T)
    metres = np.hypot(east - x, north - y).tolist()
    reach = radar_policy_in_force().decay.catchment
    near = [
        Overlap(other, away) for other, away in zip(others, metres, strict=True) if away <= reach
    ]
    return tuple(sorted(near, key=lambda overlap: (overlap.metres, overlap.offering.pk)))
