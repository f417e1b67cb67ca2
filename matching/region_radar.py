"""The radar of every campus at once: the figures of `matching.opportunities` as (c, p) arrays."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from matching.catchment import Floats, blocks
from matching.opportunities import DEFAULT_RADAR, Opportunity, RadarPolicy, advise, rounded
from matching.region import Ids, Region


@dataclass(frozen=True)
class RegionRadar:
    """Figures of c campuses and p programmes, each array (c, p), in the region's order of rows.

    `recognitions`, `unknown` and `lapsing` count recognitions in reach; `places_low` sums the
    places that companies gave, `free` those of them that are not taken. `drawing` counts the pupils
    at campuses in reach, its own included. `per_pupil_low` and `per_pupil_high` are places per
    pupil in reach, after a new group where the campus does not offer the programme. `rivals` counts
    other campuses in reach that offer it; `nearest` is the distance in metres to the nearest one
    anywhere, NaN for none.
    """

    offered: NDArray[np.bool_]
    pupils: Floats
    recognitions: Floats
    unknown: Floats
    lapsing: Floats
    places_low: Floats
    free: Floats
    drawing: Floats
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
    free = np.nan_to_num(region.free)
    counts = np.stack([np.ones(len(low)), unknown, region.lapses.astype(np.float64), low, free])
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

    metres = _between_campuses(region)
    near_campuses = (metres <= policy.decay.catchment).astype(np.float64)
    return RegionRadar(
        offered=offered,
        pupils=group,
        recognitions=totals[0],
        unknown=totals[1],
        lapsing=totals[2],
        places_low=totals[3],
        free=totals[4],
        drawing=pupils + near_campuses @ pupils,
        per_pupil_low=np.where(offered, as_offered[0], as_new[0]),
        per_pupil_high=np.where(offered, as_offered[1], as_new[1]),
        rivals=near_campuses @ offered,
        nearest=_nearest(metres, offered),
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


def _between_campuses(region: Region) -> Floats:
    """Metres (c, c) between campuses; from a campus to itself it is infinitely far."""
    metres: Floats = np.hypot(
        region.campuses[:, None, 0] - region.campuses[None, :, 0],
        region.campuses[:, None, 1] - region.campuses[None, :, 1],
    )
    np.fill_diagonal(metres, np.inf)
    return metres


def _nearest(metres: Floats, offered: NDArray[np.bool_]) -> Floats:
    """The distance (c, p) to the nearest other campus that offers each programme; NaN for none."""
    nearest = np.full(offered.shape, np.nan)
    for p in np.flatnonzero(offered.any(axis=0)):
        closest = metres[:, offered[:, p]].min(axis=1)
        nearest[:, p] = np.where(np.isfinite(closest), closest, np.nan)
    return nearest


def region_opportunities(
    region: Region, policy: RadarPolicy = DEFAULT_RADAR
) -> Iterator[tuple[int, Opportunity]]:
    """The same as records: (campus, opportunity) as `opportunities` gives them for one campus.

    Every campus with a point, programme by programme, for what is in its reach or offered there.
    """
    radar = region_radar(region, policy)
    metres = _between_campuses(region)
    for p, programme in enumerate(region.programme_ids.tolist()):
        offering = np.flatnonzero(radar.offered[:, p])
        for here in np.flatnonzero((radar.recognitions[:, p] > 0) | radar.offered[:, p]).tolist():
            from_here = metres[here, offering]
            near = offering[from_here <= policy.decay.catchment]
            near = near[np.argsort(metres[here, near], kind="stable")]
            yield (
                int(region.campus_ids[here]),
                _opportunity(region, radar, here, p, programme, near, policy),
            )


def _opportunity(
    region: Region,
    radar: RegionRadar,
    here: int,
    p: int,
    programme: int,
    rivals: Ids,
    policy: RadarPolicy,
) -> Opportunity:
    count, unknown = float(radar.recognitions[here, p]), float(radar.unknown[here, p])
    low, nearest = float(radar.places_low[here, p]), float(radar.nearest[here, p])
    per_low = rounded(radar.per_pupil_low[here, p])
    per_high = rounded(radar.per_pupil_high[here, p])
    offered = bool(radar.offered[here, p])
    share = float(radar.lapsing[here, p]) / count if count else 0.0
    advice, reasons = advise(offered, per_low, per_high, bool(len(rivals)), share, policy)
    return Opportunity(
        programme=programme,
        offered=offered,
        pupils=int(radar.pupils[here, p]),
        recognitions=int(count),
        unknown=int(unknown),
        places_low=low,
        places_high=low + unknown * policy.unknown_places,
        free=float(radar.free[here, p]),
        drawing=int(radar.drawing[here, p]),
        per_pupil_low=per_low,
        per_pupil_high=per_high,
        rivals=tuple(region.campus_ids[rivals].tolist()),
        nearest=None if math.isnan(nearest) else nearest,
        lapsing_share=share,
        advice=advice,
        reasons=reasons,
    )
