"""Candidates, scored and put in a total order."""

from dataclasses import dataclass
from datetime import date

import numpy as np
from django.utils import timezone
from numpy.typing import NDArray

from matching.candidates import Candidates, find_candidates
from matching.policy import Policy, policy_in_force
from matching.scoring import Scores, score
from schools.models import Campus, Programme, SchoolYear


@dataclass(frozen=True)
class Ranking:
    """All n pairs of a campus for a programme. `order` (n,) lists row numbers, best first."""

    campus: Campus
    programme: Programme
    radius_km: float
    school_year: SchoolYear
    policy: Policy
    candidates: Candidates
    scores: Scores
    order: NDArray[np.int64]

    def __len__(self) -> int:
        return len(self.order)


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
