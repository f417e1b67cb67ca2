"""The pupils of a list with what is left of their terms, read for the page that is shown."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, replace
from datetime import date

import numpy as np
from numpy.typing import NDArray

from placement.pupil_requests import PupilRequest, PupilRequestQuerySet, PupilRequestStatus
from placement.search_terms import (
    SearchTerm,
    ends_soon,
    is_extendable,
    search_term,
    seen_on,
    term_days,
)
from placement.training_days import Calendars, TrainingCalendar
from radar.web.paging import LazyRows
from schools.models import Campus

#: What the order of a list needs.
COLUMNS = ("pk", "campus", "programme", "status", "started_on", "extended_on", "closed_on")


@dataclass(frozen=True)
class PupilRow:
    """A pupil with the term of the search."""

    request: PupilRequest
    term: SearchTerm
    is_extendable: bool


@dataclass(frozen=True)
class PupilRows(LazyRows[PupilRow]):
    """Requests with their terms: the open ones first, the shortest term on top.

    Only what the order needs is read of all of them, in four queries; the rest, in one more, for
    the slice that is asked. Each array is (n,): `ids` are primary keys, `left` is in training days
    and below 0 since the term ended.
    """

    ids: NDArray[np.int64]
    is_open: NDArray[np.bool_]
    left: NDArray[np.int64]
    calendars: Calendars
    today: date

    @classmethod
    def of(cls, requests: PupilRequestQuerySet, today: date) -> PupilRows:
        """The rows of requests as they are on a day."""
        found = list(requests.order_by("started_on", "pk").values_list(*COLUMNS))
        campuses = Campus.objects.select_related("school").only("school__type")
        known = campuses.in_bulk({campus for _, campus, *_ in found})
        calendars = Calendars.of(known.values())
        term, passed = np.zeros((2, len(found)), dtype=np.int64)
        periods: dict[TrainingCalendar, list[tuple[int, date, date]]] = defaultdict(list)
        for i, (_, campus, programme, _, started_on, extended_on, closed_on) in enumerate(found):
            at = known[campus]
            term[i] = term_days(at.school.type, extended_on)
            until = seen_on(started_on, closed_on, today)
            periods[calendars.get(at, programme)].append((i, started_on, until))
        for calendar, group in periods.items():
            rows, firsts, ends = zip(*group, strict=True)
            passed[list(rows)] = calendar.counts(firsts, ends)
        left = term - passed
        is_open = np.array([row[3] == PupilRequestStatus.OPEN for row in found], dtype=np.bool_)
        ids = np.array([row[0] for row in found], dtype=np.int64)
        # Stable, and by its last key first: of those with as many days left, who started first.
        order = np.lexsort((left, ~is_open))
        return cls(ids[order], is_open[order], left[order], calendars, today)

    def ending_soon(self) -> PupilRows:
        """The open ones whose term ends within a week of training, or has ended."""
        kept = self.is_open & ends_soon(self.left)
        return replace(self, ids=self.ids[kept], is_open=self.is_open[kept], left=self.left[kept])

    def __len__(self) -> int:
        return len(self.ids)

    def read(self, asked: slice) -> list[PupilRow]:
        keys = self.ids[asked].tolist()
        found = PupilRequest.objects.select_related("campus__school", "programme").in_bulk(keys)
        return [
            PupilRow(
                request, search_term(request, self.calendars, self.today), is_extendable(request)
            )
            # One that was deleted in between is left out.
            for request in map(found.get, keys)
            if request is not None
        ]
