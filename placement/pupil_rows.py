"""The pupils of a list with what is left of their terms, read for the page that is shown."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import overload

import numpy as np
from numpy.typing import NDArray

from placement.pupil_requests import PupilRequest, PupilRequestQuerySet
from placement.search_terms import (
    SearchTerm,
    ends_soon,
    is_extendable,
    search_term,
    seen_on,
    term_days,
)
from placement.training_days import Calendars, TrainingCalendar
from schools.models import Campus


@dataclass(frozen=True)
class PupilRow:
    """A pupil with the term of the search."""

    request: PupilRequest
    term: SearchTerm
    is_extendable: bool


@dataclass(frozen=True)
class PupilRows(Sequence[PupilRow]):
    """Requests with their terms: the open ones first, the shortest term on top.

    Only what the order needs is read of all of them, in four queries; the rest, in one more, for
    the slice that is asked. `left` (n,) is the training days left, below 0 since the term ended.
    """

    requests: list[PupilRequest]
    left: NDArray[np.int64]
    calendars: Calendars
    today: date

    @classmethod
    def of(cls, requests: PupilRequestQuerySet, today: date) -> PupilRows:
        """The rows of requests as they are on a day."""
        found = list(
            requests.order_by("started_on", "pk").only(
                "campus", "programme", "status", "started_on", "extended_on", "closed_on"
            )
        )
        campuses = Campus.objects.select_related("school").only("school__type")
        known = campuses.in_bulk({request.campus_id for request in found})
        for request in found:
            request.campus = known[request.campus_id]
        calendars = Calendars.of(known.values())
        left = _days_left(found, calendars, today)
        is_closed = np.array([not request.is_open for request in found], dtype=np.bool_)
        # Stable, and by its last key first: of those with as many days left, who started first.
        order = np.lexsort((left, is_closed))
        return cls([found[i] for i in order], left[order], calendars, today)

    def ending_soon(self) -> PupilRows:
        """The open ones whose term ends within a week of training, or has ended."""
        kept = [
            i
            for i, request in enumerate(self.requests)
            if request.is_open and ends_soon(int(self.left[i]))
        ]
        found = [self.requests[i] for i in kept]
        return PupilRows(found, self.left[kept], self.calendars, self.today)

    def __len__(self) -> int:
        return len(self.requests)

    @overload
    def __getitem__(self, index: int) -> PupilRow: ...
    @overload
    def __getitem__(self, index: slice) -> list[PupilRow]: ...
    def __getitem__(self, index: int | slice) -> PupilRow | list[PupilRow]:
        if isinstance(index, int):
            return self[index : index + 1][0]
        asked = [request.pk for request in self.requests[index]]
        read = PupilRequest.objects.select_related("campus__school", "programme").in_bulk(asked)
        return [
            PupilRow(
                request, search_term(request, self.calendars, self.today), is_extendable(request)
            )
            # One that was deleted in between is left out.
            for request in map(read.get, asked)
            if request is not None
        ]


def _days_left(
    requests: list[PupilRequest], calendars: Calendars, today: date
) -> NDArray[np.int64]:
    """The training days left of each request (n,), counted per calendar."""
    by_calendar: dict[TrainingCalendar, list[int]] = defaultdict(list)
    for i, request in enumerate(requests):
        by_calendar[calendars.get(request.campus, request.programme_id)].append(i)
    passed = np.zeros(len(requests), dtype=np.int64)
    for calendar, group in by_calendar.items():
        firsts = [requests[i].started_on for i in group]
        passed[group] = calendar.counts(firsts, [seen_on(requests[i], today) for i in group])
    return np.array([term_days(request) for request in requests], dtype=np.int64) - passed
