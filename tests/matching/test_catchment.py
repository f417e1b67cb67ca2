"""The floating catchment against the two steps written out, and what it must conserve."""

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from matching.catchment import Decay, Floats, floating_catchment, reachable

DECAY = Decay()


def points(n: int) -> st.SearchStrategy[Floats]:
    """n points on a grid of 4 km, so that some lie on the border of a band."""
    return arrays(np.float64, (n, 2), elements=st.integers(-8, 8).map(lambda i: i * 4000.0))


def counts(n: int, p: int) -> st.SearchStrategy[Floats]:
    return arrays(np.float64, (n, p), elements=st.integers(0, 6).map(float))


@st.composite
def regions(draw: st.DrawFn) -> tuple[Floats, Floats, Floats, Floats]:
    c, n, p = draw(st.integers(1, 5)), draw(st.integers(1, 8)), draw(st.integers(1, 3))
    return draw(points(c)), draw(points(n)), draw(counts(c, p)), draw(counts(n, p))


def weight(a: Floats, b: Floats) -> float:
    distance = math.dist(a, b)
    for metres, value in zip(DECAY.metres, DECAY.weights, strict=True):
        if distance <= metres:
            return value
    return 0.0


@given(regions())
def test_it_equals_the_two_steps_written_out(region: tuple[Floats, ...]) -> None:
    campuses, workplaces, pupils, places = region
    access = floating_catchment(*region)
    for p in range(pupils.shape[1]):
        demand = [
            sum(weight(k, j) * pupils[i, p] for i, k in enumerate(campuses)) for j in workplaces
        ]
        for i, campus in enumerate(campuses):
            expected = sum(
                weight(campus, j) * places[row, p] / demand[row]
                for row, j in enumerate(workplaces)
                if demand[row] > 0
            )
            assert access.per_pupil[i, p] == pytest.approx(expected)
            free = sum(
                weight(campus, j) * places[row, p]
                for row, j in enumerate(workplaces)
                if demand[row] == 0
            )
            assert access.unclaimed[i, p] == pytest.approx(free)


@given(regions())
def test_what_campuses_draw_is_what_workplaces_give(region: tuple[Floats, ...]) -> None:
    _, _, pupils, places = region
    access = floating_catchment(*region)
    drawn = (access.per_pupil * pupils).sum()
    assert drawn == pytest.approx(places[access.demand > 0].sum())


@given(regions())
def test_reachable_counts_what_lies_in_the_catchment(region: tuple[Floats, ...]) -> None:
    campuses, workplaces, _, places = region
    found = reachable(campuses, workplaces, places)
    for i, campus in enumerate(campuses):
        near = [math.dist(campus, j) <= DECAY.catchment for j in workplaces]
        assert found[i] == pytest.approx(places[near].sum(axis=0))


@pytest.mark.parametrize(
    ("metres", "weights"), [((), ()), ((5.0,), (1.0, 0.5)), ((9.0, 5.0), (1.0, 0.5))]
)
def test_senseless_bands_are_refused(metres: tuple[float, ...], weights: tuple[float, ...]) -> None:
    with pytest.raises(ValueError, match="band"):
        Decay(metres, weights)
