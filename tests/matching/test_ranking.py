"""The ranking against an obvious recount with geopy, and what a wider radius may not change."""

from datetime import date
from random import Random
from typing import Any

import pytest
from django.contrib.gis.geos import Point
from geopy.distance import geodesic

from companies.models import Company, Establishment, Recognition, RecognitionStatus, Workplace
from companies.numbers import check_digits
from matching.ranking import Ranking, rank
from schools.models import Campus, Programme, School, SchoolYear

pytestmark = pytest.mark.django_db

TODAY = date(2026, 11, 23)
HERE = (4.70, 50.88)


def number(first_eight: int) -> str:
    return f"{first_eight:08d}{check_digits(first_eight):02d}"


@pytest.fixture
def campus() -> Campus:
    school = School.objects.create(number="039107", name="Demoschool", type="121")
    return Campus.objects.create(
        school=school, site_number=1, point=Point(*HERE, srid=4326), precision="street"
    )


@pytest.fixture
def programme() -> Programme:
    return Programme.objects.create(
        number=88,
        group_number="G-0082",
        title="Elektrische installaties duaal",
        grade=3,
        education_form="BSO",
        finality="A",
    )


def scatter(programme: Programme, seed: int, n: int = 40) -> None:
    """n establishments around the campus, some at one spot, some without known places."""
    draw = Random(seed)
    company = Company.objects.create(enterprise_number=number(5_669_882), name="Voorbeeld")
    year = SchoolYear.objects.starting_in(2026)
    for i in range(n):
        twin = i % 10 == 9
        spot = HERE if twin else (HERE[0] + draw.gauss(0, 0.4), HERE[1] + draw.gauss(0, 0.25))
        establishment = Establishment.objects.create(
            unit_number=number(20_000_000 + i),
            company=company,
            name=f"Voorbeeld {i}",
            point=Point(*spot, srid=4326),
            precision="house_number",
        )
        status = RecognitionStatus.LIFTED if i % 7 == 6 else RecognitionStatus.RECOGNISED
        recognition = Recognition.objects.create(
            establishment=establishment,
            programme=programme,
            status=status,
            valid_from=date(2023, 1, 1),
            valid_until=draw.choice([date(2026, 12, 31), date(2027, 12, 31), date(2026, 6, 30)]),
        )
        if i % 3:
            Workplace.objects.create(
                recognition=recognition, school_year=year, places_offered=draw.randrange(4)
            )


def ids(ranking: Ranking) -> list[int]:
    return [int(ranking.candidates.recognition_ids[row]) for row in ranking.order]


def usable(recognition: Recognition) -> bool:
    return (
        recognition.status == RecognitionStatus.RECOGNISED
        and recognition.valid_until is not None
        and recognition.valid_until >= TODAY
    )


@pytest.mark.parametrize("seed", range(4))
@pytest.mark.parametrize("km", [0.5, 20, 60])
def test_it_finds_what_a_recount_finds(
    campus: Campus, programme: Programme, seed: int, km: float
) -> None:
    scatter(programme, seed)
    ranking = rank(campus, programme, km, SchoolYear.objects.starting_in(2026), TODAY)
    expected = {
        recognition.pk
        for recognition in Recognition.objects.select_related("establishment")
        if usable(recognition)
        and recognition.establishment.point is not None
        and geodesic(HERE[::-1], recognition.establishment.point.coords[::-1]).km <= km
    }
    assert set(ids(ranking)) == expected
    keys = [
        (
            -ranking.scores.score[row],
            ranking.candidates.facts.distance[row],
            ranking.candidates.unit_numbers[row],
        )
        for row in ranking.order
    ]
    assert keys == sorted(keys)


def test_a_wider_radius_loses_and_reorders_nothing(campus: Campus, programme: Programme) -> None:
    scatter(programme, seed=1)
    year = SchoolYear.objects.starting_in(2026)
    narrow, wide = (ids(rank(campus, programme, km, year, TODAY)) for km in (15, 80))
    assert len(wide) > len(narrow) > 0
    assert [pk for pk in wide if pk in set(narrow)] == narrow


def test_nothing_known_is_an_empty_ranking(campus: Campus, programme: Programme) -> None:
    assert len(rank(campus, programme, 25, SchoolYear.objects.starting_in(2026), TODAY)) == 0


def test_it_asks_two_questions(
    campus: Campus, programme: Programme, django_assert_num_queries: Any
) -> None:
    scatter(programme, seed=2)
    year = SchoolYear.objects.starting_in(2026)
    with django_assert_num_queries(2):
        rank(campus, programme, 40, year, TODAY)
