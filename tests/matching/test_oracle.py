"""The ranking equals that of a plain, slow recount: same pairs, same scores, same order."""

import math
from datetime import date, timedelta
from typing import Any, NamedTuple

import pytest
from django.contrib.gis.geos import Point
from django.db import transaction
from geopy.distance import geodesic
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from companies.models import (
    Approach,
    ApproachStatus,
    Company,
    Establishment,
    Exclusion,
    Recognition,
    RecognitionStatus,
    Workplace,
)
from matching.policy import DEFAULT as POLICY
from matching.policy import Component
from matching.ranking import rank
from schools.models import Campus, Offering, OfferingStatus, Programme, SchoolYear
from tests.matching.region import HERE, a_municipality, number

pytestmark = pytest.mark.django_db

TODAY = date(2026, 11, 23)
YEAR_END = date(2027, 8, 31)


class Place(NamedTuple):
    """An establishment of the drawn region, on a coarse grid so that distances tie."""

    east: int
    north: int
    status: str
    ends: date
    offered: int | None
    taken: int
    answers: tuple[bool, ...]
    fate: str
    confirmed_days_ago: int


FATES = ["stopped", "excluded", "was excluded", "no point", "elsewhere"]

places = st.builds(
    Place,
    east=st.integers(-4, 4),
    north=st.integers(-4, 4),
    status=st.sampled_from([*["recognised"] * 5, "expired", "lifted", "requested", "refused"]),
    ends=st.sampled_from([date(2026, 11, 22), TODAY, date(2027, 3, 1), YEAR_END, date(2030, 1, 1)]),
    offered=st.none() | st.integers(0, 4),
    taken=st.integers(0, 4),
    answers=st.lists(st.booleans(), max_size=3).map(tuple),
    fate=st.sampled_from(
        [*["open"] * 5, "stopped", "excluded", "was excluded", "no point", "elsewhere"]
    ),
    confirmed_days_ago=st.sampled_from([0, 364, 365, 900]),
)


def spot(place: Place) -> tuple[float, float]:
    return HERE[0] + place.east * 0.07, HERE[1] + place.north * 0.045


def metres(place: Place) -> float:
    return float(geodesic(HERE[::-1], spot(place)[::-1]).meters)


def store(region: list[Place], programme: Programme, campus: Campus, year: SchoolYear) -> None:
    company = Company.objects.create(enterprise_number=number(5_669_882), name="Voorbeeld")
    for i, place in enumerate(region):
        establishment = Establishment.objects.create(
            unit_number=number(20_000_000 + i),
            company=company,
            name=f"Voorbeeld {i}",
            municipality=None if place.fate == "elsewhere" else a_municipality(),
            point=None if place.fate == "no point" else Point(*spot(place), srid=4326),
            precision="unknown" if place.fate == "no point" else "street",
            stopped_on=date(2026, 1, 1) if place.fate == "stopped" else None,
        )
        if "excluded" in place.fate:
            ended = date(2026, 11, 1) if place.fate == "was excluded" else None
            Exclusion.objects.create(
                establishment=establishment,
                valid_from=date(2026, 1, 1),
                valid_until=ended,
                reason="x",
            )
        recognition = Recognition.objects.create(
            establishment=establishment,
            programme=programme,
            status=RecognitionStatus(place.status),
            valid_from=date(2023, 1, 1),
            valid_until=place.ends,
        )
        if place.offered is not None:
            Workplace.objects.create(
                recognition=recognition,
                school_year=year,
                places_offered=place.offered,
                places_taken=min(place.taken, place.offered),
                confirmed_on=TODAY - timedelta(days=place.confirmed_days_ago),
            )
        Approach.objects.bulk_create(
            Approach(
                campus=campus,
                establishment=establishment,
                programme=programme,
                status=ApproachStatus.DECLINED if answered else ApproachStatus.NO_ANSWER,
                sent_on=TODAY - timedelta(days=30),
                answered_on=TODAY - timedelta(days=20) if answered else None,
            )
            for answered in place.answers
        )


def expected_score(place: Place, rival_metres: float) -> float:
    """The score by hand, one term after the other."""
    free = None if place.offered is None else place.offered - min(place.taken, place.offered)
    left = (min(place.ends, YEAR_END) - TODAY).days + 1
    terms = {
        Component.PROXIMITY: 0.5 ** (metres(place) / POLICY.proximity_half_metres),
        Component.PLACES: (
            POLICY.unknown_places
            if free is None
            else min(free / POLICY.places_enough, 1)
            * (POLICY.unconfirmed_places if place.confirmed_days_ago >= 365 else 1)
        ),
        Component.VALIDITY: left / ((YEAR_END - TODAY).days + 1),
        Component.ACTIVITY: (
            sum(place.answers) + POLICY.reply_prior * POLICY.reply_prior_weight
        ) / (len(place.answers) + POLICY.reply_prior_weight),
        Component.COMPETITION: (
            1 / (1 + 1 / max(free or 0, 1)) if rival_metres <= POLICY.catchment_metres else 1.0
        ),
    }  # fmt: skip
    weights = POLICY.weights
    return sum(weights[c] * terms[c] for c in Component) / sum(weights.values())


@settings(
    max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(st.lists(places, min_size=1, max_size=14), st.data())
def test_the_ranking_equals_the_recount(
    campus: Campus, programme: Programme, region: list[Place], data: Any
) -> None:
    # The radius is often the exact distance of one of the places: the border belongs to the circle.
    on_the_border = st.sampled_from([metres(place) for place in region]).filter(bool)
    radius = data.draw(on_the_border | st.floats(100, 60_000)) if any(
        metres(place) for place in region
    ) else 1000.0  # fmt: skip
    rival = data.draw(st.sampled_from(region))
    with transaction.atomic():
        year = SchoolYear.objects.starting_in(2026)
        other = Campus.objects.create(
            school=campus.school, site_number=2, point=Point(*spot(rival), srid=4326)
        )
        Offering.objects.create(
            campus=other, programme=programme, school_year=year, status=OfferingStatus.RUNNING
        )
        store(region, programme, campus, year)
        ranking = rank(campus, programme, radius / 1000, year, TODAY)
        transaction.set_rollback(True)

    found = [
        (str(ranking.candidates.unit_numbers[row]), float(ranking.scores.score[row]))
        for row in ranking.order
    ]
    # A place within a micrometre of the border may fall on either side: geopy and PROJ round.
    sure = {
        number(20_000_000 + i): place
        for i, place in enumerate(region)
        if place.status == "recognised"
        and place.ends >= TODAY
        and place.fate in ("open", "was excluded")
        and metres(place) <= radius + 1e-6
    }
    assert {unit for unit, _ in found} >= {
        unit for unit, place in sure.items() if metres(place) <= radius - 1e-6
    }
    assert {unit for unit, _ in found} <= set(sure)

    recount = sorted(
        (
            -round(expected_score(place, _apart(place, rival)), 6),
            round(metres(place), 3),
            unit,
        )
        for unit, place in sure.items()
        if unit in dict(found)
    )
    for (unit, score), (negative, _, expected_unit) in zip(found, recount, strict=True):
        assert math.isclose(score, -negative, abs_tol=2e-6)
        if unit != expected_unit:
            # Only a difference in the last digit may swap two neighbours.
            assert abs(expected_score(sure[unit], _apart(sure[unit], rival)) + negative) < 2e-6


def _apart(place: Place, rival: Place) -> float:
    return float(geodesic(spot(place)[::-1], spot(rival)[::-1]).meters)
