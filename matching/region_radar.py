"""The radar as arrays: every programme at every campus of a region, or at some campuses.

One computation serves the stored radar of the whole region and the page of a single campus.
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple

import numpy as np
from numpy.typing import NDArray

from matching.catchment import Decay, Floats, Near, blocks, shares, squares_between
from matching.opportunities import (
    DEFAULT_RADAR,
    Opportunity,
    RadarPolicy,
    advise,
    promise,
    rounded,
)
from matching.radar_ways import OwnWays
from matching.region import Ids, Region, ranges

if TYPE_CHECKING:
    from scipy.sparse import csr_array

#: Campuses for which the nearest offering is looked for together, and how far in metres at first.
NEIGHBOURS = 64
FIRST_LOOK = 10_000.0


@dataclass(frozen=True)
class RegionRadar:
    """Figures of m campuses and p programmes, each array (m, p).

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


def region_radar(
    region: Region,
    policy: RadarPolicy = DEFAULT_RADAR,
    campuses: Ids | None = None,
    own: OwnWays | None = None,
) -> RegionRadar:
    """The radar of the campuses with these row numbers (m,), or of all in the region's order.

    `own` has the ways of one of them, where they are known better than in a straight line.
    """
    rows = np.arange(len(region.campus_ids)) if campuses is None else campuses
    pupils, offers = region.pupil_table(), region.offer_table()
    counts, as_new, as_offered = _reached(region, policy, rows, own)
    drawing, rivals = _around(region, policy.decay, rows, pupils, offers)
    offered = offers[rows]
    return RegionRadar(
        offered=offered,
        pupils=np.where(offered, pupils[rows], policy.new_group),
        recognitions=counts[:, 0],
        unknown=counts[:, 1],
        lapsing=counts[:, 2],
        places_low=counts[:, 3],
        free=counts[:, 4],
        drawing=drawing,
        per_pupil_low=np.where(offered, as_offered[0], as_new[:, 0]),
        per_pupil_high=np.where(offered, as_offered[1], as_new[:, 1]),
        rivals=rivals,
        nearest=_nearest(region, rows),
    )


def _reached(
    region: Region, policy: RadarPolicy, rows: Ids, own: OwnWays | None
) -> tuple[Floats, Floats, Floats]:
    """What the campuses with these row numbers (m,) reach.

    Counts (m, 5, p) of recognitions, unknown, lapsing, places and free places; places per pupil, at
    least and at most, with a new group (m, 2, p) and with the pupils they have (2, m, p).
    """
    decay, p = policy.decay, len(region.programme_ids)
    around = max(decay.catchment, own.around if own else 0.0)
    low, unknown = np.nan_to_num(region.offered), np.isnan(region.offered).astype(np.float64)
    places = np.stack([low, low + unknown * policy.unknown_places])
    counted = np.stack([np.ones(len(low)), unknown, region.lapses, low, np.nan_to_num(region.free)])
    counts = np.zeros((len(rows), len(counted) * p))
    as_new = np.zeros((len(rows), len(places) * p))
    received = np.zeros((len(places), len(region.campus)))

    wanted = region.campuses[rows]
    campuses, offerings = Near(wanted), Near(region.campuses[region.campus])
    establishments = Near(region.establishments).around(wanted, around)
    for some in blocks(region.establishments[establishments]):
        spots = region.establishments[establishments[some]]
        found, at = region.recognitions_at(establishments[some])
        starts = np.searchsorted(region.programme[found], np.arange(p + 1))
        given = places[:, found]

        # Step one: the pupils of each programme who draw on each recognition.
        near = offerings.around(spots, around)
        programme = region.offered_programme[near]
        lengths = starts[programme + 1] - starts[programme]
        drawn, by = ranges(starts[programme], lengths), np.repeat(near, lengths)
        squares = squares_between(spots[at[drawn]], offerings.points[by])
        if own:
            mine = region.campus[by] == own.campus
            squares[mine] = own.metres[establishments[some[at[drawn[mine]]]]] ** 2
        weight = decay.weigh(squares)
        pupils = np.nan_to_num(region.pupils[by])
        demand = np.zeros(len(found))
        np.add.at(demand, drawn, weight * pupils)
        for sums, part in zip(received, given, strict=True):
            np.add.at(sums, by, shares(weight, part[drawn], demand[drawn]))

        # Step two: what each campus reaches. A new group raises the demand on a recognition by its
        # own weight, so that its share differs by distance band, and is one number in each.
        near = campuses.around(spots, around)
        squares = squares_between(spots[:, None], wanted[near])
        if own:
            squares[:, rows[near] == own.campus] = own.metres[establishments[some], None] ** 2
        inside = decay.within(squares)
        reach = _by_programme(counted[:, found], at, starts, len(spots))
        counts[near] += (reach @ inside.sum(axis=0)).T
        weights = decay.exact
        grown = demand[:, None] + weights * policy.new_group
        new = shares(weights, given[:, :, None], grown).reshape(len(places), grown.size)
        bands = (at[:, None] + np.arange(len(weights)) * len(spots)).ravel()
        share = _by_programme(new, bands, starts * len(weights), inside.shape[0] * len(spots))
        as_new[near] += (share @ inside.reshape(share.shape[1], len(near))).T

    as_offered = np.zeros((len(places), len(region.campus_ids), p))
    as_offered[:, region.campus, region.offered_programme] = received
    return (
        counts.reshape(len(rows), len(counted), p),
        as_new.reshape(len(rows), len(places), p),
        as_offered[:, rows],
    )


