"""The term in which a pupil must find a workplace (zoektermijn), in training days.

20 training days, once extendable by 20; in special education (BuSO) 40 at once. After that the
pupil moves to a programme that is not dual. Source: omzendbrief on duaal leren, as told by the
unions' and schools' pages (see docs/adr/0021-search-term.md for what we could not read there).
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import overload

import numpy as np
from numpy.typing import NDArray

from placement.pupil_requests import PupilRequest
from placement.training_days import Calendars, TrainingCalendar
from schools.models import SchoolType

TERM, EXTENSION = 20, 20
TERM_IN_SPECIAL_EDUCATION = 40
#: From so many days left a term is about to end.
SOON = 5


@dataclass(frozen=True)
class SearchTerm:
    """A term of `days` training days: how many have passed, and its last day."""

    days: int
    passed: int
    last_day: date
    calendar: TrainingCalendar

    @property
    def left(self) -> int:
        """Training days left, today included; 0 when the term is over."""
        return max(self.days - self.passed, 0)

    @property
    def over(self) -> int:
        """Training days since the term ended."""
        return max(self.passed - self.days, 0)

    @property
    def is_over(self) -> bool:
        return self.left == 0

    @property
    def is_soon(self) -> bool:
        """Whether it ends within a week of training, or has ended."""
        return ends_soon(self.left)

    @property
    def share(self) -> float:
        """How much of it has passed, 0 to 1."""
        return min(self.passed / self.days, 1.0)


@overload
def ends_soon(left: int) -> bool: ...
@overload
def ends_soon(left: NDArray[np.int64]) -> NDArray[np.bool_]: ...
def ends_soon(left: int | NDArray[np.int64]) -> bool | NDArray[np.bool_]:
    """Whether a term with so many training days left is about to end; also one that has ended.

    Of a number a bool, of an array an array.
    """
    return left <= SOON


def is_extendable(request: PupilRequest) -> bool:
    """Whether the term of an open request may be extended: once, and not in special education."""
    special = request.campus.school.type == SchoolType.BUSO
    return request.is_open and request.extended_on is None and not special


def term_days(school_type: str, extended_on: date | None) -> int:
    """How many training days the request of a pupil of such a school has."""
    if school_type == SchoolType.BUSO:
        return TERM_IN_SPECIAL_EDUCATION
    return TERM + (EXTENSION if extended_on else 0)


def seen_on(started_on: date, closed_on: date | None, today: date) -> date:
    """The day a term is seen from: that of a closed request is the day it was closed."""
    return max(closed_on or today, started_on)


def search_term(request: PupilRequest, calendars: Calendars, today: date) -> SearchTerm:
    """The term of a request as it is on a day."""
    days = term_days(request.campus.school.type, request.extended_on)
    calendar = calendars.get(request.campus, request.programme_id)
    return SearchTerm(
        days,
        calendar.count(request.started_on, seen_on(request.started_on, request.closed_on, today)),
        calendar.nth(request.started_on, days),
        calendar,
    )
