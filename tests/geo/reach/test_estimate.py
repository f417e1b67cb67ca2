"""Minutes from a straight line: the published figures, and a bound that loses nothing."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from geo.reach import Mode, Source, Unit
from geo.reach.estimate import PACES, Estimate
from geo.reach.straight_line import StraightLine

LEUVEN = np.array([[4.70, 50.88]])

modes = st.sampled_from(Mode)
points = st.tuples(st.floats(2.5, 6.0), st.floats(50.7, 51.5)).map(np.array)


def minutes(origin: np.ndarray, destination: np.ndarray, mode: Mode) -> float:
    answer = Estimate().ask(origin[None, :], destination[None, :], mode)
    assert answer.known.all()
    return float(answer.values[0, 0])


@pytest.mark.parametrize(
    ("mode", "expected"),
    [
        (Mode.CYCLING, 1.3 * 10 / 16 * 60),
        (Mode.TRANSIT, 20 + 1.21 * 10 * 1.2),
        (Mode.CAR, 6 + 1.34 * 10),
    ],
)
def test_ten_kilometres_take_what_the_sources_say(mode: Mode, expected: float) -> None:
    assert PACES[mode].minutes(np.array([10_000.0]))[0] == pytest.approx(expected)


@given(points, points, modes)
def test_it_is_the_same_both_ways_and_never_shorter_than_the_straight_line(
    a: np.ndarray, b: np.ndarray, mode: Mode
) -> None:
    there, back = minutes(a, b, mode), minutes(b, a, mode)
    assert there == pytest.approx(back)
    metres = StraightLine().ask(a[None, :], b[None, :]).values[0, 0]
    assert there / 60 * PACES[mode].kmh * 1000 >= metres * 0.999


@given(points, points, modes, st.floats(0, 300))
def test_no_place_within_the_minutes_lies_beyond_the_bound(
    a: np.ndarray, b: np.ndarray, mode: Mode, at_most: float
) -> None:
    metres = StraightLine().ask(a[None, :], b[None, :]).values[0, 0]
    if metres > Estimate().farthest(mode, at_most):
        assert minutes(a, b, mode) > at_most


def test_going_nowhere_takes_no_time_by_any_mode() -> None:
    for mode in Mode:
        assert minutes(LEUVEN[0], LEUVEN[0], mode) == 0


def test_the_straight_line_is_metres_and_says_so() -> None:
    line = StraightLine()
    assert (line.unit, line.source) == (Unit.METRES, Source.STRAIGHT_LINE)
    brussels = np.array([[4.35, 50.85]])
    metres = line.ask(LEUVEN, brussels).values[0, 0]
    assert metres == pytest.approx(24_870, rel=0.01)
