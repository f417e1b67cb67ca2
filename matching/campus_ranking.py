"""The engine from the company's side: the campuses that could use its recognitions, ranked.

The facts are those of `matching.candidates`, scored by the same function: a pair has one score,
whichever side looks at it.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from itertools import groupby
from typing import TYPE_CHECKING

import numpy as np
from django.db.models import F
from django.utils import timezone
from numpy.typing import NDArray

from companies.models import Establishment, Recognition, Workplace
from companies.recognitions import is_unconfirmed
from geo.coordinates import Floats, geodesic_metres
from geo.reach import Travel, Trip, configured
from matching.candidates import Latitude, Longitude, activity_of, in_catchment, share_valid
from matching.pairs import Pair, component_scores
from matching.policy import Policy, policy_in_force
from matching.ranking import Way
from matching.scoring import Facts, Scores, score
from schools.models import Campus, OfferingStatus, Programme, SchoolYear

if TYPE_CHECKING:
    from django.contrib.gis.geos import Point


@dataclass(frozen=True)
class CampusRanking:
    """The n campuses that offer the programme of a recognition within a radius of it.

    `order` (n,) lists row numbers, best first: by score, then distance, then campus.
    """

    recognition: Recognition
    workplace: Workplace | None
    radius_km: float
    school_year: SchoolYear
    policy: Policy
    campus_ids: NDArray[np.int64]
    #: Where the campuses are (n, 2), WGS 84 degrees.
    points: Floats
    facts: Facts
    scores: Scores
    order: NDArray[np.int64]
    way: Way
    #: The ways from the campuses (n, 1), where a limit had them asked for.
    told: Travel | None

    def __len__(self) -> int:
        return len(self.order)

    def trips(self, rows: Sequence[int]) -> list[Trip]:
        """How pupils of some of the campuses get here; an engine is asked for those only."""
        if self.told is not None:
            return [self.told.trip(row, 0) for row in rows]
        travel = _travel(self.points[list(rows)], self.recognition.establishment, self.way)
        return [travel.trip(i, 0) for i in range(len(rows))]


@dataclass(frozen=True)
class CampusPair(Pair):
    """One ranked pairing as the company sees it; `rank` is the campus's for the recognition."""

    campus: Campus


@dataclass(frozen=True)
class _Campuses:
    """The m campuses that offer a programme: primary keys and WGS 84 degrees, each (m,)."""

    ids: NDArray[np.int64]
    longitudes: Floats
    latitudes: Floats

    @property
    def points(self) -> Floats:
        return np.column_stack((self.longitudes, self.latitudes))


def rank_campuses(
    establishment: Establishment,
    radius_km: float,
    school_year: SchoolYear,
    programme: Programme | None = None,
    today: date | None = None,
    policy: Policy | None = None,
    way: Way | None = None,
) -> list[CampusRanking]:
    """The campuses for each usable recognition of an establishment, or for that of one programme.

    Sorted by the programme's title. Four queries, however many recognitions. An establishment
    without a point has recognitions, and no campuses for them. With a `way` that has a limit, only
    campuses whose pupils are here within so many minutes.
    """
    today, policy = today or timezone.localdate(), policy or policy_in_force()
    way = way or Way()
    recognitions = Recognition.objects.usable_in(school_year, today).filter(
        establishment=establishment
    )
    if programme is not None:
        recognitions = recognitions.for_programme(programme)
    found = list(
        recognitions.select_related("programme").order_by("programme__title", "programme", "pk")
    )
    if not found:
        return []
    workplaces = {
        workplace.recognition_id: workplace
        for workplace in Workplace.objects.filter(recognition__in=found, school_year=school_year)
    }
    activity = activity_of([establishment.pk], today)[0]
    campuses = _campuses_offering({r.programme_id for r in found}, school_year)
    metres = radius_km * 1000
    if way.at_most is not None:
        metres = min(metres, configured().farthest(way.mode, way.at_most))
    rankings = []
    for recognition in found:
        recognition.establishment = establishment
        workplace = workplaces.get(recognition.pk)
        ids, facts = _facts(
            recognition,
            workplace,
            establishment.point,
            activity,
            campuses,
            school_year,
            today,
            policy,
        )
        points = campuses[recognition.programme_id].points
        near = np.flatnonzero(facts.distance <= metres)
        told = None
        if way.at_most is not None:
            asked = _travel(points[near], establishment, way)
            in_time = np.flatnonzero(asked.minutes[:, 0] <= way.at_most)
            near, told = near[in_time], asked.of(in_time)
        ids, points = ids[near], points[near]
        facts = Facts(**{name: values[near] for name, values in vars(facts).items()})
        scores = score(facts, policy)
        # np.lexsort sorts by its last key first.
        order = np.lexsort((ids, facts.distance, -scores.score))
        rankings.append(
            CampusRanking(
                recognition,
                workplace,
                radius_km,
                school_year,
                policy,
                ids,
                points,
                facts,
                scores,
                order,
                way,
                told,
            )
        )
    return rankings


