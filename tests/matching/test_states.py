"""Which establishments a search shows, one state of the field at a time, and what it marks."""

from datetime import date, timedelta
from typing import Any

import pytest
from django.utils.translation import override

from companies.models import Recognition
from matching.campus_ranking import rank_campuses
from matching.explanation import sentence
from matching.pairs import pairs
from matching.policy import DEFAULT, Component, Policy
from matching.ranking import Ranking, rank
from schools.models import Campus, Programme
from tests.factories import (
    TODAY,
    AgreementFactory,
    ApproachFactory,
    CampusFactory,
    ExclusionFactory,
    OfferingFactory,
    RecognitionFactory,
    SchoolYearFactory,
    WorkplaceFactory,
)

pytestmark = pytest.mark.django_db


def search(campus: Campus, programme: Programme, km: float = 25, **options: Any) -> Ranking:
    return rank(campus, programme, km, SchoolYearFactory(), TODAY, **options)


def component(ranking: Ranking, recognition: Recognition, name: Component) -> tuple[float, bool]:
    """The value of a component of the pair of a recognition, and whether it is known."""
    pair = next(p for p in pairs(ranking) if p.recognition == recognition)
    term = next(term for term in pair.components if term.name is name)
    return term.value, term.known


@pytest.mark.parametrize(
    "state",
    [
        {"expired": True},
        {"lifted": True},
        {"requested": True},
        {"status": "refused"},
        {"status": "incomplete"},
        {"valid_until": TODAY - timedelta(days=1)},
        {"valid_from": date(2027, 9, 1)},
        {"establishment__stopped": True},
        {"establishment__company__stopped": True},
        {"establishment__elsewhere": True},
        {"establishment__unlocated": True},
        {"establishment__metres_east": 25_100},
    ],
    ids=str,
)
def test_it_never_appears(campus: Campus, programme: Programme, state: dict[str, Any]) -> None:
    RecognitionFactory(programme=programme, **state)
    shown = RecognitionFactory(programme=programme, establishment__metres_east=24_900)
    assert search(campus, programme).candidates.recognition_ids.tolist() == [shown.pk]


@pytest.mark.parametrize("whole_company", [False, True])
@pytest.mark.parametrize(
    ("period", "shown"),
    [
        ({}, False),
        ({"valid_until": TODAY}, False),
        ({"valid_from": TODAY}, False),
        ({"over": True}, True),
        ({"valid_from": TODAY + timedelta(days=1)}, True),
    ],
    ids=str,
)
def test_an_exclusion_hides_while_it_is_in_force(
    campus: Campus, programme: Programme, whole_company: bool, period: dict[str, Any], shown: bool
) -> None:
    establishment = RecognitionFactory(programme=programme).establishment
    of = {"company": establishment.company} if whole_company else {"establishment": establishment}
    ExclusionFactory(**of, **period)
    assert len(search(campus, programme)) == shown


def test_another_programme_never_appears(campus: Campus, programme: Programme) -> None:
    RecognitionFactory()
    assert len(search(campus, programme)) == 0


@pytest.mark.parametrize(
    ("last_day", "marked"), [(date(2027, 8, 30), True), (date(2027, 8, 31), False), (TODAY, True)]
)
def test_what_lapses_during_the_year_appears_marked(
    campus: Campus, programme: Programme, last_day: date, marked: bool
) -> None:
    RecognitionFactory(programme=programme, valid_until=last_day)
    [pair] = pairs(search(campus, programme))
    assert pair.lapses_during_year is marked
    validity = next(t.value for t in pair.components if t.name is Component.VALIDITY)
    assert (validity < 1) is marked
    assert validity > 0


@pytest.mark.parametrize("taken", [0, 1, 2])
def test_one_more_free_place_never_lowers_a_rank(
    campus: Campus, programme: Programme, taken: int
) -> None:
    """Whoever stands where, and with rivals or without: compared for each establishment in turn."""
    OfferingFactory(programme=programme, campus__metres_east=1_000)
    year = SchoolYearFactory()
    places = [
        WorkplaceFactory(
            recognition__programme=programme,
            recognition__establishment__metres_east=2_000 * i,
            school_year=year,
            places_offered=taken + i % 5,
            places_taken=taken,
        )
        for i in range(10)
    ]
    WorkplaceFactory(recognition__programme=programme, school_year=year, unknown=True)

    def ranks() -> dict[int, int]:
        return {pair.recognition.pk: pair.rank for pair in pairs(search(campus, programme))}

    before = ranks()
    for place in places:
        place.places_offered += 1
        place.save()
        assert ranks()[place.recognition_id] <= before[place.recognition_id]
        place.places_offered -= 1
        place.save()


def test_unknown_is_neither_none_nor_free(campus: Campus, programme: Programme) -> None:
    silent = RecognitionFactory(programme=programme)
    never_said = WorkplaceFactory(recognition__programme=programme, unknown=True).recognition
    full = WorkplaceFactory(recognition__programme=programme, full=True).recognition
    ranking = search(campus, programme)
    for recognition in (silent, never_said):
        prior = (DEFAULT.unknown_places, False)
        assert component(ranking, recognition, Component.PLACES) == prior
    assert component(ranking, full, Component.PLACES) == (0, True)