def _by_programme(values: Floats, columns: Ids, starts: Ids, width: int) -> csr_array:
    """Values (v, n), ordered by programme, as a sparse matrix (v * p, width).

    The values of a programme begin at its place in `starts` (p + 1,); each is in its column.
    """
    # 25 MB, which a process that reads what was computed does without.
    from scipy.sparse import csr_array

    v, n = values.shape
    indptr = np.append((np.arange(v)[:, None] * n + starts[:-1]).ravel(), v * n)
    indices = np.tile(columns.astype(np.int32), v)
    shape = (v * (len(starts) - 1), width)
    return csr_array((values.ravel(), indices, indptr.astype(np.int32)), shape=shape)


def _around(
    region: Region, decay: Decay, rows: Ids, pupils: Floats, offers: NDArray[np.bool_]
) -> tuple[Floats, Floats]:
    """Pupils (m, p) at campuses in reach, itself included, and how many others offer it."""
    drawing, rivals = (np.zeros((len(rows), pupils.shape[1])) for _ in range(2))
    campuses = Near(region.campuses)
    for some in blocks(region.campuses[rows]):
        spots = region.campuses[rows[some]]
        near = campuses.around(spots, decay.catchment)
        reach = decay.within(squares_between(spots[:, None], campuses.points[near])).sum(axis=0)
        drawing[some] = reach @ pupils[near]
        rivals[some] = reach @ offers[near] - offers[rows[some]]
    return drawing, rivals


def _nearest(region: Region, rows: Ids) -> Floats:
    """The distance (m, p) to the nearest other campus that offers each programme; NaN for none.

    Looks around a few neighbours at a time, twice as far each time, for the programmes that one of
    them has not found so far: those that are frequent are found near, and the others are few.
    """
    nearest = np.full((len(rows), len(region.programme_ids)), np.inf)
    offerings = Near(region.campuses[region.campus])
    everywhere = float(np.hypot(*np.ptp(region.campuses, axis=0))) if len(rows) else 0.0
    for some in blocks(region.campuses[rows], NEIGHBOURS):
        here, metres = rows[some], FIRST_LOOK
        sought = np.ones(len(region.programme_ids), dtype=bool)
        while sought.any():
            near = offerings.around(region.campuses[here], metres)
            near = near[sought[region.offered_programme[near]]]
            near = near[np.argsort(region.offered_programme[near], kind="stable")]
            if len(near):
                squares = squares_between(region.campuses[here, None], offerings.points[near])
                squares[here[:, None] == region.campus[near]] = np.inf
                programmes, starts = np.unique(region.offered_programme[near], return_index=True)
                closest = np.sqrt(np.minimum.reduceat(squares, starts, axis=1))
                nearest[some[:, None], programmes] = closest
                sought[programmes[(closest <= metres).all(axis=0)]] = False
            if metres > everywhere:
                break
            metres *= 2
    return np.where(np.isfinite(nearest), nearest, np.nan)


