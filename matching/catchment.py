"""The enhanced two-step floating catchment area method: places per pupil within reach.

W. Luo and Y. Qi, "An enhanced two-step floating catchment area (E2SFCA) method for measuring
spatial accessibility to primary care physicians", Health & Place 15 (2009) 1100-1107. There,
physicians serve people; here, workplaces serve the pupils of campuses. Step one divides the places
of each workplace over the pupils who can reach it; step two adds up, for each campus, what it
reaches. Both steps weigh by distance band.
"""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]

Rows = NDArray[np.int64]

#: Workplaces handled at once. Neighbours share a block, so that most campuses are out of its reach
#: and never measured; smaller blocks skip more but hand less to each matrix product.
BLOCK = 256


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

    def bands(self, metres: Floats) -> Iterator[tuple[float, Floats]]:
        """Each weight with an array, shaped as the distances, that is 1 within its band, else 0."""
        inner = np.zeros(metres.shape)
        for limit, weight in self.pairs:
            outer = (metres <= limit).astype(np.float64)
            yield weight, outer - inner
            inner = outer

    def weigh(self, metres: Floats) -> Floats:
        """The weight of each distance, in an array of the same shape."""
        found = np.zeros_like(metres)
        for weight, inside in self.bands(metres):
            found += weight * inside
        return found


DEFAULT_DECAY = Decay()


@dataclass(frozen=True)
class Access:
    """What the method gives for c campuses, n supplies and p programmes.

    `per_pupil` (c, p): places per pupil in reach of a campus, whether it offers the programme or
    not. `demand` (n, p): weighted pupils who draw on a workplace. A workplace that nobody draws on
    gives infinitely many places to each pupil, so it is counted apart: `unclaimed` (c, p) holds the
    weighted places in reach on which no pupil draws.
    """

    per_pupil: Floats
    demand: Floats
    unclaimed: Floats


def floating_catchment(
    campuses: Floats,
    workplaces: Floats,
    pupils: Floats,
    places: Floats,
    decay: Decay = DEFAULT_DECAY,
) -> Access:
    """Places per pupil in reach of each campus, per programme.

    `campuses` (c, 2) and `workplaces` (n, 2) are Lambert 2008 metres; `pupils` (c, p) and `places`
    (n, p) are counts per programme, not negative. What all campuses draw equals what the claimed
    workplaces give: `(per_pupil * pupils).sum() == places[demand > 0].sum()` up to rounding.
    """
    access = Access(np.zeros(pupils.shape), np.zeros(places.shape), np.zeros(pupils.shape))
    for near, block, metres in blocks(campuses, workplaces, decay):
        weights = decay.weigh(metres)
        demand = weights.T @ pupils[near]
        given = places[block]
        claimed = demand > 0
        ratio = np.divide(given, demand, out=np.zeros_like(demand), where=claimed)
        access.demand[block] = demand
        access.per_pupil[near] += weights @ ratio
        access.unclaimed[near] += weights @ np.where(claimed, 0.0, given)
    return access


def reachable(
    campuses: Floats, workplaces: Floats, counts: Floats, decay: Decay = DEFAULT_DECAY
) -> Floats:
    """Sums (c, k) of the columns of `counts` (n, k) over the workplaces in each catchment."""
    found = np.zeros((len(campuses), counts.shape[1]))
    for near, block, metres in blocks(campuses, workplaces, decay):
        found[near] += (metres <= decay.catchment).astype(np.float64) @ counts[block]
    return found


def blocks(
    campuses: Floats, workplaces: Floats, decay: Decay
) -> Iterator[tuple[Rows, Rows, Floats]]:
    """Row numbers of campuses (m,) and of a block of workplaces (b,), with their metres (m, b).

    Every pair within the catchment is in exactly one block.
    """
    cells = np.floor(workplaces / decay.catchment)
    order = np.lexsort((workplaces[:, 1], cells[:, 1], cells[:, 0]))
    for start in range(0, len(order), BLOCK):
        block = order[start : start + BLOCK]
        spots = workplaces[block]
        low, high = spots.min(axis=0) - decay.catchment, spots.max(axis=0) + decay.catchment
        near = np.flatnonzero(((campuses >= low) & (campuses <= high)).all(axis=1))
        if len(near):
            east = campuses[near, None, 0] - spots[None, :, 0]
            north = campuses[near, None, 1] - spots[None, :, 1]
            yield near, block, np.hypot(east, north)