def test_places_not_confirmed_for_a_year_count_for_less_and_say_so(
    campus: Campus, programme: Programme
) -> None:
    places = [
        WorkplaceFactory(recognition__programme=programme, places_offered=3, confirmed_on=day)
        for day in (None, TODAY - timedelta(days=364), TODAY - timedelta(days=365))
    ]
    ranking = search(campus, programme)
    values = [component(ranking, place.recognition, Component.PLACES) for place in places]
    assert values == [(1, True), (1, True), (DEFAULT.unconfirmed_places, True)]
    old = next(pair for pair in pairs(ranking) if pair.unconfirmed)
    assert old.recognition == places[2].recognition
    with override("en"):
        assert "last confirmed on" in sentence(old)
    seen = rank_campuses(places[2].recognition.establishment, 25, ranking.school_year, today=TODAY)
    assert all(r.facts.unconfirmed.all() for r in seen)


def test_answers_and_agreements_count_and_few_answers_count_little(
    campus: Campus, programme: Programme
) -> None:
    unasked, once, often, trains = (
        WorkplaceFactory(recognition__programme=programme) for _ in range(4)
    )
    for place, times in ((once, 1), (often, 8)):
        establishment = place.recognition.establishment
        ApproachFactory.create_batch(times, establishment=establishment, answered=True)
    ApproachFactory(
        establishment=unasked.recognition.establishment, sent_on=TODAY - timedelta(days=731)
    )
    AgreementFactory.create_batch(2, workplace=trains)
    AgreementFactory(workplace=unasked, completed=True)
    ranking = search(campus, programme)
    value = {
        place.pk: component(ranking, place.recognition, Component.ACTIVITY)
        for place in (unasked, once, often, trains)
    }
    assert value[unasked.pk] == (DEFAULT.reply_prior, False)
    assert DEFAULT.reply_prior < value[once.pk][0] < value[often.pk][0] < value[trains.pk][0] == 1


@pytest.mark.parametrize(
    ("rival", "counts"),
    [
        ({}, True),
        ({"status": "approved"}, True),
        ({"status": "requested"}, False),
        ({"status": "refused"}, False),
        ({"status": "stopped"}, False),
        ({"campus__school__closed": True}, False),
        ({"campus__point": None, "campus__precision": "unknown"}, False),
        ({"campus__metres_east": DEFAULT.catchment_metres + 100}, False),
        ({"school_year__starts_in": 2025}, False),
    ],
    ids=str,
)
def test_who_competes(
    campus: Campus, programme: Programme, rival: dict[str, Any], counts: bool
) -> None:
    WorkplaceFactory(recognition__programme=programme)
    OfferingFactory(programme=programme, **rival)
    OfferingFactory(programme=programme, campus=campus)
    assert search(campus, programme).candidates.facts.rivals.tolist() == [float(counts)]


def test_a_campus_without_a_point_has_no_candidates(programme: Programme) -> None:
    RecognitionFactory(programme=programme)
    nowhere = CampusFactory(point=None, precision="unknown")
    assert len(search(nowhere, programme)) == 0


def test_a_recognition_deleted_while_it_is_read_is_left_out(
    campus: Campus, programme: Programme
) -> None:
    first, _second, third = (
        RecognitionFactory(programme=programme, establishment__metres_east=1000 * i)
        for i in range(3)
    )
    ranking = search(campus, programme)
    _second.delete()
    assert [(pair.rank, pair.recognition) for pair in pairs(ranking)] == [(1, first), (3, third)]


def test_settings_replace_the_policy(campus: Campus, programme: Programme, settings: Any) -> None:
    near = RecognitionFactory(programme=programme, establishment__metres_east=100)
    far = WorkplaceFactory(
        recognition__programme=programme, recognition__establishment__metres_east=20_000
    ).recognition
    assert [pair.recognition for pair in pairs(search(campus, programme))] == [near, far]
    weights = dict.fromkeys(Component, 0.0) | {Component.PLACES: 2.0}
    settings.MATCHING_POLICY = Policy(version="places only", weights=weights)
    ranking = search(campus, programme)
    assert [pair.recognition for pair in pairs(ranking)] == [far, near]
    assert ranking.policy.version == "places only"
    assert search(campus, programme, policy=DEFAULT).policy is DEFAULT


@pytest.mark.parametrize(
    "wrong",
    [
        {"weights": {Component.PROXIMITY: 1.0}},
        {"weights": dict.fromkeys(Component, 0.0)},
        {"weights": dict.fromkeys(Component, -1.0)},
        {"weights": dict.fromkeys(Component, float("nan"))},
        {"weights": dict.fromkeys(Component, 1.0) | {"luck": 1.0}},
        {"proximity_half_metres": 0.0},
        {"places_enough": 0},
        {"agreements_enough": -1},
        {"reply_prior_weight": 0.0},
        {"reply_prior": 1.1},
        {"unknown_places": -0.1},
        {"unconfirmed_places": 1.1},
        {"catchment_metres": float("nan")},
    ],
    ids=str,
)
def test_a_policy_without_a_sense_is_refused(wrong: dict[str, Any]) -> None:
    with pytest.raises(ValueError, match=r"0|weight"):
        Policy(**wrong)
