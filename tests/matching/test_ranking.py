"""The ranking against an obvious recount with geopy, and what a wider radius may not change."""

from datetime import date
from typing import Any

import pytest
from geopy.distance import geodesic

from companies.models import Recognition, RecognitionStatus
from matching.ranking import Ranking, rank
from schools.models import Campus, Programme, SchoolYear
from tests.matching.region import HERE, scatter

pytestmark = pytest.mark.django_db

TODAY = date(2026, 11, 23)


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


def test_it_asks_three_questions(
    campus: Campus, programme: Programme, django_assert_num_queries: Any
) -> None:
    scatter(programme, seed=2)
    year = SchoolYear.objects.starting_in(2026)
    with django_assert_num_queries(3):
        rank(campus, programme, 40, year, TODAY)