def region_opportunities(
    region: Region,
    policy: RadarPolicy = DEFAULT_RADAR,
    campuses: Ids | None = None,
    own: OwnWays | None = None,
) -> Iterator[tuple[int, Opportunity]]:
    """The same as records: (primary key of the campus, opportunity), campus by campus.

    Programme by programme, for what is in the reach of a campus or offered there.
    """
    rows = np.arange(len(region.campus_ids)) if campuses is None else campuses
    radar = region_radar(region, policy, rows, own)
    shown = (radar.recognitions > 0) | radar.offered
    programmes = region.programme_ids.tolist()
    offerings = Near(region.campuses[region.campus])
    for m, here in enumerate(rows.tolist()):
        campus, columns = int(region.campus_ids[here]), np.flatnonzero(shown[m])
        others = _rivals(region, here, offerings, policy.decay)
        figures = [values[m, columns].tolist() for values in vars(radar).values()]
        for p, *figure in zip(columns.tolist(), *figures, strict=True):
            rivals = tuple(others.get(p, ()))
            yield campus, _opportunity(programmes[p], rivals, Figure(*figure), policy)


def campus_opportunities(
    region: Region,
    campus: int,
    policy: RadarPolicy = DEFAULT_RADAR,
    own: OwnWays | None = None,
) -> list[Opportunity]:
    """Every programme with a recognition in reach, or offered, of the campus with this key.

    Most promising first: by advice, then by places per pupil, then by key. A campus without a
    point has none.
    """
    rows = np.flatnonzero(region.campus_ids == campus)
    found = [item for _, item in region_opportunities(region, policy, rows, own)]
    return sorted(found, key=lambda item: (*promise(item), item.programme))


def _rivals(region: Region, here: int, offerings: Near, decay: Decay) -> dict[int, list[int]]:
    """Per programme the other campuses (primary keys) in reach that offer it, nearest first."""
    spot = region.campuses[here]
    near = offerings.around(spot[None], decay.catchment)
    squares = squares_between(offerings.points[near], spot)
    kept = (squares <= decay.catchment**2) & (region.campus[near] != here)
    near, squares = near[kept], squares[kept]
    near = near[np.lexsort((region.campus[near], squares))]
    found: dict[int, list[int]] = {}
    campuses = region.campus_ids[region.campus[near]].tolist()
    for p, campus in zip(region.offered_programme[near].tolist(), campuses, strict=True):
        found.setdefault(p, []).append(campus)
    return found


class Figure(NamedTuple):
    """One cell of a `RegionRadar`, as plain numbers; the fields are those of its arrays."""

    offered: bool
    pupils: float
    recognitions: float
    unknown: float
    lapsing: float
    places_low: float
    free: float
    drawing: float
    per_pupil_low: float
    per_pupil_high: float
    rivals: float
    nearest: float


def _opportunity(
    programme: int, rivals: tuple[int, ...], figure: Figure, policy: RadarPolicy
) -> Opportunity:
    per_low, per_high = rounded(figure.per_pupil_low), rounded(figure.per_pupil_high)
    share = figure.lapsing / figure.recognitions if figure.recognitions else 0.0
    advice, reasons = advise(figure.offered, per_low, per_high, bool(rivals), share, policy)
    return Opportunity(
        programme=programme,
        offered=figure.offered,
        pupils=int(figure.pupils),
        recognitions=int(figure.recognitions),
        unknown=int(figure.unknown),
        places_low=figure.places_low,
        places_high=figure.places_low + figure.unknown * policy.unknown_places,
        free=figure.free,
        drawing=int(figure.drawing),
        per_pupil_low=per_low,
        per_pupil_high=per_high,
        rivals=rivals,
        nearest=None if math.isnan(figure.nearest) else figure.nearest,
        lapsing_share=share,
        advice=advice,
        reasons=reasons,
    )
