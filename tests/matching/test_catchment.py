"""The floating catchment against the two steps written out, and what it must conserve."""

import math
from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from matching.catchment import Decay, Near, blocks, squares_between
from matching.opportunities import DEFAULT_RADAR
from matching.region import Region
from matching.region_radar import region_radar
from tests.matching.regions import regions

DECAY = DEFAULT_RADAR.decay


def weight(a: list[float], b: list[float]) -> Fraction:
    distance = math.dist(a, b)
    for metres, value in DECAY.pairs:
        if distance <= metres:
            return Fraction(value)
    return Fraction(0)


class Oracle:
    """A region as lists, and the method of Luo and Qi in plain Python and exact fractions."""

    def __init__(self, region: Region) -> None:
        self.campuses = region.campuses.tolist()
        self.spots = region.establishments.tolist()
        self.supply = [
            (self.spots[at], programme, offered, taken, lapses)
            for at, programme, offered, taken, lapses in zip(
                region.at.tolist(),
                region.programme.tolist(),
                region.offered.tolist(),
                region.taken.tolist(),
                region.lapses.tolist(),
                strict=True,
            )
        ]
        self.pupils = {
            (campus, programme): 0 if math.isnan(pupils) else int(pupils)
            for campus, programme, pupils in zip(
                region.campus.tolist(),
                region.offered_programme.tolist(),
                region.pupils.tolist(),
                strict=True,
            )
        }

    def near(self, c: int, p: int) -> list[tuple[float, float, bool]]:
        """Offered, taken and lapses of the recognitions in reach."""
        return [rest for at, q, *rest in self.supply if q == p and weight(self.campuses[c], at) > 0]  # type: ignore[misc]

    def per_pupil(self, c: int, p: int, unknown: float) -> Fraction:
        """Places per pupil at a campus, after a new group where it does not offer it."""
        pupils = {campus: n for (campus, q), n in self.pupils.items() if q == p}
        pupils.setdefault(c, DEFAULT_RADAR.new_group)
        found = Fraction(0)
        for at, q, offered, *_ in self.supply:
            demand = sum(weight(self.campuses[k], at) * n for k, n in pupils.items())
            if q == p and demand:
                places = Fraction(unknown if math.isnan(offered) else offered)
                found += weight(self.campuses[c], at) * places / demand
        return found


@given(regions())
def test_every_figure_equals_a_recount_in_plain_python(region: Region) -> None:
    radar, oracle = region_radar(region), Oracle(region)
    for c, spot in enumerate(oracle.campuses):
        away = [math.dist(spot, other) for other in oracle.campuses]
        for p in range(len(region.programme_ids)):
            near = oracle.near(c, p)
            known = [(offered, taken) for offered, taken, _ in near if not math.isnan(offered)]
            assert radar.recognitions[c, p] == len(near)
            assert radar.unknown[c, p] == len(near) - len(known)
            assert radar.lapsing[c, p] == sum(lapses for *_, lapses in near)
            assert radar.places_low[c, p] == sum(offered for offered, _ in known)
            assert radar.free[c, p] == sum(offered - taken for offered, taken in known)

            others = [k for k, q in oracle.pupils if q == p and k != c]
            reached = [k for k in others if away[k] <= DECAY.catchment]
            assert radar.offered[c, p] == ((c, p) in oracle.pupils)
            assert radar.rivals[c, p] == len(reached)
            drawing = sum(oracle.pupils.get((k, p), 0) for k in [c, *reached])
            assert radar.drawing[c, p] == drawing
            nearest = min((away[k] for k in others), default=math.nan)
            assert radar.nearest[c, p] == pytest.approx(nearest, nan_ok=True)

            for found, unknown in (
                (radar.per_pupil_low, 0.0),
                (radar.per_pupil_high, DEFAULT_RADAR.unknown_places),
            ):
                expected = float(oracle.per_pupil(c, p, unknown))
                assert found[c, p] == pytest.approx(expected, rel=1e-9, abs=1e-9)


@given(regions())
def test_what_campuses_draw_is_what_workplaces_give(region: Region) -> None:
    """Places per pupil, times pupils, over all campuses: the places on which anybody draws."""
    radar, oracle = region_radar(region), Oracle(region)
    drawn = (radar.per_pupil_low * radar.pupils)[radar.offered].sum()
    claimed = sum(
        offered
        for at, p, offered, *_ in oracle.supply
        if not math.isnan(offered)
        and any(
            n and q == p and weight(oracle.campuses[c], at) for (c, q), n in oracle.pupils.items()
        )
    )
    assert drawn == pytest.approx(claimed)


@given(regions(), st.permutations(range(12)))
def test_the_order_of_the_establishments_makes_no_difference(
    region: Region, order: list[int]
) -> None:
    """To the last digit: sums are exact, whatever block an establishment falls into."""
    moved = np.argsort(order)
    other = Region(
        **{
            **vars(region),
            "establishments": region.establishments[order],
            "at": moved[region.at],
        }
    )
    one, two = region_radar(region), region_radar(other)
    for name, figures in vars(one).items():
        np.testing.assert_array_equal(figures, vars(two)[name], err_msg=name)


@given(st.lists(st.tuples(st.integers(-9, 9), st.integers(-9, 9)), min_size=1, max_size=40))
def test_whoever_is_near_is_found_and_every_workplace_is_in_one_block(
    places: list[tuple[int, int]],
) -> None:
    points = np.array(places) * 5000.0
    seen = []
    for block in blocks(points, size=3):
        seen += block.tolist()
        squares = squares_between(points[block][:, None], points)
        near = np.flatnonzero((squares <= DECAY.catchment**2).any(axis=0))
        assert set(near) <= set(Near(points).around(points[block], DECAY.catchment))
    assert sorted(seen) == list(range(len(points)))


@pytest.mark.parametrize(
    ("metres", "weights"), [((), ()), ((5.0,), (1.0, 0.5)), ((9.0, 5.0), (1.0, 0.5))]
)
def test_senseless_bands_are_refused(metres: tuple[float, ...], weights: tuple[float, ...]) -> None:
    with pytest.raises(ValueError, match="band"):
        Decay(metres, weights)
