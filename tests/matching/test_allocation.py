"""Allocation: optimal against trying everything, stable where claimed, never over capacity."""

import itertools

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from matching.allocation import (
    SCORE_STEPS,
    STEP_METRES,
    UNPLACED,
    Allocation,
    Demand,
    Floats,
    Supply,
    Why,
    allowed,
    best,
    stable,
)

Case = tuple[Supply, Demand, Floats, Floats]


@st.composite
def cases(draw: st.DrawFn, pupils: int = 4, places: int = 4) -> Case:
    seed = np.random.default_rng(draw(st.integers(0, 100_000)))
    k, m, e = draw(st.integers(0, pupils)), draw(st.integers(1, places)), draw(st.integers(1, 3))
    supply = Supply(
        programme=seed.integers(0, 2, m),
        establishment=seed.integers(0, e, m),
        free=seed.integers(0, 3, m),
        guided=seed.integers(0, 4, e),
    )
    demand = Demand(seed.integers(0, 3, k), seed.integers(1, 8, k) * 1000.0)
    metres = seed.integers(0, 10, (k, m)) * 1000.0
    return supply, demand, metres, seed.integers(0, 11, (k, m)) / 10


def possible(case: Case) -> list[tuple[int, ...]]:
    """Every assignment that keeps to reach, capacity and mentors."""
    supply, demand, metres, _ = case
    may = allowed(supply, demand, metres)
    choices = [[UNPLACED, *np.flatnonzero(row)] for row in may]
    return [tuple(int(j) for j in c) for c in itertools.product(*choices) if fits(supply, c)]


def fits(supply: Supply, places: tuple[int, ...]) -> bool:
    taken = np.bincount([j for j in places if j != UNPLACED], minlength=len(supply.free))
    guided = np.bincount(supply.establishment, taken, minlength=len(supply.guided))
    return bool((taken <= supply.free).all() and (guided <= supply.guided).all())


def worth(case: Case, places: tuple[int, ...]) -> tuple[int, int, int]:
    """What `best` minimises, in its own steps: pupils unplaced, way, lack of score."""
    _, _, metres, scores = case
    pairs = [(i, j) for i, j in enumerate(places) if j != UNPLACED]
    way = sum(round(metres[pair] / STEP_METRES) for pair in pairs)
    lack = sum(round((1 - scores[pair]) * SCORE_STEPS) for pair in pairs)
    return len(places) - len(pairs), way, lack


@given(cases())
@settings(deadline=None)
def test_best_is_as_good_as_trying_everything(case: Case) -> None:
    found = tuple(int(j) for j in best(*case).place)
    assert fits(case[0], found)
    assert worth(case, found) == min(worth(case, places) for places in possible(case))


@given(cases(pupils=8, places=6))
@settings(deadline=None)
def test_both_keep_to_reach_and_capacity_and_say_why(case: Case) -> None:
    supply, demand, metres, _ = case
    may = allowed(supply, demand, metres)
    for found in (best(*case), stable(*case)):
        assert fits(supply, tuple(int(j) for j in found.place))
        for i, (j, why) in enumerate(zip(found.place, found.why, strict=True)):
            if j != UNPLACED:
                assert may[i, j]
                assert why is None
            elif not (supply.programme == demand.programme[i]).any():
                assert why is Why.NOT_RECOGNISED
            else:
                assert why is (Why.NO_FREE_PLACE if may[i].any() else Why.OUT_OF_REACH)
    assert stable(*case).placed <= best(*case).placed


def blocking(case: Case, found: Allocation) -> list[tuple[int, int]]:
    """Pairs that would both rather have each other than what they got."""
    supply, demand, metres, scores = case
    may = allowed(supply, demand, metres)
    pairs = []
    for i, j in zip(*np.nonzero(may), strict=True):
        mine = found.place[i]
        if mine == j or (mine != UNPLACED and metres[i, mine] <= metres[i, j]):
            continue
        here = [(p, j) for p in np.flatnonzero(found.place == j)]
        house = [
            (p, found.place[p])
            for p in np.flatnonzero(found.place != UNPLACED)
            if supply.establishment[found.place[p]] == supply.establishment[j]
        ]
        if mine != UNPLACED and supply.establishment[mine] == supply.establishment[j]:
            house = [pair for pair in house if pair[0] != i]
        room = len(here) < supply.free[j]
        guided = len(house) < supply.guided[supply.establishment[j]]
        if supply.free[j] == 0 or supply.guided[supply.establishment[j]] == 0:
            continue
        better_than_here = any(scores[i, j] > scores[p, j] for p, _ in here)
        better_in_house = any(scores[i, j] > scores[p, q] for p, q in house)
        if (room and guided) or (not room and better_than_here) or (room and better_in_house):
            pairs.append((int(i), int(j)))
    return pairs


@given(cases(pupils=7, places=5))
@settings(deadline=None)
def test_stable_leaves_no_blocking_pair(case: Case) -> None:
    # With one place per establishment and mentors enough, the classical theorem holds.
    supply, demand, metres, scores = case
    m = len(supply.programme)
    apart = Supply(supply.programme, np.arange(m), supply.free, np.full(m, 99))
    simple = (apart, demand, metres, scores)
    assert blocking(simple, stable(*simple)) == []
