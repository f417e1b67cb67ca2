"""Allocation: optimal against trying everything, stable where claimed, never over capacity."""

import itertools

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.optimize import Bounds, LinearConstraint, milp

from matching.allocation import (
    SCORE_STEPS,
    STEP_METRES,
    UNPLACED,
    Ids,
    Pairs,
    Supply,
    best,
    blocking,
    most,
    stable,
)
from matching.fairness import SchoolShare, fairness, school_shares

Case = tuple[Supply, int, Pairs]


@st.composite
def cases(draw: st.DrawFn, pupils: int = 4, places: int = 4) -> Case:
    seed = np.random.default_rng(draw(st.integers(0, 100_000)))
    k, m, e = draw(st.integers(0, pupils)), draw(st.integers(1, places)), draw(st.integers(1, 3))
    supply = Supply(seed.integers(0, e, m), seed.integers(0, 3, m), seed.integers(0, 4, e))
    pupil, place = np.nonzero(seed.random((k, m)) < 0.6)
    metres, score = seed.integers(0, 10, len(pupil)) * 1000.0, seed.integers(0, 11, len(pupil)) / 10
    return supply, k, Pairs(pupil, place, metres, score)


def row_of(pairs: Pairs) -> dict[tuple[int, int], int]:
    both = zip(pairs.pupil.tolist(), pairs.place.tolist(), strict=True)
    return {pair: row for row, pair in enumerate(both)}


def fits(case: Case, places: tuple[int, ...]) -> bool:
    """Whether an assignment keeps to who may go where, capacity and mentors."""
    supply, _, pairs = case
    rows, given_ = row_of(pairs), [(i, j) for i, j in enumerate(places) if j != UNPLACED]
    taken = np.bincount([j for _, j in given_], minlength=len(supply.free))
    guided = np.bincount(supply.establishment, taken, minlength=len(supply.guided))
    return bool(
        all(pair in rows for pair in given_)
        and (taken <= supply.free).all()
        and (guided <= supply.guided).all()
    )


def possible(case: Case) -> list[tuple[int, ...]]:
    supply, k, _ = case
    every = itertools.product([UNPLACED, *range(len(supply.free))], repeat=k)
    return [places for places in every if fits(case, places)]


def worth(case: Case, places: tuple[int, ...]) -> tuple[int, int, int]:
    """What `best` minimises, in its own steps: pupils unplaced, way, lack of score."""
    _, _, pairs = case
    rows = row_of(pairs)
    chosen = [rows[i, j] for i, j in enumerate(places) if j != UNPLACED]
    way = sum(round(pairs.metres[row] / STEP_METRES) for row in chosen)
    lack = sum(round((1 - pairs.score[row]) * SCORE_STEPS) for row in chosen)
    return len(places) - len(chosen), way, lack


def plain(chosen: Ids) -> tuple[int, ...]:
    return tuple(int(j) for j in chosen)


@given(cases())
@settings(deadline=None)
def test_best_is_as_good_as_trying_everything(case: Case) -> None:
    found = plain(best(*case))
    assert fits(case, found)
    assert worth(case, found) == min(worth(case, places) for places in possible(case))


@given(cases(pupils=30, places=20))
@settings(deadline=None, max_examples=30)
def test_best_is_as_good_as_an_exact_solver(case: Case) -> None:
    """HiGHS, on cases that are too large to try everything."""
    supply, k, pairs = case
    n = len(pairs)
    if not n:
        return
    once = np.zeros((k, n))
    once[pairs.pupil, np.arange(n)] = 1
    held = np.zeros((len(supply.free), n))
    held[pairs.place, np.arange(n)] = 1
    guided = np.zeros((len(supply.guided), n))
    guided[supply.establishment[pairs.place], np.arange(n)] = 1
    limits = [
        LinearConstraint(once, ub=1),
        LinearConstraint(held, ub=supply.free),
        LinearConstraint(guided, ub=supply.guided),
    ]
    whole = {"integrality": np.ones(n), "bounds": Bounds(0, 1)}
    placed = -milp(-np.ones(n), constraints=limits, **whole).fun
    steps = np.rint(pairs.metres / STEP_METRES)
    limits.append(LinearConstraint(np.ones((1, n)), lb=placed))
    way = milp(steps, constraints=limits, **whole).fun
    unplaced, ours, _ = worth(case, plain(best(*case)))
    assert (k - unplaced, ours) == (round(placed), round(way))
    assert most(*case) == round(placed)


