"""Vacancies in the reach of campuses: the sign of demand that stands beside the radar's figures."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from typing import Self

import numpy as np

from companies.vacancies.demand import Counts, linked_programmes, vacancies
from geo.models import Municipality
from matching.distances import metres_from
from schools.models import Campus


@dataclass(frozen=True)
class Demand:
    """The vacancies of programmes by municipality, for those of which they are known.

    `reach` has the municipalities (primary keys) in reach of each campus. A municipality counts as
    a whole, at its centre: vacancies come with no better address.
    """

    programmes: frozenset[int]
    reach: dict[int, list[int]]
    counts: Counts

    @classmethod
    def around(
        cls, campuses: Iterable[Campus], metres: float, programmes: Collection[int] | None = None
    ) -> Self:
        """What lies within so many metres of each of these campuses. At most five queries."""
        known = linked_programmes()
        if programmes is not None:
            known &= frozenset(programmes)
        if not known:
            return cls(known, {}, {})
        centres = {
            pk: point
            for pk, point in Municipality.objects.today().order_by().values_list("pk", "point")
            if point is not None
        }
        keys, points = np.array(list(centres), dtype=np.int64), list(centres.values())
        reach = {
            campus.pk: keys[metres_from(campus.point, points) <= metres].tolist()
            for campus in campuses
            if campus.point is not None
        }
        near = {pk for found in reach.values() for pk in found}
        return cls(known, reach, vacancies(near, known))

    def near(self, campus: Campus, programme: int) -> int | None:
        """The vacancies for a programme in reach of a campus; None when that is unknown."""
        if programme not in self.programmes or campus.pk not in self.reach:
            return None
        return sum(self.counts.get((programme, place), 0) for place in self.reach[campus.pk])
