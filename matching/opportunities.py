"""The radar: which programmes should a campus open, strengthen, keep, watch or agree with others?

For every programme, what a campus could reach is set against the pupils who draw on it already,
with the floating catchment method (`matching.catchment`). Places that a company never counted make
a range, not a point.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, field
from enum import StrEnum

from django.conf import settings

from matching.catchment import DEFAULT_DECAY, Decay


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
    """Places per pupil without the noise of its last digits: three times a third is one."""
    return round(value, 9)
