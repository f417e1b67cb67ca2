"""Candidates, scored and put in a total order."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date
from functools import cached_property

import numpy as np
from django.utils import timezone
from numpy.typing import NDArray

from geo.reach import Mode, Travel, configured
from matching.candidates import Candidates, find_candidates
from matching.policy import Policy, policy_in_force
from matching.scoring import Scores, score
from schools.models import Campus, Programme, SchoolYear


@dataclass(frozen=True)
class Way:
    """How pupils travel, and for how many minutes at most; without a limit they are only told."""

    mode: Mode = Mode.CYCLING
    at_most: float | None = None


@dataclass(frozen=True)
class Ranking:
    """All n pairs of a campus for a programme. `order` (n,) lists row numbers, best first.

    `listing` (n,) lists them as they are shown, where that is by something else than the rank.
    """

    campus: Campus
    programme: Programme
    radius_km: float
    school_year: SchoolYear
    policy: Policy
    candidates: Candidates
    scores: Scores
    order: NDArray[np.int64]
    listing: NDArray[np.int64] | None = None
    way: Way = Way()
    #: The ways of the candidates (1, n), where a limit had them asked for.
    told: Travel | None = None

    def __len__(self) -> int:
        return len(self.order)

    def travel(self, rows: NDArray[np.int64] | None = None) -> Travel:
        """The ways (1, r) from the campus to some of the candidates, or to all."""
        rows = np.arange(len(self)) if rows is None else rows
        if self.told is not None:
            return self.told.to(rows)
        return _travel(self.campus, self.candidates.points[rows], self.way)

    @property
    def listed(self) -> NDArray[np.int64]:
        """The row numbers (n,) as they are shown."""
        return self.order if self.listing is None else self.listing

    @cached_property
    def ranks(self) -> NDArray[np.int64]:
        """The rank (n,) of each row, from 1."""
        ranks = np.empty(len(self), dtype=np.int64)
        ranks[self.order] = np.arange(1, len(self) + 1)
        return ranks

    def only(self, keep: NDArray[np.bool_]) -> Ranking:
        """The pairs where `keep` (n,) is true, in the order they have here; the ranks close up."""
        row = np.cumsum(keep) - 1
        scores = Scores(
            self.scores.components[keep], self.scores.known[keep], self.scores.score[keep]
        )
        return replace(
            self,
            candidates=self.candidates.only(keep),
            scores=scores,
            told=self.told and self.told.to(keep),
            order=row[self.order[keep[self.order]]],
            listing=None if self.listing is None else row[self.listing[keep[self.listing]]],
        )


def rank(
    campus: Campus,
    programme: Programme,
    radius_km: float,
    school_year: SchoolYear,
    today: date | None = None,
    policy: Policy | None = None,
    way: Way = Way(),
) -> Ranking:
    """Rank the recognised establishments within a radius of a campus for a programme.

    With a `way` that has a limit, also within so many minutes of it; candidates are cut down in a
    straight line first, at what nobody can be faster than, so that a wider limit loses nobody.

    The order is total: score (high first), then geodesic distance, then unit number, so that the
    same input gives the same order on every run and page. Without a policy, that of the settings.
    """
    policy = policy or policy_in_force()
    metres = radius_km * 1000
    if way.at_most is not None:
        metres = min(metres, configured().farthest(way.mode, way.at_most))
    candidates = find_candidates(
        campus, programme, metres, school_year, today or timezone.localdate(), policy
    )
    told = None
    if way.at_most is not None:
        asked = _travel(campus, candidates.points, way)
        near = asked.minutes[0] <= way.at_most
        candidates, told = candidates.only(near), asked.to(near)
    scores = score(candidates.facts, policy)
    # np.lexsort sorts by its last key first.
    order = np.lexsort((candidates.unit_numbers, candidates.facts.distance, -scores.score))
    return Ranking(
        campus,
        programme,
        radius_km,
        school_year,
        policy,
        candidates,
        scores,
        order,
        way=way,
        told=told,
    )


def _travel(campus: Campus, points: NDArray[np.float64], way: Way) -> Travel:
    # Without a point a campus has no candidates, and nobody is asked.
    here = (campus.point.x, campus.point.y) if campus.point else (0.0, 0.0)
    return configured().travel(np.array([here]), points, way.mode, way.at_most)
