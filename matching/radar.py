"""The radar with its records: what the pages, the API and the commands show.

What is stored is served, even while something newer is being computed; what is not, is computed.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import datetime

from geo.reach import Source
from matching import radar_store
from matching.demand import Demand
from matching.opportunities import (
    Opportunity,
    RadarPolicy,
    promise,
    radar_policy_in_force,
)
from matching.radar_ways import by_minutes, own_ways
from matching.ranking import Way
from matching.region_cache import current_region
from matching.region_radar import campus_opportunities, region_opportunities
from schools.models import Campus, Programme, SchoolYear


@dataclass(frozen=True)
class RadarRow:
    """An opportunity of a campus with its programme and its rivals, nearest first.

    `vacancies` counts those for the programme's occupations in reach; None when unknown.
    """

    campus: Campus
    programme: Programme
    opportunity: Opportunity
    rivals: tuple[Campus, ...]
    vacancies: int | None = None


@dataclass(frozen=True)
class Radar:
    """Rows, most promising first, and when they were computed: None for just now.

    `policy` is what they were computed under; `way` is there where its zones are minutes, and
    `sources` then says who told the ways of the campus.
    """

    rows: list[RadarRow]
    computed_at: datetime | None
    policy: RadarPolicy
    way: Way | None = None
    sources: tuple[Source, ...] = ()


def radar(campus: Campus, school_year: SchoolYear, way: Way | None = None) -> Radar:
    """The opportunities of a campus in a school year.

    In a straight line as far as the policy says, or within the minutes of a way that has a limit.

    Programmes that have ended by the start of the school year are left out, unless the campus still
    offers them. A handful of queries, and one more read of the region when nothing is stored and
    its data changed.
    """
    policy = radar_policy_in_force()
    sources: tuple[Source, ...] = ()
    timed = way is not None and way.at_most is not None
    stored = None if timed else radar_store.of_campus(campus, school_year, policy)
    if way is not None and way.at_most is not None:
        region, policy = current_region(school_year), by_minutes(policy, way.mode, way.at_most)
        own = own_ways(region, campus.pk, way.mode, way.at_most)
        sources = own.sources if own else (Source.ESTIMATE,)
        found = campus_opportunities(region, campus.pk, policy, own)
    elif stored:
        found = sorted(stored.opportunities, key=lambda item: (*promise(item), item.programme))
    else:
        found = campus_opportunities(current_region(school_year), campus.pk, policy)
    programmes = Programme.objects.order_by().in_bulk([item.programme for item in found])
    rivals = _campuses(pk for item in found for pk in item.rivals)
    demand = Demand.around([campus], policy.decay.catchment)
    rows = [
        RadarRow(
            campus,
            programmes[item.programme],
            item,
            _present(item, rivals),
            demand.near(campus, item.programme),
        )
        for item in found
        if item.programme in programmes
        and (item.offered or programmes[item.programme].is_valid_on(school_year.start))
    ]
    return Radar(rows, stored.computed_at if stored else None, policy, way, sources)


@dataclass(frozen=True)
class ProgrammeRadar:
    """A programme at every campus, most promising first; `rows` reads the records of a slice."""

    programme: Programme
    found: list[tuple[int, Opportunity]]
    computed_at: datetime | None

    def __len__(self) -> int:
        return len(self.found)

    def rows(self, start: int, stop: int) -> list[RadarRow]:
        """The rows of a slice: a handful of queries, however many."""
        part = self.found[start:stop]
        campuses = _campuses(pk for campus, item in part for pk in (campus, *item.rivals))
        here = [campuses[campus] for campus, _ in part if campus in campuses]
        reach = radar_policy_in_force().decay.catchment
        demand = Demand.around(here, reach, [self.programme.pk])
        return [
            RadarRow(
                campuses[campus],
                self.programme,
                item,
                _present(item, campuses),
                demand.near(campuses[campus], self.programme.pk),
            )
            for campus, item in part
            if campus in campuses
        ]


def programme_radar(
    programme: Programme, school_year: SchoolYear, campuses: Iterable[int]
) -> ProgrammeRadar:
    """The opportunities of a programme at those of these campuses (primary keys) that have any."""
    policy = radar_policy_in_force()
    stored = radar_store.of_programme(programme, school_year, policy)
    found: Iterable[tuple[int, Opportunity]]
    if stored:
        found = zip(stored.campuses, stored.opportunities, strict=True)
    else:
        region = current_region(school_year).of_programmes([programme.pk])
        found = region_opportunities(region, policy)
    allowed = set(campuses)
    ranked = sorted(
        (row for row in found if row[0] in allowed), key=lambda row: (*promise(row[1]), row[0])
    )
    return ProgrammeRadar(programme, ranked, stored.computed_at if stored else None)


def pair_opportunities(
    pairs: Collection[tuple[int, int]], school_year: SchoolYear
) -> dict[tuple[int, int], Opportunity]:
    """The opportunities of pairs of a campus and a programme (primary keys), by pair.

    One query where they are stored. Pairs of which the radar says nothing are left out.
    """
    if not pairs:
        return {}
    policy = radar_policy_in_force()
    stored = radar_store.of_pairs(pairs, school_year, policy)
    found: Iterable[tuple[int, Opportunity]]
    if stored:
        found = zip(stored.campuses, stored.opportunities, strict=True)
    else:
        region = current_region(school_year).of_programmes(
            {programme for _campus, programme in pairs}
        )
        found = region_opportunities(region, policy)
    by_pair = {(campus, item.programme): item for campus, item in found}
    return {pair: by_pair[pair] for pair in pairs if pair in by_pair}


@dataclass(frozen=True)
class Reading:
    """What the radar says of one programme at one campus; the rivals are the nearest first."""

    opportunity: Opportunity
    rivals: tuple[Campus, ...]
    computed_at: datetime | None


def reading(campus: Campus, programme: Programme, school_year: SchoolYear) -> Reading | None:
    """One row of `radar`, without reading the others; None where it has none. Two queries."""
    policy = radar_policy_in_force()
    stored = radar_store.of_pairs([(campus.pk, programme.pk)], school_year, policy)
    if stored:
        found = stored.opportunities
    else:
        region = current_region(school_year).of_programmes([programme.pk])
        found = campus_opportunities(region, campus.pk, policy)
    item = next((item for item in found if item.programme == programme.pk), None)
    if item is None or not (item.offered or programme.is_valid_on(school_year.start)):
        return None
    rivals = _present(item, _campuses(item.rivals))
    return Reading(item, rivals, stored.computed_at if stored else None)


def _campuses(keys: Iterable[int]) -> dict[int, Campus]:
    return Campus.objects.select_related("school").order_by().in_bulk(set(keys))


def _present(item: Opportunity, campuses: dict[int, Campus]) -> tuple[Campus, ...]:
    """The rivals of an opportunity. One may have gone since it was computed."""
    return tuple(campuses[pk] for pk in item.rivals if pk in campuses)
