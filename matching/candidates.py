"""The recognitions that a campus could use for a programme, read in one query."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

import numpy as np
from django.db import connection
from django.db.models import F, FilteredRelation, FloatField, Func, Q
from numpy.typing import NDArray

from companies.models import Recognition
from companies.recognitions import is_unconfirmed
from geo.coordinates import PLANAR_SLACK, Floats, geodesic_metres, to_lambert
from matching.policy import Policy
from matching.scoring import Facts
from schools.models import Campus, Programme, SchoolYear
from schools.school_years import school_year_starting

#: Contacts older than this say little about how a company answers today.
ACTIVITY_WINDOW = timedelta(days=730)


@dataclass(frozen=True)
class Candidates:
    """n recognitions within the radius: their ids, unit numbers and facts, each of shape (n,).

    `points` (n, 2) holds longitude and latitude in WGS 84.
    """

    recognition_ids: NDArray[np.int64]
    unit_numbers: NDArray[np.str_]
    points: Floats
    facts: Facts

    def only(self, keep: NDArray[np.bool_]) -> Candidates:
        """The candidates where `keep` (n,) is true."""
        facts = Facts(**{name: values[keep] for name, values in vars(self.facts).items()})
        return Candidates(
            self.recognition_ids[keep], self.unit_numbers[keep], self.points[keep], facts
        )


class Longitude(Func):
    function, output_field = "ST_X", FloatField()


class Latitude(Func):
    function, output_field = "ST_Y", FloatField()


#: How companies answered and trained of late, for the establishments of an array.
ACTIVITY = """
    SELECT e.id, coalesce(a.approached, 0), coalesce(a.answered, 0), coalesce(g.running, 0)
    FROM unnest(%(ids)s::bigint[]) AS e(id)
    LEFT JOIN (
        SELECT establishment_id, count(*) AS approached, count(answered_on) AS answered
        FROM companies_approach
        WHERE establishment_id = ANY(%(ids)s::bigint[]) AND status <> 'withdrawn'
            AND sent_on > %(since)s AND sent_on <= %(today)s
        GROUP BY establishment_id
    ) a ON a.establishment_id = e.id
    LEFT JOIN (
        SELECT r.establishment_id, count(*) AS running
        FROM companies_recognition r
        JOIN companies_workplace w ON w.recognition_id = r.id AND w.school_year_id = %(year)s
        JOIN companies_agreement g ON g.workplace_id = w.id AND g.status = 'running'
        WHERE r.establishment_id = ANY(%(ids)s::bigint[])
        GROUP BY r.establishment_id
    ) g ON g.establishment_id = e.id
"""


def find_candidates(
    campus: Campus,
    programme: Programme,
    radius_metres: float,
    school_year: SchoolYear,
    today: date,
    policy: Policy,
) -> Candidates:
    """The usable recognitions at most `radius_metres` (geodesic) from a campus, with their facts.

    Three queries: the recognitions, the activity of their companies, and the other campuses that
    draw on them. A campus without a point has no candidates.
    """
    first_day = max(school_year.start, today)
    rows = list(
        Recognition.objects.usable_in(school_year, today)
        .for_programme(programme)
        .within(campus, km=radius_metres * PLANAR_SLACK / 1000)
        .annotate(
            year=FilteredRelation("workplaces", condition=Q(workplaces__school_year=school_year)),
            longitude=Longitude("establishment__point"),
            latitude=Latitude("establishment__point"),
        )
        .order_by("pk")
        .values_list(
            "pk",
            "establishment_id",
            "establishment__unit_number",
            "longitude",
            "latitude",
            "valid_from",
            "valid_until",
            F("year__places_offered"),
            F("year__places_taken"),
            F("year__confirmed_on"),
        )
    )
    columns = list(zip(*rows, strict=True)) if rows else [()] * 10
    pk, establishments, unit, lon, lat, starts, ends, offered, taken, confirmed = columns
    activity = activity_of(list(establishments), today)
    longitudes, latitudes = np.array(lon, dtype=float), np.array(lat, dtype=float)
    distance = (
        geodesic_metres(campus.point.x, campus.point.y, longitudes, latitudes)
        if campus.point is not None and rows
        else np.zeros(0)
    )
    facts = Facts(
        distance=distance,
        places_free=np.array(
            [np.nan if o is None else o - t for o, t in zip(offered, taken, strict=True)],
            dtype=float,
        ),
        unconfirmed=np.array([is_unconfirmed(day, today) for day in confirmed], dtype=float),
        days_valid=np.array(
            [
                share_valid(start, end, school_year, first_day)
                for start, end in zip(starts, ends, strict=True)
            ],
            dtype=float,
        ),
        approaches=activity[:, 0],
        answers=activity[:, 1],
        agreements=activity[:, 2],
        rivals=_rivals(campus, programme, school_year, longitudes, latitudes, policy),
    )
    found = Candidates(
        np.array(pk, dtype=np.int64),
        np.array(unit, dtype=np.str_),
        np.column_stack([longitudes, latitudes]),
        facts,
    )
    return found.only(distance <= radius_metres)


def share_valid(start: date, end: date, school_year: SchoolYear, first_day: date) -> float:
    """The share (0..1) of a school year from a day on that a recognition's period covers."""
    days_left = (school_year.end - first_day).days + 1
    return ((min(end, school_year.end) - max(start, first_day)).days + 1) / days_left


def activity_of(establishments: list[int], today: date) -> NDArray[np.float64]:
    """Approaches, answers and running agreements (n, 3) of n establishments, in their order."""
    if not establishments:
        return np.zeros((0, 3))
    parameters: dict[str, Any] = {
        "ids": establishments,
        "since": today - ACTIVITY_WINDOW,
        "today": today,
        "year": school_year_starting(today),
    }
    with connection.cursor() as cursor:
        cursor.execute(ACTIVITY, parameters)
        found = {row[0]: row[1:] for row in cursor.fetchall()}
    return np.array([found[pk] for pk in establishments], dtype=float)


def _rivals(
    campus: Campus,
    programme: Programme,
    school_year: SchoolYear,
    longitudes: NDArray[np.float64],
    latitudes: NDArray[np.float64],
    policy: Policy,
) -> NDArray[np.float64]:
    """How many other campuses with the programme lie in the catchment of each of n points."""
    if not len(longitudes):
        return np.zeros(0)
    others = list(
        Campus.objects.open()
        .offering(programme, school_year)
        .exclude(pk=campus.pk)
        .filter(point__isnull=False)
        .order_by()
        .values_list(Longitude("point"), Latitude("point"))
    )
    if not others:
        return np.zeros(len(longitudes))
    near = in_catchment((longitudes, latitudes), tuple(np.array(others).T), policy)
    return np.asarray(near.sum(axis=1), dtype=float)


def in_catchment(
    places: tuple[Floats, Floats], campuses: tuple[Floats, Floats], policy: Policy
) -> NDArray[np.bool_]:
    """Whether each of m campuses draws on each of n places (n, m); both as WGS 84 degrees.

    The catchment is measured in the plane of Lambert 2008: nobody is shown this distance.
    """
    x, y = to_lambert(*places)
    other_x, other_y = to_lambert(*campuses)
    metres = np.hypot(x[:, None] - other_x, y[:, None] - other_y)
    return np.asarray(metres <= policy.catchment_metres)
