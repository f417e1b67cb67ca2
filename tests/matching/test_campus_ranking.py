"""The engine from the company's side gives each pair the score that the campus sees."""

from datetime import timedelta
from random import Random
from typing import Any

import pytest

from companies.models import Establishment
from geo.reach import Mode
from matching.campus_ranking import campus_pairs, rank_campuses
from matching.pairs import pairs
from matching.ranking import Way, rank
from schools.models import Campus, OfferingStatus, Programme, SchoolYear
from tests.factories import (
    TODAY,
    AgreementFactory,
    ApproachFactory,
    CampusFactory,
    EstablishmentFactory,
    OfferingFactory,
    ProgrammeFactory,
    RecognitionFactory,
    SchoolFactory,
    SchoolYearFactory,
    WorkplaceFactory,
)

pytestmark = pytest.mark.django_db


def a_region(seed: int) -> tuple[list[Campus], list[Establishment], list[Programme]]:
    """Campuses and establishments scattered over 60 km, of every kind that a score tells apart."""
    draw = Random(seed)

    def somewhere() -> dict[str, float]:
        return {"metres_east": draw.gauss(0, 15_000), "metres_north": draw.gauss(0, 15_000)}

    programmes = [ProgrammeFactory() for _ in range(3)]
    campuses = [CampusFactory(**somewhere()) for _ in range(8)]
    campuses += [
        CampusFactory(school=SchoolFactory(closed=True)),
        CampusFactory(point=None, precision="unknown"),
    ]
    for campus in campuses:
        for programme in draw.sample(programmes, 2):
            status = draw.choice([OfferingStatus.RUNNING] * 4 + [OfferingStatus.REFUSED])
            OfferingFactory(campus=campus, programme=programme, status=status)
    establishments = [EstablishmentFactory(**somewhere()) for _ in range(10)]
    for place in establishments:
        for programme in draw.sample(programmes, 2):
            recognition = RecognitionFactory(
                establishment=place,
                programme=programme,
                lapsing=draw.random() < 0.3,
                lifted=draw.random() < 0.1,
            )
            if draw.random() < 0.8:
                workplace = WorkplaceFactory(
                    recognition=recognition, places_offered=draw.choice([None, 0, 1, 2, 5])
                )
                has_room = workplace.places_offered != 0
                if draw.random() < 0.3 and has_room and recognition.status == "recognised":
                    AgreementFactory(workplace=workplace, campus=draw.choice(campuses))
        for _ in range(draw.randrange(4)):
            ApproachFactory(establishment=place, campus=campuses[0], answered=draw.random() < 0.5)
    return campuses, establishments, programmes


@pytest.mark.parametrize("seed", range(4))
@pytest.mark.parametrize("radius", [12.0, 60.0])
@pytest.mark.parametrize("way", [Way(), Way(Mode.TRANSIT), Way(Mode.CYCLING, 45.0)])
def test_both_sides_see_the_same_pairs(seed: int, radius: float, way: Way) -> None:
    _, establishments, programmes = a_region(seed)
    year = SchoolYear.objects.current(TODAY)

    def told(pair: Any) -> tuple[Any, ...]:
        facts = pair.score, pair.distance, pair.components, pair.workplace, pair.trip
        return *facts, pair.lapses_during_year

    ours = {
        (pair.campus, pair.recognition): told(pair)
        for place in establishments
        for pair in campus_pairs(rank_campuses(place, radius, year, today=TODAY, way=way))
    }
    theirs = {
        (offering.campus, pair.recognition): told(pair)
        for programme in programmes
        for offering in programme.offerings.filter(
            status__in=OfferingStatus.active(), campus__in=Campus.objects.open()
        ).select_related("campus")
        for pair in pairs(rank(offering.campus, programme, radius, year, TODAY, way=way))
    }
    assert ours == theirs
    assert len(ours) >= 3


def test_each_recognition_has_a_total_order_of_its_own() -> None:
    _, establishments, _ = a_region(9)
    year = SchoolYear.objects.current(TODAY)
    for place in establishments:
        for ranking in rank_campuses(place, 100, year, today=TODAY):
            found = campus_pairs([ranking])
            assert [pair.rank for pair in found] == list(range(1, len(ranking) + 1))
            keys = [(-pair.score, pair.distance, pair.campus.pk) for pair in found]
            assert keys == sorted(keys)


def test_the_pages_together_are_the_whole() -> None:
    _, establishments, _ = a_region(5)
    year = SchoolYear.objects.current(TODAY)
    rankings = rank_campuses(establishments[0], 100, year, today=TODAY)
    whole = campus_pairs(rankings)
    assert [p for i in range(0, len(whole), 3) for p in campus_pairs(rankings, i, i + 3)] == whole


def test_a_place_that_nobody_located_has_no_campuses() -> None:
    recognition = RecognitionFactory(establishment=EstablishmentFactory(unlocated=True))
    OfferingFactory(programme=recognition.programme)
    (ranking,) = rank_campuses(recognition.establishment, 100, SchoolYearFactory(), today=TODAY)
    assert len(ranking) == 0


def test_a_recognition_that_is_over_has_none() -> None:
    recognition = RecognitionFactory(valid_until=TODAY - timedelta(days=1))
    OfferingFactory(programme=recognition.programme)
    place = recognition.establishment
    assert rank_campuses(place, 100, SchoolYearFactory(), today=TODAY) == []


def test_the_number_of_queries_does_not_grow(django_assert_max_num_queries: Any) -> None:
    _, establishments, _ = a_region(2)
    year = SchoolYear.objects.current(TODAY)
    with django_assert_max_num_queries(6):
        campus_pairs(rank_campuses(establishments[1], 100, year, today=TODAY))
