"""The chain: who answers first, what falls back, and that it says so."""

from collections.abc import Callable

import numpy as np
import pytest

from geo.models import TravelTime
from geo.reach import Answer, Mode, Provider, Reach, ReachError, Source, configured
from geo.reach.estimate import Estimate
from geo.reach.provider import Floats

pytestmark = pytest.mark.django_db

HOME = np.array([[4.70, 50.88]])
PLACES = np.array([[4.71, 50.88], [4.75, 50.90], [4.90, 50.95]])


class Engine(Provider):
    """Answers what a test tells it and counts how often it is asked."""

    source = Source.ROUTE
    modes = frozenset({Mode.CYCLING})

    def __init__(self, answer: Callable[[Floats], Answer], edition: str = "") -> None:
        self.answer, self.named, self.asked = answer, edition, 0

    def ask(self, origins: Floats, destinations: Floats, mode: Mode) -> Answer:
        self.asked += 1
        found = self.answer(destinations)
        return Answer(found.values[None, :], found.known[None, :])

    def farthest(self, mode: Mode, minutes: float) -> float:
        return minutes * 500

    def edition(self) -> str:
        return self.named


def always(minutes: float) -> Callable[[Floats], Answer]:
    return lambda places: Answer(np.full(len(places), minutes), np.ones(len(places), dtype=bool))


def down(places: Floats) -> Answer:
    raise ReachError("down")


def test_without_an_engine_every_value_is_an_estimate_and_says_so() -> None:
    found = configured().travel(HOME, PLACES, Mode.CYCLING)
    assert found.sources == [Source.ESTIMATE]
    np.testing.assert_array_equal(found.minutes, Estimate().ask(HOME, PLACES, Mode.CYCLING).values)


def test_an_engine_answers_for_its_modes_and_the_estimate_for_the_others() -> None:
    reach = Reach([Engine(always(7))])
    assert reach.travel(HOME, PLACES, Mode.CYCLING).minutes.tolist() == [[7, 7, 7]]
    assert reach.travel(HOME, PLACES, Mode.CYCLING).sources == [Source.ROUTE]
    assert reach.travel(HOME, PLACES, Mode.CAR).sources == [Source.ESTIMATE]


def test_an_engine_that_is_down_leaves_an_estimate_and_a_warning(
    caplog: pytest.LogCaptureFixture,
) -> None:
    found = Reach([Engine(down)]).travel(HOME, PLACES, Mode.CYCLING)
    assert found.sources == [Source.ESTIMATE]
    assert "route does not answer: down" in caplog.text


def test_each_value_says_who_gave_it() -> None:
    def first_only(places: Floats) -> Answer:
        return Answer(np.full(len(places), 9.0), np.arange(len(places)) == 0)

    found = Reach([Engine(first_only)]).travel(HOME, PLACES, Mode.CYCLING)
    assert [found.source(0, m) for m in range(3)] == ["route", "estimate", "estimate"]


def test_no_way_is_an_answer_and_is_not_estimated() -> None:
    found = Reach([Engine(always(np.nan))]).travel(HOME, PLACES, Mode.CYCLING)
    assert np.isnan(found.minutes).all()
    assert found.source(0, 0) == Source.ROUTE
    assert found.sources == []


def test_pairs_too_far_for_the_minutes_are_not_asked() -> None:
    seen: list[int] = []

    def count(places: Floats) -> Answer:
        seen.append(len(places))
        return always(4)(places)

    reach = Reach([Engine(count)])
    found = reach.travel(HOME, PLACES, Mode.CYCLING, at_most=10)
    assert seen == [2]
    assert found.minutes[0].tolist()[:2] == [4, 4]
    assert np.isnan(found.minutes[0, 2])


def test_wider_minutes_never_lose_a_pair() -> None:
    reach = Reach([Engine(down)])
    narrow, wide = (
        reach.travel(HOME, PLACES, Mode.CYCLING, at_most=limit).minutes <= limit
        for limit in (20, 60)
    )
    assert (wide | ~narrow).all()


def test_the_same_home_is_asked_once_for_all_who_live_there() -> None:
    engine = Engine(always(5))
    found = Reach([engine]).travel(
        np.repeat(HOME, 3, axis=0), PLACES, Mode.CYCLING, at_most=np.array([10.0, 60.0, 10.0])
    )
    assert engine.asked == 1
    assert found.minutes.shape == (3, 3)


def test_what_an_engine_gave_is_kept_per_pair_until_its_data_change() -> None:
    engine = Engine(always(6), edition="roads of May")
    reach = Reach([engine])
    for _ in range(2):
        found = reach.travel(HOME, PLACES, Mode.CYCLING)
        assert found.minutes.tolist() == [[6, 6, 6]]
        assert found.sources == [Source.ROUTE]
    assert (engine.asked, TravelTime.objects.count()) == (1, 3)
    engine.named = "roads of June"
    reach.travel(HOME, PLACES, Mode.CYCLING)
    assert engine.asked == 2


def test_that_there_is_no_way_is_kept_too() -> None:
    engine = Engine(always(np.nan), edition="roads of May")
    for _ in range(2):
        assert np.isnan(Reach([engine]).travel(HOME, PLACES, Mode.CYCLING).minutes).all()
    assert engine.asked == 1


def test_only_pairs_that_are_new_are_asked() -> None:
    seen: list[int] = []

    def count(places: Floats) -> Answer:
        seen.append(len(places))
        return always(4)(places)

    reach = Reach([Engine(count, edition="roads")])
    reach.travel(HOME, PLACES[:2], Mode.CYCLING)
    reach.travel(HOME, PLACES, Mode.CYCLING)
    assert seen == [2, 1]


def test_old_times_and_those_of_other_roads_are_deleted() -> None:
    reach = Reach([Engine(always(6), edition="new"), Engine(always(6), edition="old")])
    reach.travel(HOME, PLACES, Mode.CYCLING)
    TravelTime.objects.keep("old", Mode.CYCLING, HOME[0], PLACES, np.full(3, 5.0))
    assert TravelTime.objects.prune(["new"]) == 3
    assert set(TravelTime.objects.values_list("edition", flat=True)) == {"new"}


def test_nobody_to_ask_about_is_no_answer_and_no_error() -> None:
    assert Reach([]).travel(HOME, np.zeros((0, 2)), Mode.CYCLING).minutes.shape == (1, 0)
    assert Reach([]).travel(np.zeros((0, 2)), PLACES, Mode.CYCLING).minutes.shape == (0, 3)
