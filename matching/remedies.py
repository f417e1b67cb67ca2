"""What smallest change would place a pupil for whom an allocation found nothing."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from matching.allocation import Floats, Ids


@dataclass(frozen=True)
class Remedy:
    """Changes that would each do by itself; any may be None.

    `ask`: the nearest recognition in reach (primary key) that never said how many places it has.
    `at`: the nearest in reach where one place, and a mentor for it, more would do. `farther`: the
    metres more that lead to a place still free; `longer`: the minutes, for who limits those.
    """

    ask: int | None = None
    at: int | None = None
    farther: float | None = None
    longer: float | None = None


def remedy(
    recognitions: Ids, metres: Floats, left: Ids, known: NDArray[np.bool_], farthest: float
) -> Remedy:
    """What would place a pupil who goes at most `farthest` metres (or minutes, if all are minutes).

    Of n recognitions, each array (n,): their keys, how far they are, how many places with a mentor
    are left, and whether they said how many they have.
    """
    near = metres <= farthest

    def nearest(those: NDArray[np.bool_]) -> int | None:
        rows = np.flatnonzero(those)
        return int(rows[metres[rows].argmin()]) if len(rows) else None

    ask, at = nearest(near & ~known), nearest(near & known)
    away = nearest(~near & (left > 0) & np.isfinite(metres))
    return Remedy(
        None if ask is None else int(recognitions[ask]),
        None if at is None else int(recognitions[at]),
        None if away is None else float(metres[away] - farthest),
    )
