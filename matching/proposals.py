"""Proposals: pupils of one or several campuses set against the free places around them."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

import numpy as np

from companies.mentoring import guidable
from companies.models import Recognition
from geo.coordinates import geodesic_metres
from geo.models import PostalCode
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
from matching.candidates import Latitude, Longitude, find_candidates
from matching.fairness import SchoolShare, fairness, school_shares
from matching.policy import Policy, policy_in_force
from matching.queries import MAX_RADIUS_KM
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
    and may be at most `farthest` metres in a straight line.
    """

    campus: Campus
    reference: str
    programme: Programme
    farthest: float
    postal_code: str = ""


@dataclass(frozen=True)
class Placement:
    """The recognition (primary key) proposed for a pupil and the way in metres, or why there is
    none and what would help."""

    recognition: int | None
    metres: float | None
    why: Why | None = None
    remedy: Remedy | None = None


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

    metres = np.full(len(pupils), np.nan)
    given = pairs.only(chosen[pairs.pupil] == pairs.place)
    metres[given.pupil] = given.metres
    left = _left(supply, chosen)
    placements = [
        Placement(int(places[place]), float(way)) if place != UNPLACED else Placement(None, None)
        for place, way in zip(chosen, metres, strict=True)
    ]
    for group in read:
        for position, row in enumerate(group.rows):
            if chosen[row] == UNPLACED:
                placements[row] = group.without(position, left)
    schools = school_shares([p.campus.school_id for p in pupils], supply, pairs, chosen, metres)
    blocks, n = _blocks(places, supply, pairs, chosen)
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
        self.metres, self.start = _ways(campus, pupils, self.recognitions)

    def pairs(self) -> Pairs:
        """Who may go where: near enough."""
        farthest = np.array([pupil.farthest for pupil in self.pupils])
        pupil, column = np.nonzero(self.metres[self.start] <= farthest[:, None])
        return Pairs(
            np.array(self.rows)[pupil],
            self.place[column],
            self.metres[self.start[pupil], column],
            self.score[column],
        )

    def without(self, position: int, left: Ids) -> Placement:
        """Why a pupil has no place, when so many are `left` at each place of all."""
        metres, farthest = self.metres[self.start[position]], self.pupils[position].farthest
        if not len(metres):
            return Placement(None, None, Why.NOT_RECOGNISED)
        why = Why.NO_FREE_PLACE if (metres <= farthest).any() else Why.OUT_OF_REACH
        known = ~np.isnan(self.free)
        help_ = remedy(self.recognitions, metres, left[self.place], known, farthest)
        return Placement(None, None, why, help_)


def _ways(campus: Campus, pupils: list[Pupil], recognitions: Ids) -> tuple[Floats, Ids]:
    """Metres (s, n) from s starting points to n recognitions, and the start (k,) of each pupil."""
    if campus.point is None:
        return np.zeros((1, 0)), np.zeros(len(pupils), dtype=np.int64)
    codes = sorted({pupil.postal_code for pupil in pupils})
    here = (campus.point.x, campus.point.y)
    known = PostalCode.objects.filter(code__in=codes, point__isnull=False)
    homes = {place.code: (place.point.x, place.point.y) for place in known if place.point}
    spots = {
        pk: (x, y)
        for pk, x, y in Recognition.objects.filter(pk__in=recognitions.tolist())
        .order_by()
        .values_list("pk", Longitude("establishment__point"), Latitude("establishment__point"))
    }
    x, y = np.array([spots[pk] for pk in recognitions.tolist()]).reshape(-1, 2).T
    metres = np.array([geodesic_metres(*homes.get(code, here), x, y) for code in codes])
    row = {code: row for row, code in enumerate(codes)}
    return metres, np.array([row[pupil.postal_code] for pupil in pupils])


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


def _blocks(places: Ids, supply: Supply, pairs: Pairs, chosen: Ids) -> tuple[list[Block], int]:
    """The nearest blocking pair of each pupil, and how many pairs block in all."""
    rows = blocking(supply, pairs, chosen)
    found = pairs.only(rows[np.lexsort((pairs.metres[rows], pairs.pupil[rows]))])
    first = np.flatnonzero(np.diff(found.pupil, prepend=-1))
    nearest = found.only(first)
    return [
        Block(int(pupil), int(places[place]), float(metres))
        for pupil, place, metres in zip(nearest.pupil, nearest.place, nearest.metres, strict=True)
    ], len(rows)
