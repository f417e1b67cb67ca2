"""The radar: which programmes should a campus open, strengthen, keep, watch or agree with others?

For every programme, what a campus could reach is set against the pupils who draw on it already,
with the floating catchment method (`matching.catchment`). Places that a company never counted make
a range, not a point.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, field
from enum import StrEnum

import numpy as np
from django.conf import settings
from numpy.typing import NDArray

from matching.catchment import DEFAULT_DECAY, Decay, Floats
from matching.region import Region


class Advice(StrEnum):
    """What the figures speak for. A campus decides for itself."""

    OPEN = "open"
    STRENGTHEN = "strengthen"
    KEEP = "keep"
    COORDINATE = "coordinate"
    WATCH = "watch"
    LEAVE = "leave"


class Reason(StrEnum):
    """What an advice rests on."""

    PLENTY = "plenty"
    ENOUGH = "enough"
    TOO_FEW = "too_few"
    UNCERTAIN = "uncertain"
    NO_PLACES = "no_places"
    RIVALS = "rivals"
    NOBODY_NEAR = "nobody_near"
    LAPSING = "lapsing"


@dataclass(frozen=True)
class RadarPolicy:
    """The stated choices behind an advice, shown on screen beside it.

    Settings may replace them as a whole: `RADAR_POLICY = RadarPolicy(...)`. Raises ValueError for
    values under which an advice would mean nothing.
    """

    decay: Decay = field(default_factory=lambda: DEFAULT_DECAY)
    #: Pupils in a new group: 3.8 a school on average on 1 October 2022 (AgODi), rounded.
    new_group: int = 4
    #: Places per pupil from which there is enough, and from which there is room for more pupils.
    enough: float = 1.0
    plenty: float = 2.0
    #: What an establishment that never said how many places it has may have at most.
    unknown_places: float = 1.0
    #: Share of the recognitions in reach that ends within the school year, from which to watch.
    lapsing_share: float = 0.4

    def __post_init__(self) -> None:
        if self.new_group < 1:
            raise ValueError("A new group has pupils.")
        if not 0 < self.enough <= self.plenty:
            raise ValueError("Enough is more than 0, and plenty is at least enough.")
        if not self.unknown_places >= 0:
            raise ValueError("Unknown places are 0 or more.")
        if not 0 < self.lapsing_share <= 1:
            raise ValueError("A share lies between 0 and 1.")

    @property
    def fingerprint(self) -> str:
        """A text that differs between policies: what was computed under another one is not used."""
        return hashlib.sha256(repr(self).encode()).hexdigest()[:16]


DEFAULT_RADAR = RadarPolicy()


def radar_policy_in_force() -> RadarPolicy:
    """The policy of the settings, or the default where they name none."""
    policy = getattr(settings, "RADAR_POLICY", DEFAULT_RADAR)
    if not isinstance(policy, RadarPolicy):
        raise TypeError("RADAR_POLICY is a matching.opportunities.RadarPolicy.")
    return policy


@dataclass(frozen=True)
class Opportunity:
    """One programme seen from one campus.

    `places_low` counts the places that companies gave, `places_high` adds the most that the unknown
    ones may have; `free` counts those of the given places that are not taken. `drawing` counts the
    pupils of the programme at campuses in reach, this one included. `per_pupil_low` and
    `per_pupil_high` are places per pupil in reach, after a new group of `pupils` where the campus
    does not offer the programme. `rivals` are primary keys of other campuses within the catchment
    that offer it, nearest first; `nearest` is the distance in metres to the nearest campus that
    does, None when no campus does.
    """

    programme: int
    offered: bool
    pupils: int
    recognitions: int
    unknown: int
    places_low: float
    places_high: float
    free: float
    drawing: int
    per_pupil_low: float
    per_pupil_high: float
    rivals: tuple[int, ...]
    nearest: float | None
    lapsing_share: float
    advice: Advice
    reasons: tuple[Reason, ...]


def opportunities(
    region: Region, campus: int, policy: RadarPolicy = DEFAULT_RADAR
) -> list[Opportunity]:
    """Every programme with a recognition in reach, or offered, of the campus with this key.

    Most promising first: by advice, then by places per pupil, then by key. A campus without a
    point has none.
    """
    rows = np.flatnonzero(region.campus_ids == campus)
    if not len(rows):
        return []
    here = int(rows[0])
    weights = policy.decay.weigh(_metres(region.establishments, region.campuses[here]))
    near = np.flatnonzero(weights)
    weights = weights[near]

    recognised = _near_table(region, near, np.ones(len(region.at)))
    unknown = _near_table(region, near, np.isnan(region.offered).astype(np.float64))
    low = _near_table(region, near, np.nan_to_num(region.offered))
    high = low + unknown * policy.unknown_places
    free = _near_table(region, near, np.nan_to_num(region.free))
    lapsing = _near_table(region, near, region.lapses.astype(np.float64))

    pupils = region.pupil_table()
    offers = np.zeros(pupils.shape, dtype=bool)
    offers[region.campus, region.offered_programme] = True
    group = np.where(offers[here], pupils[here], policy.new_group)
    newcomers = np.where(offers[here], 0.0, group)
    demand = _demand(region, near, pupils, policy.decay) + np.outer(weights, newcomers)
    per_low, per_high = _per_pupil(weights, low, demand), _per_pupil(weights, high, demand)

    from_here = _metres(region.campuses, region.campuses[here])
    by_distance = np.argsort(from_here, kind="stable")
    drawing = pupils[from_here <= policy.decay.catchment].sum(axis=0)
    found = []
    for p in np.flatnonzero((recognised.sum(axis=0) > 0) | offers[here]):
        others = by_distance[offers[by_distance, p] & (by_distance != here)]
        rivals = others[from_here[others] <= policy.decay.catchment]
        count = recognised[:, p].sum()
        share = float(lapsing[:, p].sum() / count) if count else 0.0
        advice, reasons = advise(
            bool(offers[here, p]),
            rounded(per_low[p]),
            rounded(per_high[p]),
            bool(len(rivals)),
            share,
            policy,
        )
        found.append(
            Opportunity(
                programme=int(region.programme_ids[p]),
                offered=bool(offers[here, p]),
                pupils=int(group[p]),
                recognitions=int(count),
                unknown=int(unknown[:, p].sum()),
                places_low=float(low[:, p].sum()),
                places_high=float(high[:, p].sum()),
                free=float(free[:, p].sum()),
                drawing=int(drawing[p]),
                per_pupil_low=rounded(per_low[p]),
                per_pupil_high=rounded(per_high[p]),
                rivals=tuple(int(pk) for pk in region.campus_ids[rivals]),
                nearest=float(from_here[others[0]]) if len(others) else None,
                lapsing_share=share,
                advice=advice,
                reasons=reasons,
            )
        )
    return sorted(found, key=lambda item: (*promise(item), item.programme))


def promise(item: Opportunity) -> tuple[int, float]:
    """What to sort by, most promising first: the advice, then the places per pupil."""
    return list(Advice).index(item.advice), -item.per_pupil_low


def advise(
    offered: bool, low: float, high: float, rivals: bool, lapsing: float, policy: RadarPolicy
) -> tuple[Advice, tuple[Reason, ...]]:
    """The rule: how the places per pupil, and who else draws on them, make an advice."""
    reasons: list[Reason] = []
    if high == 0:
        reasons.append(Reason.NO_PLACES)
    elif high < policy.enough:
        reasons.append(Reason.TOO_FEW)
    elif low < policy.enough:
        reasons.append(Reason.UNCERTAIN)
    else:
        reasons.append(Reason.PLENTY if low >= policy.plenty else Reason.ENOUGH)
    short, certain = high < policy.enough, low >= policy.enough
    reasons.append(Reason.RIVALS if rivals else Reason.NOBODY_NEAR)
    if lapsing >= policy.lapsing_share:
        reasons.append(Reason.LAPSING)

    if offered:
        if short:
            advice = Advice.COORDINATE if rivals else Advice.WATCH
        elif not certain or Reason.LAPSING in reasons:
            advice = Advice.WATCH
        else:
            advice = Advice.STRENGTHEN if low >= policy.plenty else Advice.KEEP
    elif short:
        advice = Advice.LEAVE
    elif not certain or Reason.LAPSING in reasons:
        advice = Advice.WATCH
    elif rivals and low < policy.plenty:
        advice = Advice.COORDINATE
    else:
        advice = Advice.OPEN
    return advice, tuple(reasons)


def rounded(value: float) -> float:
    """A sum without the noise of its last digits: no advice hangs on the order of adding up."""
    return round(float(value), 9)


def _metres(points: Floats, centre: Floats) -> Floats:
    return np.hypot(points[:, 0] - centre[0], points[:, 1] - centre[1])


def _near_table(region: Region, near: NDArray[np.int64], values: Floats) -> Floats:
    """Sums (m, p) of a value (r,) of recognitions over m establishments."""
    row = np.full(len(region.establishment_ids), -1)
    row[near] = np.arange(len(near))
    keep = row[region.at] >= 0
    found = np.zeros((len(near), len(region.programme_ids)))
    np.add.at(found, (row[region.at[keep]], region.programme[keep]), values[keep])
    return found


def _demand(region: Region, near: NDArray[np.int64], pupils: Floats, decay: Decay) -> Floats:
    """Weighted pupils (m, p) of all campuses who draw on m establishments."""
    spots = region.establishments[near]
    draws = np.flatnonzero(pupils.sum(axis=1))
    campuses = region.campuses[draws]
    east = campuses[:, None, 0] - spots[None, :, 0]
    north = campuses[:, None, 1] - spots[None, :, 1]
    return np.asarray(decay.weigh(np.hypot(east, north)).T @ pupils[draws])


def _per_pupil(weights: Floats, places: Floats, demand: Floats) -> Floats:
    """The second step of the method for one campus (p,)."""
    ratio = np.divide(places, demand, out=np.zeros_like(places), where=demand > 0)
    return np.asarray(weights @ ratio)
