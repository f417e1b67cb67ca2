"""The radar by travel time: zones of minutes instead of kilometres.

The zones are thirds of the longest way, as the 10, 20 and 30 minutes of Luo and Qi are. They become
straight lines by the figures of the estimate, so that the radar computes with one measure. Where an
engine tells the ways of the campus at hand, its minutes become straight lines by the same figures:
a workplace that is 20 minutes away along the roads counts as one that is estimated to be so. The
ways of other campuses' pupils are always estimated.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from geo.coordinates import LAMBERT_2008, WGS84, Floats, transform
from geo.reach import Mode, Source, configured
from geo.reach.chain import SOURCES
from geo.reach.estimate import PACES
from matching.catchment import Decay, squares_between
from matching.opportunities import RadarPolicy
from matching.region import Region

#: Establishments, the nearest ones, whose ways an engine is asked for; farther ones are estimated.
MOST_ASKED = 5_000


@dataclass(frozen=True)
class OwnWays:
    """What the ways of one campus, a row number of the region, count as: straight metres (n,).

    Infinite where there is no way. None counts for more than what lies within `around` metres.
    """

    campus: int
    metres: Floats
    around: float
    sources: tuple[Source, ...]


def by_minutes(policy: RadarPolicy, mode: Mode, longest: float) -> RadarPolicy:
    """The policy with zones of minutes up to the longest way."""
    zones = len(policy.decay.metres)
    limits = [longest * (zone + 1) / zones for zone in range(zones)]
    # Before the first bus comes nothing is in reach; yet a zone is wider than the one before.
    metres = [max(PACES[mode].metres(limit), zone + 1.0) for zone, limit in enumerate(limits)]
    return replace(policy, decay=Decay(tuple(metres), policy.decay.weights))


def own_ways(region: Region, campus: int, mode: Mode, longest: float) -> OwnWays | None:
    """The ways of the campus with this key as an engine tells them; None if all are estimated."""
    rows, reach = np.flatnonzero(region.campus_ids == campus), configured()
    if not len(rows) or len(reach.serving(mode)) == 1:
        return None
    here = region.campuses[rows[0]]
    metres = np.sqrt(squares_between(region.establishments, here))
    around = reach.farthest(mode, longest)
    near = np.flatnonzero(metres <= around)
    near = near[np.argsort(metres[near], kind="stable")][:MOST_ASKED]
    told = reach.travel(_degrees(here[None]), _degrees(region.establishments[near]), mode)
    pace = PACES[mode]
    estimated = told.given_by[0] == SOURCES.index(Source.ESTIMATE)
    minutes = np.nan_to_num(told.minutes[0], nan=np.inf)
    counts_as = np.array([pace.metres(value) for value in minutes.tolist()])
    metres[near] = np.where(estimated, metres[near], counts_as)
    return OwnWays(int(rows[0]), metres, around, tuple(told.sources))


def _degrees(points: Floats) -> Floats:
    """WGS 84 of Lambert 2008 points (n, 2)."""
    return np.column_stack(transform(LAMBERT_2008, WGS84, points[:, 0], points[:, 1]))
