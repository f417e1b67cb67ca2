"""Proposals: pupils of one or several campuses set against the free places around them."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

import numpy as np
from numpy.typing import NDArray

from companies.mentoring import guidable
from companies.models import Recognition
from geo.models import PostalCode
from geo.reach import Mode, Travel, Trip, configured
from geo.reach.estimate import PACES, ROUNDING
from geo.reach.straight_line import straight_metres
from matching.allocation import (
    UNPLACED,
    Floats,
    Ids,
    Pairs,
    Supply,
    best,
    blocking,
    stable,
)
from matching.candidates import find_candidates
from matching.fairness import SchoolShare, fairness, school_shares
from matching.policy import Policy, policy_in_force
from matching.queries import MAX_MINUTES, MAX_RADIUS_KM
from matching.remedies import Remedy, remedy
from matching.scoring import score
from schools.models import Campus, Programme, SchoolYear

METHODS = {"best": best, "stable": stable}


class Why(StrEnum):
    """Why a pupil could not be placed; `NO_FREE_PLACE`: none in reach is known to be free."""

    NOT_RECOGNISED = "not_recognised"
    OUT_OF_REACH = "out_of_reach"
    NO_FREE_PLACE = "no_free_place"


@dataclass(frozen=True)
class Pupil:
    """Who is to be placed: the school's own reference, never a name.

    The way is measured from the middle of the postal code where one is given, else from the campus,
    and may be at most `farthest` metres in a straight line. With a mode, what counts is how many
    minutes it takes, and it may take at most `minutes`, where they are given.
    """

    campus: Campus
    reference: str
    programme: Programme
    farthest: float
    postal_code: str = ""
    mode: Mode | None = None
    minutes: float | None = None


@dataclass(frozen=True)
class Placement:
    """The recognition (primary key) proposed for a pupil and the way in metres (and in minutes, for
    a pupil with a mode), or why there is none and what would help."""

    recognition: int | None
    metres: float | None
    why: Why | None = None
    remedy: Remedy | None = None
    trip: Trip | None = None


@dataclass(frozen=True)
class Block:
    """A pupil (position in the list) and a recognition (primary key) that would rather have each
    other than what the proposals give them; `metres` is the way."""

    pupil: int
    recognition: int
    metres: float


@dataclass(frozen=True)
class Proposals:
    """A placement per pupil, in the order given; how the schools fared; and who would rather swap.

    `blocks` names the nearest such recognition of each pupil; `blocking_pairs` counts them all.
    """

    placements: list[Placement]
    schools: list[SchoolShare]
    blocks: list[Block]
    blocking_pairs: int

    @property
    def placed(self) -> int:
        return sum(item.recognition is not None for item in self.placements)

    @property
    def fairness(self) -> float | None:
        """1 when every school gets the same share of what it could get alone; see `fairness`."""
        return fairness(self.schools)


def propose(
    pupils: Sequence[Pupil],
    school_year: SchoolYear,
    today: date,
    method: str = "best",
    policy: Policy | None = None,
    told: Callable[[int, int], None] = lambda done, total: None,
) -> Proposals:
    """A place for as many pupils as can be; nothing is written.

    Only places that a company said are free count. `method` is `best` or `stable`, as
    `matching.allocation` describes them. `told` hears how many steps are done, and of how many.
    """
    groups: dict[tuple[int, int], list[int]] = {}
    for row, pupil in enumerate(pupils):
        groups.setdefault((pupil.campus.pk, pupil.programme.pk), []).append(row)
    steps = len(groups) + 1
    told(0, steps)
    read = []
    for rows in groups.values():
        some = [pupils[row] for row in rows]
        read.append(_Group(rows, some, school_year, today, policy or policy_in_force()))
        told(len(read), steps)

    places = np.unique(np.concatenate([_NONE, *(group.recognitions for group in read)]))
    for group in read:
        group.place = np.searchsorted(places, group.recognitions)
    supply = _supply(places, read)
    pairs = _together([group.pairs() for group in read])
    chosen = METHODS[method](supply, len(pupils), pairs)

    left = _left(supply, chosen)
    placements = [Placement(None, None)] * len(pupils)
    for group in read:
        for position, row in enumerate(group.rows):
            placements[row] = (
                group.without(position, left)
                if chosen[row] == UNPLACED
                else group.given(position, int(chosen[row]))
            )
    metres = np.array([np.nan if p.metres is None else p.metres for p in placements], dtype=float)
    schools = school_shares([p.campus.school_id for p in pupils], supply, pairs, chosen, metres)
    blocks, n = _blocks(places, supply, pairs, chosen, read)
    told(steps, steps)
    return Proposals(placements, schools, blocks, n)


_NONE = np.zeros(0, dtype=np.int64)


class _Group:
    """The pupils of a campus in a programme, and every recognition around it that they may have.

    Around it: as far as a search may look. `place` (n,) numbers the recognitions among all.
    """

    place: Ids

    def __init__(
        self,
        rows: list[int],
        pupils: list[Pupil],
        school_year: SchoolYear,
        today: date,
        policy: Policy,
    ) -> None:
        self.rows, self.pupils = rows, pupils
        campus, programme = pupils[0].campus, pupils[0].programme
        around = MAX_RADIUS_KM * 1000.0
        found = find_candidates(campus, programme, around, school_year, today, policy)
        self.recognitions = found.recognition_ids
        self.free = found.facts.places_free
        self.score = score(found.facts, policy).score
        homes, self.start = _homes(campus, pupils)
        self.metres = straight_metres(homes, found.points)
        self.ways = _Ways(homes, found.points, self.metres, self.start, pupils)

    def pairs(self) -> Pairs:
        """Who may go where, near enough, and what the way costs."""
        farthest = np.array([pupil.farthest for pupil in self.pupils])
        near = (self.metres[self.start] <= farthest[:, None]) & self.ways.within()
        pupil, column = np.nonzero(near)
        return Pairs(
            np.array(self.rows)[pupil],
            self.place[column],
            self.ways.cost[self.ways.kind[pupil], column],
            self.score[column],
        )

    def metres_to(self, position: int, place: int) -> float:
        """The way of a pupil to a place of all, in a straight line."""
        column = int(np.searchsorted(self.place, place))
        return float(self.metres[self.start[position], column])

    def given(self, position: int, place: int) -> Placement:
        """A pupil with a place."""
        column = int(np.searchsorted(self.place, place))
        recognition = int(self.recognitions[column])
        trip = self.ways.trip(position, column)
        return Placement(recognition, self.metres_to(position, place), trip=trip)

    def without(self, position: int, left: Ids) -> Placement:
        """Why a pupil has no place, when so many are `left` at each place of all."""
        metres, pupil = self.metres[self.start[position]], self.pupils[position]
        if not len(metres):
            return Placement(None, None, Why.NOT_RECOGNISED)
        known, left_here = ~np.isnan(self.free), left[self.place]
        if pupil.minutes is None:
            far, most = np.where(self.ways.reached(position), metres, np.inf), pupil.farthest
            help_ = remedy(self.recognitions, far, left_here, known, most)
        else:
            minutes = self.ways.minutes(position)
            far, most = np.where(metres <= pupil.farthest, minutes, np.inf), pupil.minutes
            found = remedy(self.recognitions, far, left_here, known, most)
            help_ = Remedy(found.ask, found.at, longer=found.farther)
        why = Why.NO_FREE_PLACE if (far <= most).any() else Why.OUT_OF_REACH
        return Placement(None, None, why, help_)


class _Ways:
    """The ways of k pupils to n places, by kind: a kind is a start with a mode, or without one.

    `cost` (kinds, n) is what a way counts: metres in a straight line without a mode. With one, each
    minute counts the metres of straight line that are cycled in it, so that all count alike; it is
    infinite where there is no way. `kind` (k,) is that of each pupil.
    """

    def __init__(
        self, homes: Floats, places: Floats, metres: Floats, start: Ids, pupils: list[Pupil]
    ) -> None:
        self.pupils = pupils
        asked = [(int(s), pupil.mode) for s, pupil in zip(start, pupils, strict=True)]
        kinds = list(dict.fromkeys(asked))
        self.kind = np.array([kinds.index(one) for one in asked], dtype=np.int64)
        self.cost = np.array([metres[s] for s, _mode in kinds]).reshape(len(kinds), len(places))
        self._travel: dict[int, Travel] = {}
        for n, (s, mode) in enumerate(kinds):
            if mode is None:
                continue
            limits = [pupil.minutes for one, pupil in zip(asked, pupils, strict=True)
                      if one == (s, mode)]  # fmt: skip
            longest = None if None in limits else MAX_MINUTES
            told = configured().travel(homes[s][None], places, mode, longest)
            self._travel[n] = told
            minutes = np.nan_to_num(told.minutes[0], nan=np.inf)
            self.cost[n] = minutes * PACES[Mode.CYCLING].metres(1)

    def minutes(self, position: int) -> Floats:
        """Minutes (n,) of a pupil with a mode; infinite where there is no way."""
        told = self._travel[int(self.kind[position])]
        return np.nan_to_num(told.minutes[0], nan=np.inf)

    def reached(self, position: int) -> NDArray[np.bool_]:
        """To which places (n,) there is a way, however long."""
        return np.isfinite(self.cost[self.kind[position]])

    def within(self) -> NDArray[np.bool_]:
        """Which ways (k, n) there are, and not longer than each pupil goes."""
        minute = PACES[Mode.CYCLING].metres(1)
        limits = [np.inf if p.minutes is None else p.minutes * minute for p in self.pupils]
        cost = self.cost[self.kind]
        return np.isfinite(cost) & (cost <= np.array(limits)[:, None] * (1 + ROUNDING))

    def trip(self, position: int, column: int) -> Trip | None:
        told = self._travel.get(int(self.kind[position]))
        return told.trip(0, column) if told else None


def _homes(campus: Campus, pupils: list[Pupil]) -> tuple[Floats, Ids]:
    """Where ways start (s, 2), and the start (k,) of each pupil: her postal code, or the campus."""
    if campus.point is None:
        return np.zeros((1, 2)), np.zeros(len(pupils), dtype=np.int64)
    codes = sorted({pupil.postal_code for pupil in pupils})
    here = (campus.point.x, campus.point.y)
    known = PostalCode.objects.filter(code__in=codes, point__isnull=False)
    homes = {place.code: (place.point.x, place.point.y) for place in known if place.point}
    row = {code: row for row, code in enumerate(codes)}
    spots = np.array([homes.get(code, here) for code in codes])
    return spots, np.array([row[pupil.postal_code] for pupil in pupils])


def _supply(places: Ids, groups: list[_Group]) -> Supply:
    """The supply of these recognitions, with what their groups know of them."""
    free = np.zeros(len(places), dtype=np.int64)
    for group in groups:
        free[group.place] = np.maximum(np.nan_to_num(group.free), 0).astype(np.int64)
    house = dict(
        Recognition.objects.filter(pk__in=places.tolist())
        .order_by()
        .values_list("pk", "establishment")
    )
    keys, establishment = np.unique(
        np.array([house[pk] for pk in places.tolist()], dtype=np.int64), return_inverse=True
    )
    guided = guidable(keys.tolist())
    return Supply(establishment, free, np.array([guided[pk] for pk in keys.tolist()], dtype=int))


def _together(parts: list[Pairs]) -> Pairs:
    empty = Pairs(_NONE, _NONE, np.zeros(0), np.zeros(0))
    columns = zip(*(vars(part).values() for part in [empty, *parts]), strict=True)
    return Pairs(*(np.concatenate(column) for column in columns))


def _left(supply: Supply, chosen: Ids) -> Ids:
    """How many places with a mentor (m,) an allocation leaves."""
    taken = np.bincount(chosen[chosen != UNPLACED], minlength=len(supply.free))
    guiding = np.zeros(len(supply.guided), dtype=np.int64)
    np.add.at(guiding, supply.establishment, taken)
    mentors = (supply.guided - guiding)[supply.establishment]
    return np.minimum(supply.free - taken, mentors)


def _blocks(
    places: Ids, supply: Supply, pairs: Pairs, chosen: Ids, groups: list[_Group]
) -> tuple[list[Block], int]:
    """The nearest blocking pair of each pupil, and how many pairs block in all."""
    rows = blocking(supply, pairs, chosen)
    found = pairs.only(rows[np.lexsort((pairs.metres[rows], pairs.pupil[rows]))])
    first = np.flatnonzero(np.diff(found.pupil, prepend=-1))
    nearest = found.only(first)
    asks = {row: (group, n) for group in groups for n, row in enumerate(group.rows)}
    blocks = []
    for pupil, place in zip(nearest.pupil.tolist(), nearest.place.tolist(), strict=True):
        group, position = asks[pupil]
        blocks.append(Block(pupil, int(places[place]), group.metres_to(position, place)))
    return blocks, len(rows)
