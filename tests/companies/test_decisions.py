"""Decisions on recognitions: what may become what, the clock, and what is refused."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import pytest
from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction

from companies import decisions
from companies.exclusions import consequences, end_exclusion, exclude
from companies.models import (
    Company,
    Establishment,
    Exclusion,
    Recognition,
    RecognitionStatus,
)
from companies.recognitions import APPEALABLE, TRANSITIONS
from companies.timeline import timeline
from tests.factories import (
    TODAY,
    AgreementFactory,
    EstablishmentFactory,
    ExclusionFactory,
    ProgrammeFactory,
    RecognitionFactory,
    SectorFactory,
    SectorMembershipFactory,
    WorkplaceFactory,
)

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("in_english")]

START, END = TODAY, date(2031, 11, 22)
REQUESTED, INCOMPLETE, RECOGNISED, REFUSED, LIFTED, EXPIRED = RecognitionStatus


def request(**traits: Any) -> Recognition:
    return RecognitionFactory.create(
        requested=True, **({"requested_on": TODAY - timedelta(days=5)} | traits)
    )


def recognise(recognition: Recognition, start: date = START, end: date = END) -> Recognition:
    return decisions.recognise(recognition, start, end, "", TODAY)


ACTIONS = {
    INCOMPLETE: lambda r: decisions.ask_for_more(r, "Waarom", TODAY),
    REQUESTED: lambda r: decisions.supplement(r, TODAY),
    RECOGNISED: recognise,
    REFUSED: lambda r: decisions.refuse(r, "Waarom", TODAY),
    LIFTED: lambda r: decisions.lift(r, "Waarom", TODAY),
}


@pytest.mark.parametrize("wanted", ACTIONS, ids=str)
@pytest.mark.parametrize("status", RecognitionStatus, ids=str)
def test_only_what_the_table_allows(status: RecognitionStatus, wanted: RecognitionStatus) -> None:
    """Every action on every state, as the table says, and nothing changes where it refuses."""
    recognition = RecognitionFactory(status=status, requested_on=date(2026, 11, 1))
    allowed = wanted in TRANSITIONS[status] and status not in APPEALABLE
    if allowed:
        assert ACTIONS[wanted](recognition).status == wanted
        return
    before = Recognition.objects.values().get()
    with pytest.raises(ValidationError, match=r"cannot become|decided already"):
        ACTIONS[wanted](recognition)
    assert Recognition.objects.values().get() == before


def test_the_clock_stands_still_while_incomplete() -> None:
    asked = request(requested_on=date(2026, 11, 1))
    assert asked.days_left(date(2026, 11, 10)) == 5
    paused = decisions.ask_for_more(asked, "Uittreksel 596.2", date(2026, 11, 10))
    assert paused.days_left(date(2026, 12, 24)) == 5
    back = decisions.supplement(paused, date(2026, 11, 30))
    assert (back.paused_days, back.days_left(date(2026, 11, 30))) == (20, 5)
    assert back.due_on == date(2026, 12, 5)
    assert not Recognition.objects.overdue(date(2026, 12, 5))
    assert Recognition.objects.overdue(date(2026, 12, 6)).get() == back


def test_the_clock_stops_whoever_writes() -> None:
    """An import and the API write without the actions; the database keeps the clock then."""
    asked = request()
    Recognition.objects.filter(pk=asked.pk).update(status=INCOMPLETE)
    asked.refresh_from_db()
    assert asked.paused_on is not None
    Recognition.objects.filter(pk=asked.pk).update(
        status=INCOMPLETE, paused_on=asked.paused_on - timedelta(days=3)
    )
    Recognition.objects.filter(pk=asked.pk).update(status=REQUESTED)
    asked.refresh_from_db()
    assert (asked.paused_on, asked.paused_days) == (None, 3)


@pytest.mark.parametrize(
    ("start", "end", "message"),
    [
        (START, START - timedelta(days=1), "before the start"),
        (START, date(2031, 11, 24), "five years at most"),
        (date(2027, 12, 1), date(2028, 12, 1), "more than a year"),
        (date(2020, 1, 1), date(2024, 1, 1), "passed"),
    ],
)
def test_a_period_that_cannot_be(start: date, end: date, message: str) -> None:
    asked = request()
    with pytest.raises(ValidationError, match=message):
        recognise(asked, start, end)
    assert Recognition.objects.get().status == REQUESTED


@pytest.mark.parametrize(
    ("place", "message"),
    [
        ({"elsewhere": True}, "outside the Flemish"),
        ({"stopped": True}, "It stopped on"),
        ({"company__stopped": True}, "It stopped on"),
    ],
    ids=str,
)
def test_no_recognition_where_nobody_can_train(place: dict[str, Any], message: str) -> None:
    asked = request(establishment=EstablishmentFactory(**place))
    with pytest.raises(ValidationError, match=message):
        recognise(asked)
    assert decisions.refuse(asked, "Kan niet", TODAY).status == REFUSED


@pytest.mark.parametrize("whole", [True, False])
def test_no_recognition_while_excluded(whole: bool) -> None:
    asked = request()
    unit = asked.establishment
    ExclusionFactory(**({"company": unit.company} if whole else {"establishment": unit}))
    with pytest.raises(ValidationError, match="excluded for good"):
        recognise(asked)


@pytest.mark.parametrize("action", [decisions.ask_for_more, decisions.refuse])
def test_a_decision_against_needs_a_reason(action: Any) -> None:
    with pytest.raises(ValidationError, match="Say why"):
        action(request(), "  ", TODAY)


def test_an_appeal_once_and_its_outcome() -> None:
    refused = decisions.refuse(request(), "Te weinig uitrusting", TODAY)
    with pytest.raises(ValidationError, match="no appeal is running"):
        recognise(refused)
    appealed = decisions.appeal(refused, "Er kwam een draaibank bij", TODAY)
    assert Recognition.objects.appealed().get() == appealed
    with pytest.raises(ValidationError, match="once"):
        decisions.appeal(appealed, "Nog eens", TODAY)
    stands = decisions.dismiss_appeal(appealed, "Nog steeds te weinig", TODAY)
    assert (stands.status, stands.is_appealed) == (REFUSED, False)
    with pytest.raises(ValidationError, match="No appeal"):
        decisions.dismiss_appeal(stands, "Nee", TODAY)
    with pytest.raises(ValidationError, match="no appeal is running"):
        recognise(stands)


def test_an_appeal_can_be_won() -> None:
    lifted = decisions.lift(RecognitionFactory(), "Geen mentor meer", TODAY)
    won = recognise(decisions.appeal(lifted, "Er is een nieuwe mentor", TODAY))
    assert (won.status, won.appeal_decided_on, won.is_appealed) == (RECOGNISED, TODAY, False)
    again = decisions.lift(won, "Weer weg", TODAY)
    assert again.may_appeal()


def test_two_who_decide_at_once_decide_once() -> None:
    """The second sees what the first did, since both look at the record as it is now."""
    asked = request()
    stale = Recognition.objects.get(pk=asked.pk)
    decisions.refuse(asked, "Nee", TODAY)
    with pytest.raises(ValidationError, match="decided already"):
        recognise(stale)


def test_one_running_request_for_a_programme() -> None:
    asked = request()
    with pytest.raises(IntegrityError, match="recognition_one_request"), transaction.atomic():
        request(establishment=asked.establishment, programme=asked.programme)


def test_expiry_is_marked() -> None:
    over = RecognitionFactory(valid_until=TODAY - timedelta(days=1))
    stays = RecognitionFactory(valid_until=TODAY)
    assert decisions.expire(TODAY) == 1
    assert [r.status for r in Recognition.objects.order_by("pk")] == [EXPIRED, RECOGNISED]
    assert {over.pk, stays.pk} == set(Recognition.objects.values_list("pk", flat=True))


def test_the_timeline_says_who_when_what_and_why() -> None:
    asked = request()
    decisions.ask_for_more(asked, "Uittreksel 596.2 ontbreekt", TODAY)
    decisions.supplement(asked, TODAY)
    decisions.refuse(asked, "Te oud", TODAY)
    decisions.appeal(asked, "Nieuw uittreksel", TODAY)
    recognise(asked)
    steps = timeline(asked)
    assert [step.what.split(":")[0] for step in steps] == [
        "Recognised",
        "Appeal lodged",
        "Refused",
        "Completed by the company",
        "Sent back as incomplete",
        "Requested",
    ]
    assert [step.why for step in steps if step.why] == [
        "Nieuw uittreksel",
        "Te oud",
        "Uittreksel 596.2 ontbreekt",
    ]
    assert steps[-1].on == asked.requested_on


def test_who_decides() -> None:
    mine, fallback = SectorFactory(), SectorFactory(is_fallback=True)
    consultant = SectorMembershipFactory(sector=mine).user
    last = SectorMembershipFactory(sector=fallback).user
    own, nobodys = RecognitionFactory(sector=mine), RecognitionFactory(sector=None)
    others = RecognitionFactory(sector=SectorFactory())
    assert set(Recognition.objects.decided_by(consultant)) == {own}
    assert set(Recognition.objects.decided_by(last)) == {nobodys}
    assert others not in Recognition.objects.decided_by(consultant)


# Exclusion ---------------------------------------------------------------------------------------


@pytest.mark.parametrize("whole", [True, False])
def test_an_exclusion_lifts_and_refuses_and_blocks(whole: bool) -> None:
    agreement = AgreementFactory(campus__metres_east=100)
    recognition = agreement.workplace.recognition
    unit = recognition.establishment
    asked = request(establishment=unit)
    elsewhere = WorkplaceFactory().recognition
    target = unit.company if whole else unit
    found = consequences(target, TODAY)
    assert (found.recognitions, found.requests, found.agreements) == (
        [recognition],
        [asked],
        [agreement],
    )
    exclude(target, TODAY, None, "Onveilig", TODAY)
    states = dict(Recognition.objects.values_list("pk", "status"))
    assert states == {recognition.pk: LIFTED, asked.pk: REFUSED, elsewhere.pk: RECOGNISED}
    assert not Recognition.objects.usable_in(agreement.workplace.school_year, TODAY).filter(
        establishment=unit
    )
    with pytest.raises(ValidationError, match="excluded already"):
        exclude(target, TODAY, None, "Nog eens", TODAY)


@pytest.mark.parametrize(
    ("start", "end", "message"),
    [
        (TODAY, TODAY - timedelta(days=1), "before the start"),
        (TODAY - timedelta(days=20), TODAY - timedelta(days=10), "passed"),
        (TODAY + timedelta(days=1), None, "starts today"),
        (TODAY - timedelta(days=40), None, "at most a month ago"),
    ],
)
def test_an_exclusion_that_cannot_be(start: date, end: date | None, message: str) -> None:
    recognition = RecognitionFactory()
    with pytest.raises(ValidationError, match=message):
        exclude(recognition.establishment, start, end, "Onveilig", TODAY)
    assert not Exclusion.objects.exists()
    assert Recognition.objects.get().status == RECOGNISED


def test_an_exclusion_is_ended_with_a_reason() -> None:
    unit = EstablishmentFactory()
    exclusion, _left = exclude(unit, TODAY - timedelta(days=9), None, "Onveilig", TODAY)
    with pytest.raises(ValidationError, match="Say why"):
        end_exclusion(exclusion, " ", TODAY)
    end_exclusion(exclusion, "Hersteld", TODAY)
    assert not Exclusion.objects.in_force_on(TODAY)
    with pytest.raises(ValidationError, match="over already"):
        end_exclusion(exclusion, "Nog eens", TODAY)
    programme = ProgrammeFactory()
    recognise(request(establishment=unit, programme=programme))


def test_a_company_belongs_to_the_consultant_of_its_sector() -> None:
    membership = SectorMembershipFactory()
    mine = EstablishmentFactory(company__sector=membership.sector).company
    EstablishmentFactory(company__sector=SectorFactory())
    assert list(Company.objects.overseen_by(membership.user)) == [mine]
    assert Establishment.objects.count() == 2
