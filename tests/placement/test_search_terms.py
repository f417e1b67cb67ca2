"""The search term: counted in training days, as far as the school said which those are."""

from datetime import date, timedelta

import pytest
from django.core.exceptions import ValidationError
from django.db import IntegrityError
from hypothesis import given
from hypothesis import strategies as st

from placement.models import PupilRequest
from placement.pupil_actions import extend
from placement.search_terms import SearchTerm, is_extendable, search_term
from placement.training_days import USUAL_WEEK, Calendars, TrainingCalendar, general_holidays
from tests.factories import PupilRequestFactory, SchoolClosureFactory, TrainingWeekFactory

USUAL = TrainingCalendar(USUAL_WEEK, frozenset(), False)


def term(request: PupilRequest, today: date) -> SearchTerm:
    return search_term(request, Calendars.of([request.campus]), today)


@pytest.mark.parametrize(
    "day",
    [
        date(2026, 11, 11),  # Armistice
        date(2026, 11, 2),  # autumn holiday
        date(2026, 12, 28),  # Christmas holiday
        date(2027, 2, 8),  # spring half-term
        date(2027, 3, 29),  # Easter Monday
        date(2026, 7, 21),
    ],
)
def test_nobody_trains_on_a_holiday(day: date) -> None:
    assert day in general_holidays(day.year)
    assert USUAL.count(day, day + timedelta(days=1)) == 0


def oracle(calendar: TrainingCalendar, first: date, until: date) -> int:
    """Counted one by one."""
    days = (first + timedelta(days=i) for i in range((until - first).days))
    return sum(
        day.isoweekday() in calendar.week
        and day not in calendar.closed
        and day not in general_holidays(day.year)
        for day in days
    )


@given(
    first=st.dates(date(2026, 8, 1), date(2027, 9, 1)),
    span=st.integers(0, 200),
    week=st.sets(st.integers(1, 7), min_size=1),
    closed=st.sets(st.dates(date(2026, 9, 1), date(2027, 6, 30)), max_size=5),
)
def test_days_are_counted_as_by_hand(
    first: date, span: int, week: set[int], closed: set[date]
) -> None:
    calendar = TrainingCalendar(tuple(week), frozenset(closed), True)
    until = first + timedelta(days=span)
    assert calendar.count(first, until) == oracle(calendar, first, until)


@given(
    first=st.dates(date(2026, 8, 1), date(2027, 5, 1)),
    n=st.integers(1, 40),
    week=st.sets(st.integers(1, 7), min_size=1),
)
def test_the_last_day_is_the_nth_training_day(first: date, n: int, week: set[int]) -> None:
    calendar = TrainingCalendar(tuple(week), frozenset(), True)
    last = calendar.nth(first, n)
    assert calendar.count(first, last + timedelta(days=1)) == n
    assert calendar.count(last, last + timedelta(days=1)) == 1


@pytest.mark.django_db
def test_twenty_days_and_twenty_more() -> None:
    request = PupilRequestFactory(started_on=date(2026, 11, 16))
    seen = term(request, date(2026, 11, 16))
    assert (seen.days, seen.left, seen.last_day) == (20, 20, date(2026, 12, 11))
    assert term(request, date(2026, 12, 11)).left == 1
    assert term(request, date(2026, 12, 14)).is_over
    assert term(request, date(2026, 12, 16)).over == 2
    request.extended_on = date(2026, 12, 11)
    seen = term(request, date(2026, 12, 14))
    # The Christmas holiday stands in between.
    assert (seen.days, seen.left, seen.last_day) == (40, 20, date(2027, 1, 22))


@pytest.mark.django_db
def test_in_special_education_forty_at_once() -> None:
    request = PupilRequestFactory(campus__school__type="126", started_on=date(2026, 11, 16))
    assert term(request, date(2026, 11, 16)).days == 40
    assert not is_extendable(request)
    with pytest.raises(ValidationError):
        extend(request, date(2026, 11, 23))


@pytest.mark.django_db
def test_a_programmes_own_week_goes_before_the_campus_and_that_before_the_usual() -> None:
    request = PupilRequestFactory(started_on=date(2026, 11, 16))
    monday = date(2026, 11, 23)
    assert term(request, monday).passed == 5
    assert not term(request, monday).calendar.is_own
    TrainingWeekFactory(campus=request.campus, weekdays=[1, 2, 3])
    assert term(request, monday).passed == 3
    TrainingWeekFactory(campus=request.campus, programme=request.programme, weekdays=[4])
    assert term(request, monday).passed == 1
    assert term(request, monday).calendar.is_own
    SchoolClosureFactory(
        school=request.campus.school, first_day=date(2026, 11, 19), last_day=date(2026, 11, 20)
    )
    assert term(request, monday).passed == 0


@pytest.mark.django_db
@pytest.mark.parametrize("days", [[], [0], [8], [1, 9]])
def test_a_week_has_days_of_the_week(days: list[int]) -> None:
    with pytest.raises(IntegrityError, match="trainingweek"):
        TrainingWeekFactory(weekdays=days)
