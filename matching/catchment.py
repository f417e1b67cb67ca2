"""Distance bands, exact sums, and which campuses and workplaces lie near each other.

The radar measures places per pupil by the enhanced two-step floating catchment area method:
W. Luo and Y. Qi, "An enhanced two-step floating catchment area (E2SFCA) method for measuring
spatial accessibility to primary care physicians", Health & Place 15 (2009) 1100-1107. There,
physicians serve people; here, workplaces serve the pupils of campuses. Step one divides the places
of each workplace over the pupils who can reach it; step two adds up, for each campus, what it
reaches. Both steps weigh by distance band.

What is added up is kept to a multiple of a power of two that leaves room for the sum, so that a sum
is the same to the last digit in whatever order, and in whatever blocks, it is made.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]

Rows = NDArray[np.int64]

#: Workplaces handled at once. Neighbours share a block, so that most campuses are out of its reach
#: and never measured; smaller blocks skip more but add up their results more often.
BLOCK = 768

#: Weights are multiples of 2 ** -36: pupils times weights add up exactly to 130,000 at a workplace.
WEIGHT_GRAIN = 2.0**-36
#: Places per pupil are added up in multiples of 2 ** -40: exactly to eight thousand.
SHARE_GRAIN = 2.0**-40


def in_grains(values: Floats, grain: float) -> Floats:
    """The nearest multiple of a grain, a power of two, to each value."""
    return np.rint(values / grain) * grain


@dataclass(frozen=True)
class Decay:
    """Distance bands: within `metres[b]` a pair weighs `weights[b]`; beyond the last, nothing.

    The default has the three zones and the slow Gaussian weights (1, 0.68, 0.22) of the paper,
    on distances a pupil of 15 to 20 cycles.
    """

    metres: tuple[float, ...] = (8_000.0, 16_000.0, 25_000.0)
    weights: tuple[float, ...] = (1.0, 0.68, 0.22)

    def __post_init__(self) -> None:
        if len(self.metres) != len(self.weights) or not self.metres:
            raise ValueError("Each distance band needs one weight.")
        if list(self.metres) != sorted(set(self.metres)):
            raise ValueError("Distance bands grow.")

    @property
    def catchment(self) -> float:
        """The metres beyond which nothing counts."""
        return self.metres[-1]

    @property
    def pairs(self) -> list[tuple[float, float]]:
        """(metres, weight) of each band, nearest first."""
        return list(zip(self.metres, self.weights, strict=True))

    @cached_property
    def exact(self) -> Floats:
        """The weights (k,) in grains, as they are computed with."""
        return in_grains(np.array(self.weights), WEIGHT_GRAIN)

    def within(self, squares: Floats) -> Floats:
        """Of squared metres (...): an array (k, ...) that is 1 where one lies in a band, else 0."""
        inside = np.empty((len(self.metres), *squares.shape))
        for band, limit in zip(inside, self.metres, strict=True):
            np.less_equal(squares, limit * limit, out=band)
        inside[1:] -= inside[:-1].copy()
        return inside

    def weigh(self, squares: Floats) -> Floats:
        """The weight, in grains, of each squared distance in metres; an array of the same shape."""
        return np.asarray(np.tensordot(self.exact, self.within(squares), axes=1))


DEFAULT_DECAY = Decay()


def shares(weights: Floats, places: Floats, demand: Floats) -> Floats:
    """What a pupil who weighs so much gets of places on which so many weighted pupils draw.

    In grains. Where nobody draws there is no share: that gives 0.
    """
    return in_grains(weights * places / np.where(demand > 0, demand, np.inf), SHARE_GRAIN)


def squares_between(one: Floats, other: Floats) -> Floats:
    """Squared metres in the plane between points (..., 2) of two arrays that broadcast."""
    east, north = one[..., 0] - other[..., 0], one[..., 1] - other[..., 1]
    east *= east
    north *= north
    east += north
    return np.asarray(east)


@dataclass(frozen=True)
class Near:
    """Points (n, 2) in metres, ready to be asked which of them lie around a box."""

    points: Floats

    @cached_property
    def _by_east(self) -> Rows:
        return np.argsort(self.points[:, 0], kind="stable")

    @cached_property
    def _east(self) -> Floats:
        return self.points[self._by_east, 0]

    def around(self, spots: Floats, metres: float) -> Rows:
        """The rows, ascending, of all points that lie within some metres of any of the spots.

        And of some others: those within as much of the smallest box around the spots.
        """
        if not len(spots):
            return np.zeros(0, dtype=np.int64)
        margin = metres + 1.0  # against rounding
        low, high = spots.min(axis=0) - margin, spots.max(axis=0) + margin
        first, last = np.searchsorted(self._east, [low[0], high[0]])
        rows = self._by_east[first:last]
        north = self.points[rows, 1]
        return np.sort(rows[(north >= low[1]) & (north <= high[1])])


def blocks(points: Floats, size: int = BLOCK) -> Iterator[Rows]:
    """The rows of all points (n, 2) in blocks of neighbours, none larger than `size`.

    Halved at the median of its longer side until it is small enough: so a block is compact where
    points are dense and where they are sparse, and spans no gap between them.
    """
    waiting = [np.arange(len(points))] if len(points) else []
    while waiting:
        rows = waiting.pop()
        if len(rows) <= size:
            yield rows
            continue
        part = points[rows]
        side = int(np.argmax(np.ptp(part, axis=0)))
        half = len(rows) // 2
        order = np.argpartition(part[:, side], half)
        waiting += [rows[order[half:]], rows[order[:half]]]