@given(cases(pupils=8, places=6))
@settings(deadline=None)
def test_both_keep_to_who_may_go_where_and_capacity(case: Case) -> None:
    one, other = plain(best(*case)), plain(stable(*case))
    assert fits(case, one)
    assert fits(case, other)
    assert worth(case, one) <= worth(case, other)


def blocking_pairs(case: Case, chosen: Ids) -> list[tuple[int, int]]:
    """Pairs that would both rather have each other than what they got, by its definition."""
    supply, _, pairs = case
    rows, found = row_of(pairs), []
    for (i, j), row in rows.items():
        mine = chosen[i]
        if mine == j or (mine != UNPLACED and pairs.metres[rows[i, mine]] <= pairs.metres[row]):
            continue
        moved = chosen.copy()
        moved[i] = UNPLACED
        # She comes alone, or in the place of one whom they would rather not have.
        lower = [
            p
            for p in np.flatnonzero(moved != UNPLACED)
            if supply.establishment[moved[p]] == supply.establishment[j]
            and pairs.score[rows[int(p), int(moved[p])]] < pairs.score[row]
        ]
        for out in [None, *lower]:
            then = moved.copy()
            if out is not None:
                then[out] = UNPLACED
            then[i] = j
            if fits(case, plain(then)):
                found.append((i, j))
                break
    return sorted(found)


@given(cases(pupils=7, places=5))
@settings(deadline=None)
def test_the_pairs_that_block_are_those_of_the_definition(case: Case) -> None:
    _, _, pairs = case
    for chosen in (best(*case), stable(*case)):
        rows = blocking(case[0], pairs, chosen)
        found = sorted(zip(pairs.pupil[rows].tolist(), pairs.place[rows].tolist(), strict=True))
        assert found == blocking_pairs(case, chosen)


@given(cases(pupils=7, places=5))
@settings(deadline=None)
def test_stable_leaves_no_blocking_pair(case: Case) -> None:
    # With one place per establishment and mentors enough, the classical theorem holds.
    supply, k, pairs = case
    m = len(supply.free)
    apart = Supply(np.arange(m), supply.free, np.full(m, 99))
    chosen = stable(apart, k, pairs)
    assert blocking_pairs((apart, k, pairs), chosen) == []
    assert not len(blocking(apart, pairs, chosen))


@given(cases(pupils=7, places=5))
@settings(deadline=None)
def test_a_school_gets_no_more_than_alone(case: Case) -> None:
    supply, k, pairs = case
    chosen = best(*case)
    shares = school_shares([i % 2 for i in range(k)], supply, pairs, chosen, np.zeros(k))
    assert sum(item.placed for item in shares) == (chosen != UNPLACED).sum()
    assert sum(item.pupils for item in shares) == k
    for item in shares:
        assert item.placed <= item.alone <= item.pupils
    index = fairness(shares)
    assert index is None or 0.5 <= index <= 1 + 1e-12


def test_fairness_is_one_for_equals_and_one_in_n_when_one_gets_all() -> None:
    def share(placed: int, alone: int) -> SchoolShare:
        return SchoolShare(1, 9, placed, alone, None)

    assert fairness([share(2, 4), share(4, 8)]) == pytest.approx(1)
    assert fairness([share(4, 4), share(0, 8)]) == pytest.approx(0.5)
    assert fairness([share(4, 4), share(0, 0)]) is None
