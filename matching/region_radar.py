"""The radar of every campus at once: the figures of `matching.opportunities` as (c, p) arrays."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from matching.catchment import Floats, blocks
from matching.opportunities import DEFAULT_RADAR, RadarPolicy
from matching.region import Ids, Region


@dataclass(frozen=True)
class RegionRadar:
    """Figures of c campuses and p programmes, each array (c, p), in the region's order of rows.

    `recognitions`, `unknown` and `lapsing` count recognitions in reach; `places_low` sums the
    places that companies gave. `per_pupil_low` and `per_pupil_high` are places per pupil in reach,
    after a new group where the campus does not offer the programme. `rivals` counts other campuses
    in reach that offer it; `nearest` is the distance in metres to the nearest one anywhere, NaN for
    none.
    """

    offered: NDArray[np.bool_]
    pupils: Floats
    recognitions: Floats
    unknown: Floats
    lapsing: Floats
    places_low: Floats
    per_pupil_low: Floats
    per_pupil_high: Floats
    rivals: Floats
    nearest: Floats


def region_radar(region: Region, policy: RadarPolicy = DEFAULT_RADAR) -> RegionRadar:
    """The radar of the whole region.

    What is linear in the weights of a block is one product with a sparse matrix of recognitions. A
    new group is not: it raises the demand on a workplace by its own weight, so those ratios are
    taken per campus and recognition, and summed per programme.
    """
    pupils = region.pupil_table()
    offered = np.zeros(pupils.shape, dtype=bool)
    offered[region.campus, region.offered_programme] = True
    group = np.where(offered, pupils, policy.new_group)

    low = np.nan_to_num(region.offered)
    unknown = np.isnan(region.offered).astype(np.float64)
    high = low + unknown * policy.unknown_places
    counts = np.stack([np.ones(len(low)), unknown, region.lapses.astype(np.float64), low])
    totals = np.zeros((len(counts), *pupils.shape))
    as_offered = np.zeros((2, *pupils.shape))
    as_new = np.zeros((2, *pupils.shape))

    rows_at = _rows_by_establishment(region)
    for near, block, metres in blocks(region.campuses, region.establishments, policy.decay):
        weights = policy.decay.weigh(metres)
        rows, spot = rows_at(block)
        programme = region.programme[rows]
        firsts = np.flatnonzero(np.diff(programme, prepend=-1))
        columns = programme[firsts]

        demand = (weights.T @ pupils[near])[spot, programme]
        of_rows = weights[:, spot]
        reached = (of_rows > 0).astype(np.float64)
        for total, count in zip(totals, counts[:, rows], strict=True):
            total[np.ix_(near, columns)] += np.add.reduceat(reached * count, firsts, axis=1)
        share = of_rows / (demand + of_rows * policy.new_group + (of_rows == 0))
        ratio = of_rows * np.divide(1.0, demand, out=np.zeros_like(demand), where=demand > 0)
        for index, places in enumerate((low[rows], high[rows])):
            cells = np.ix_(near, columns)
            as_new[index][cells] += np.add.reduceat(share * places, firsts, axis=1)
            as_offered[index][cells] += np.add.reduceat(ratio * places, firsts, axis=1)

    rivals, nearest = _rivals(region, offered, policy)
    return RegionRadar(
        offered=offered,
        pupils=group,
        recognitions=totals[0],
        unknown=totals[1],
        lapsing=totals[2],
        places_low=totals[3],
        per_pupil_low=np.where(offered, as_offered[0], as_new[0]),
        per_pupil_high=np.where(offered, as_offered[1], as_new[1]),
        rivals=rivals,
        nearest=nearest,
    )


def _rows_by_establishment(region: Region) -> Callable[[Ids], tuple[Ids, Ids]]:
    """A function from establishments (b,) to their recognitions (m,), ordered by programme.

    It gives the row numbers of the recognitions, and for each the position in the b given.
    """
    order = np.argsort(region.at, kind="stable")
    starts = np.searchsorted(region.at[order], np.arange(len(region.establishment_ids) + 1))

    def rows_at(establishments: Ids) -> tuple[Ids, Ids]:
        lengths = starts[establishments + 1] - starts[establishments]
        spot = np.repeat(np.arange(len(establishments)), lengths)
        within = np.arange(len(spot)) - np.repeat(np.cumsum(lengths) - lengths, lengths)
        rows = order[starts[establishments][spot] + within]
        by_programme = np.argsort(region.programme[rows], kind="stable")
        return rows[by_programme], spot[by_programme]

    return rows_at


def _rivals(
    region: Region, offered: NDArray[np.bool_], policy: RadarPolicy
) -> tuple[Floats, Floats]:
    """Other campuses in reach that offer each programme, and the distance to the nearest one."""
    metres = np.hypot(
        region.campuses[:, None, 0] - region.campuses[None, :, 0],
        region.campuses[:, None, 1] - region.campuses[None, :, 1],
    )
    np.fill_diagonal(metres, np.inf)
    rivals = (metres <= policy.decay.catchment).astype(np.float64) @ offered
    nearest = np.full(offered.shape, np.nan)
    for p in np.flatnonzero(offered.any(axis=0)):
        closest = metres[:, offered[:, p]].min(axis=1)
        nearest[:, p] = np.where(np.isfinite(closest), closest, np.nan)
    return rivals, nearest
