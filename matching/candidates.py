"""The recognitions that a campus could use for a programme, read in one query."""

from dataclasses import dataclass
from datetime import date, timedelta

import numpy as np
from django.db.models import (
    Count,
    F,
    FilteredRelation,
    FloatField,
    Func,
    IntegerField,
    OuterRef,
    Q,
    QuerySet,
    Subquery,
)
from django.db.models.functions import Coalesce
from numpy.typing import NDArray

from companies.models import Agreement, AgreementStatus, Approach, ApproachStatus, Recognition
from geo.coordinates import PLANAR_SLACK, geodesic_metres
from matching.policy import Policy
from matching.scoring import Facts
from schools.models import Campus, Programme, SchoolYear

#: Contacts older than this say little about how a company answers today.
ACTIVITY_WINDOW = timedelta(days=730)


@dataclass(frozen=True)
class Candidates:
    """n recognitions within the radius: their ids, unit numbers and facts, each of shape (n,)."""

    recognition_ids: NDArray[np.int64]
    unit_numbers: NDArray[np.str_]
    facts: Facts


class Longitude(Func):
    function, output_field = "ST_X", FloatField()


class Latitude(Func):
    function, output_field = "ST_Y", FloatField()


def _count(rows: QuerySet) -> Coalesce:
    """Count related rows in a subquery, so that two counts do not multiply each other."""
    counted = rows.order_by().values("establishment_id").annotate(n=Count("pk")).values("n")
    return Coalesce(Subquery(counted, output_field=IntegerField()), 0)


def find_candidates(
    campus: Campus,
    programme: Programme,
    radius_metres: float,
    school_year: SchoolYear,
    today: date,
    policy: Policy,
) -> Candidates:
    """The usable recognitions at most `radius_metres` (geodesic) from a campus, with their facts.

    Two queries: the recognitions, and the other campuses that draw on them. A campus without a
    point has no candidates.
    """
    first_day = max(school_year.start, today)
    here = OuterRef("establishment_id")
    approaches = Approach.objects.filter(
        establishment_id=here, sent_on__gt=today - ACTIVITY_WINDOW, sent_on__lte=today
    ).exclude(status=ApproachStatus.WITHDRAWN)
    agreements = (
        Agreement.objects.filter(
            workplace__recognition__establishment_id=here, status=AgreementStatus.RUNNING
        )
        .order_by()
        .values("workplace__recognition__establishment_id")
        .annotate(n=Count("pk"))
        .values("n")
    )
    rows = list(
        Recognition.objects.usable_in(school_year, today)
        .for_programme(programme)
        .within(campus, km=radius_metres * PLANAR_SLACK / 1000)
        .annotate(
            year=FilteredRelation("workplaces", condition=Q(workplaces__school_year=school_year)),
            longitude=Longitude("establishment__point"),
            latitude=Latitude("establishment__point"),
            approached=_count(approaches),
            answered=_count(approaches.filter(answered_on__isnull=False)),
            agreements=Coalesce(Subquery(agreements, output_field=IntegerField()), 0),
        )
        .order_by("pk")
        .values_list(
            "pk",
            "establishment__unit_number",
            "longitude",
            "latitude",
            "valid_from",
            "valid_until",
            F("year__places_offered"),
            F("year__places_taken"),
            "approached",
            "answered",
            "agreements",
        )
    )
    columns = list(zip(*rows, strict=True)) if rows else [()] * 11
    pk, unit, lon, lat, starts, ends, offered, taken, approached, answered, running = columns
    longitudes, latitudes = np.array(lon, dtype=float), np.array(lat, dtype=float)
    distance = (
        geodesic_metres(campus.point.x, campus.point.y, longitudes, latitudes)
        if campus.point is not None and rows
        else np.zeros(0)
    )
    days_left = (school_year.end - first_day).days + 1
    facts = Facts(
        distance=distance,
        places_free=np.array(
            [np.nan if o is None else o - t for o, t in zip(offered, taken, strict=True)],
            dtype=float,
        ),
        days_valid=np.array(
            [
                ((min(end, school_year.end) - max(start, first_day)).days + 1) / days_left
                for start, end in zip(starts, ends, strict=True)
            ],
            dtype=float,
        ),
        approaches=np.array(approached, dtype=float),
        answers=np.array(answered, dtype=float),
        agreements=np.array(running, dtype=float),
        rivals=_rivals(campus, programme, school_year, longitudes, latitudes, policy),
    )
    return _only(
        Candidates(np.array(pk, dtype=np.int64), np.array(unit, dtype=np.str_), facts),
        distance <= radius_metres,
    )


def _rivals(
    campus: Campus,
    programme: Programme,
    school_year: SchoolYear,
    longitudes: NDArray[np.float64],
    latitudes: NDArray[np.float64],
    policy: Policy,
) -> NDArray[np.float64]:
    """How many other campuses with the programme lie in the catchment of each of n points."""
    others = (
        Campus.objects.offering(programme, school_year)
        .exclude(pk=campus.pk)
        .filter(point__isnull=False)
        .values_list(Longitude("point"), Latitude("point"))
    )
    counts = np.zeros(len(longitudes))
    if not len(longitudes):
        return counts
    for longitude, latitude in others:
        metres = geodesic_metres(longitude, latitude, longitudes, latitudes)
        counts += metres <= policy.catchment_metres
    return counts


def _only(candidates: Candidates, keep: NDArray[np.bool_]) -> Candidates:
    """The candidates where `keep` (n,) is true."""
    facts = Facts(**{name: values[keep] for name, values in vars(candidates.facts).items()})
    return Candidates(candidates.recognition_ids[keep], candidates.unit_numbers[keep], facts)
