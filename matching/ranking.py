"""Candidates, scored and put in a total order."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date
from functools import cached_property

import numpy as np
from django.utils import timezone
from numpy.typing import NDArray

from matching.candidates import Candidates, find_candidates
from matching.policy import Policy, policy_in_force
from matching.scoring import Scores, score
from schools.models import Campus, Programme, SchoolYear


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

    def __len__(self) -> int:
        return len(self.order)

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
) -> Ranking:
    """Rank the recognised establishments within a radius of a campus for a programme.

    The order is total: score (high first), then geodesic distance, then unit number, so that the
    same input gives the same order on every run and page. Without a policy, that of the settings.
    """
    policy = policy or policy_in_force()
    candidates = find_candidates(
        campus, programme, radius_km * 1000, school_year, today or timezone.localdate(), policy
    )
    scores = score(candidates.facts, policy)
    # np.lexsort sorts by its last key first.
    order = np.lexsort((candidates.unit_numbers, candidates.facts.distance, -scores.score))
    return Ranking(campus, programme, radius_km, school_year, policy, candidates, scores, order)