def campus_pairs(
    rankings: Iterable[CampusRanking], start: int = 0, stop: int | None = None
) -> list[CampusPair]:
    """The pairs of rankings laid end to end, from `start` to `stop`, read in one query.

    One whose campus was deleted since it was ranked is left out; the others keep their ranks.
    """
    rows = [
        (ranking, rank, int(row))
        for ranking in rankings
        for rank, row in enumerate(ranking.order, start=1)
    ][start:stop]
    campuses = (
        Campus.objects.select_related("school", "municipality")
        .defer("municipality__boundary", "municipality__point")
        .order_by()
        .in_bulk({int(ranking.campus_ids[row]) for ranking, _, row in rows})
    )
    of_each = [list(of) for _, of in groupby(rows, key=lambda found: id(found[0]))]
    trips = [trip for of in of_each for trip in of[0][0].trips([row for _, _, row in of])]
    return [
        CampusPair(
            rank=rank,
            score=float(ranking.scores.score[row]),
            distance=float(ranking.facts.distance[row]),
            components=component_scores(ranking.scores, ranking.policy, row),
            recognition=ranking.recognition,
            workplace=ranking.workplace,
            lapses_during_year=ranking.recognition.lapses_during(ranking.school_year),
            trip=trip,
            unconfirmed=bool(ranking.facts.unconfirmed[row]),
            campus=campuses[pk],
        )
        for (ranking, rank, row), trip in zip(rows, trips, strict=True)
        if (pk := int(ranking.campus_ids[row])) in campuses
    ]


def _travel(points: Floats, establishment: Establishment, way: Way) -> Travel:
    """The ways (n, 1) from campuses (n, 2) to an establishment."""
    # Without a point it has no campuses, and nobody is asked.
    point = establishment.point
    here = (point.x, point.y) if point else (0.0, 0.0)
    return configured().travel(points, np.array([here]), way.mode, way.at_most)


def _campuses_offering(programmes: set[int], school_year: SchoolYear) -> dict[int, _Campuses]:
    """The open campuses with each of these programmes (primary keys) in a school year."""
    rows = (
        Campus.objects.open()
        .filter(
            offerings__programme__in=programmes,
            offerings__school_year=school_year,
            offerings__status__in=OfferingStatus.active(),
            point__isnull=False,
        )
        .order_by("pk")
        .values_list(F("offerings__programme"), "pk", Longitude("point"), Latitude("point"))
    )
    table: dict[int, list[tuple[int, float, float]]] = {pk: [] for pk in programmes}
    for programme, pk, longitude, latitude in rows:
        table[programme].append((pk, longitude, latitude))
    return {
        programme: _Campuses(
            np.array([row[0] for row in of], dtype=np.int64),
            np.array([row[1] for row in of], dtype=float),
            np.array([row[2] for row in of], dtype=float),
        )
        for programme, of in table.items()
    }


def _facts(
    recognition: Recognition,
    workplace: Workplace | None,
    point: Point | None,
    activity: Floats,
    campuses: dict[int, _Campuses],
    school_year: SchoolYear,
    today: date,
    policy: Policy,
) -> tuple[NDArray[np.int64], Facts]:
    """The campuses (m,) that offer a recognition's programme, and the facts of their pairs."""
    of = campuses[recognition.programme_id]
    if point is None or not len(of.ids):
        return np.zeros(0, dtype=np.int64), Facts(*np.zeros((8, 0)))
    m, here = len(of.ids), (np.array([point.x]), np.array([point.y]))
    draws = in_catchment(here, (of.longitudes, of.latitudes), policy)[0]
    # A pair's distance is measured from the campus, as the campus's own ranking measures it.
    distance = geodesic_metres(of.longitudes, of.latitudes, *here)
    free = workplace.places_free if workplace else None
    unconfirmed = workplace is not None and is_unconfirmed(workplace.confirmed_on, today)
    assert recognition.valid_from is not None  # noqa: S101 - a usable one has a period
    assert recognition.valid_until is not None  # noqa: S101
    valid = share_valid(
        recognition.valid_from, recognition.valid_until, school_year, max(school_year.start, today)
    )
    facts = Facts(
        distance=distance,
        places_free=np.full(m, np.nan if free is None else float(free)),
        unconfirmed=np.full(m, float(unconfirmed)),
        days_valid=np.full(m, valid),
        approaches=np.full(m, activity[0]),
        answers=np.full(m, activity[1]),
        agreements=np.full(m, activity[2]),
        # The other campuses: this one is no rival of itself.
        rivals=draws.sum() - draws.astype(float),
    )
    return of.ids, facts
