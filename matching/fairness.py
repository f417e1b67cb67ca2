"""Whether an allocation treats schools alike: what each gets of what it could get alone.

Schools differ in how many places lie around them, so the share of pupils placed says little. Each
school is held against the most it could place if nobody else asked. Over those shares stands the
index of R. Jain, D. Chiu and W. Hawe, "A quantitative measure of fairness and discrimination for
resource allocation in shared computer systems", DEC Research Report TR-301 (1984): 1 when every
school gets the same share, 1 / n when one of n gets everything.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from matching.allocation import UNPLACED, Floats, Ids, Pairs, Supply, most


@dataclass(frozen=True)
class SchoolShare:
    """One school (primary key) in an allocation.

    `pupils` asked, `placed` got a place, `alone` would have got one if no other school asked.
    `metres` is the mean way of those placed, None for nobody.
    """

    school: int
    pupils: int
    placed: int
    alone: int
    metres: float | None

    @property
    def share(self) -> float | None:
        """What it got of what it could get alone, 0..1; None where it could get nothing."""
        return self.placed / self.alone if self.alone else None


def school_shares(
    schools: Sequence[int], supply: Supply, pairs: Pairs, chosen: Ids, metres: Floats
) -> list[SchoolShare]:
    """The shares of the schools (k,) of k pupils, by key; `metres` (k,) is the way of each."""
    school = np.array(schools, dtype=np.int64)
    placed = chosen != UNPLACED
    found = []
    for key in np.unique(school):
        own = school == key
        got = own & placed
        found.append(
            SchoolShare(
                school=int(key),
                pupils=int(own.sum()),
                placed=int(got.sum()),
                alone=most(supply, len(school), pairs.only(own[pairs.pupil])),
                metres=float(metres[got].mean()) if got.any() else None,
            )
        )
    return found


def fairness(shares: Sequence[SchoolShare]) -> float | None:
    """The index over the schools that could get something; None for fewer than two."""
    x = np.array([item.share for item in shares if item.share is not None])
    if len(x) < 2 or not x.any():
        return None
    return float(x.sum() ** 2 / (len(x) * (x**2).sum()))
