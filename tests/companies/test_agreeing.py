"""Agreements: what they need, what they do to places, and that the last place goes once."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal
from threading import Barrier

import pytest
from django.core.exceptions import ValidationError
from django.db import IntegrityError, ProgrammingError, connection, transaction
from post_office.models import Email

from accounts.models import User
from companies.agreeing import Terms, agree, complete_terms, end_early, keep_in_step
from companies.models import Agreement, AgreementKind, AgreementStatus, Approach, Workplace
from companies.planned import plan
from schools.models import SchoolYear
from tests.factories import (
    TODAY,
    AgreementFactory,
    ApproachFactory,
    EstablishmentFactory,
    MentorFactory,
    RecognitionFactory,
    UserFactory,
    WorkplaceFactory,
)

START = date(2026, 12, 1)
END = date(2027, 6, 30)


@pytest.fixture
def workplace(db: None) -> Workplace:
    return WorkplaceFactory.create(places_offered=1)


def approach_to(workplace: Workplace) -> Approach:
    return ApproachFactory.create(
        establishment=workplace.recognition.establishment,
        programme=workplace.recognition.programme,
        answered=True,
    )


def terms(workplace: Workplace, reference: str = "L-1", **changes: object) -> Terms:
    mentor = workplace.recognition.establishment.mentors.first()
    usual = {
        "pupil_reference": reference,
        "kind": AgreementKind.OAO,
        "hours_per_week": Decimal(28),
        "starts_on": START,
        "ends_on": END,
        "mentor": mentor or MentorFactory(establishment=workplace.recognition.establishment),
    }
    return Terms(**usual | changes)  # type: ignore[arg-type]


def test_an_agreement_settles_the_approach_takes_the_place_and_is_confirmed(
    workplace: Workplace,
) -> None:
    approach, by = approach_to(workplace), UserFactory.create(language="en")
    approach.establishment.company.email = "zaak@voorbeeld.example"
    approach.establishment.company.save()
    agreement = agree(approach, terms(workplace), by, TODAY)
    assert agreement.status == AgreementStatus.PLANNED
    approach.refresh_from_db()
    workplace.refresh_from_db()
    assert (approach.status, workplace.places_free) == ("agreed", 0)
    assert approach.steps.get().to_status == "agreed"
    subjects = {mail.to[0]: mail.subject for mail in Email.objects.all()}
    assert subjects.keys() == {"zaak@voorbeeld.example", by.email}
    assert subjects["zaak@voorbeeld.example"].startswith("Overeenkomst bevestigd")
    assert subjects[by.email].startswith("Agreement confirmed")


def test_no_second_for_the_last_place(workplace: Workplace) -> None:
    by = UserFactory.create()
    agree(approach_to(workplace), terms(workplace), by, TODAY)
    second = approach_to(workplace)
    with pytest.raises(ValidationError) as refused:
        agree(second, terms(workplace, "L-2"), by, TODAY)
    assert refused.value.messages == ["Deze plaats is niet meer vrij."]
    second.refresh_from_db()
    assert second.status == "answered"


def test_unknown_places_can_be_agreed(db: None) -> None:
    recognition = RecognitionFactory.create()
    approach = ApproachFactory.create(
        establishment=recognition.establishment, programme=recognition.programme
    )
    place = WorkplaceFactory.build(recognition=recognition)
    agreement = agree(approach, terms(place), UserFactory.create(), TODAY)
    assert (agreement.workplace.places_offered, agreement.workplace.school_year_id) == (None, 2026)
    assert Workplace.objects.get().places_taken == 1


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"hours_per_week": Decimal("19.5")}, "hours_per_week"),
        ({"kind": AgreementKind.SAO}, "hours_per_week"),
        ({"ends_on": START - timedelta(days=1)}, "ends_on"),
        ({"ends_on": date(2027, 9, 1)}, "ends_on"),
        ({"starts_on": date(2025, 9, 1)}, "starts_on"),
        ({"pupil_reference": "Jan Peeters"}, "pupil_reference"),
    ],
)
def test_terms_that_do_not_fit_are_named(
    workplace: Workplace, changes: dict[str, object], field: str
) -> None:
    with pytest.raises(ValidationError) as refused:
        agree(approach_to(workplace), terms(workplace, **changes), UserFactory.create(), TODAY)
    assert field in refused.value.message_dict


@pytest.mark.parametrize(
    ("kind", "hours"), [(AgreementKind.SAO, "19.5"), (AgreementKind.PART_TIME, "10")]
)
def test_fewer_than_twenty_hours(workplace: Workplace, kind: AgreementKind, hours: str) -> None:
    asked = terms(workplace, kind=kind, hours_per_week=Decimal(hours))
    assert agree(approach_to(workplace), asked, UserFactory.create(), TODAY).kind == kind


@pytest.mark.parametrize("trait", ["expired", "lifted", "requested"])
def test_only_on_a_recognition_valid_on_the_start(trait: str, db: None) -> None:
    place = WorkplaceFactory.create(recognition=RecognitionFactory.create(**{trait: True}))
    with pytest.raises(ValidationError) as refused:
        agree(approach_to(place), terms(place), UserFactory.create(), TODAY)
    assert "starts_on" in refused.value.message_dict
    with pytest.raises(IntegrityError, match="not valid on the start"):
        AgreementFactory(workplace=place, starts_on=START)


def test_a_mentor_of_elsewhere_or_with_her_pupils_is_refused(db: None) -> None:
    place = WorkplaceFactory.create(places_offered=9)
    house = place.recognition.establishment
    busy = MentorFactory.create(establishment=house, pupil_limit=1)
    by = UserFactory.create()
    agree(approach_to(place), terms(place, mentor=busy), by, TODAY)
    for mentor in (busy, MentorFactory.create()):
        with pytest.raises(ValidationError) as refused:
            agree(approach_to(place), terms(place, "L-2", mentor=mentor), by, TODAY)
        assert "mentor" in refused.value.message_dict


def test_without_a_named_mentor_the_place_is_reserved(workplace: Workplace) -> None:
    by = UserFactory.create()
    asked = terms(workplace)
    workplace.recognition.establishment.mentors.all().delete()
    reserved = agree(approach_to(workplace), replace(asked, mentor=None), by, TODAY)
    workplace.refresh_from_db()
    assert (reserved.is_complete, workplace.places_taken) == (False, 1)
    MentorFactory(establishment=workplace.recognition.establishment)
    with pytest.raises(ValidationError) as refused:
        complete_terms(reserved, replace(asked, mentor=None), by, TODAY)
    assert "mentor" in refused.value.message_dict


def test_a_pupil_has_one_place_at_a_time(db: None) -> None:
    place = WorkplaceFactory.create(places_offered=2)
    approach, by = approach_to(place), UserFactory.create()
    first = agree(approach, terms(place), by, TODAY)
    with pytest.raises(ValidationError, match="al een plaats"):
        agree(approach, terms(place), by, TODAY)
    end_early(first, TODAY, "Toch niet", by, TODAY)
    assert agree(approach, terms(place), by, TODAY).approach_id == approach.pk


def test_ending_early_gives_the_place_back_once(workplace: Workplace) -> None:
    by = UserFactory.create()
    agreement = agree(approach_to(workplace), terms(workplace, starts_on=TODAY), by, TODAY)
    assert agreement.status == AgreementStatus.RUNNING
    for on, reason in ((TODAY + timedelta(days=1), "x"), (TODAY, " ")):
        with pytest.raises(ValidationError):
            end_early(agreement, on, reason, by, TODAY)
    ended = end_early(agreement, TODAY, "Verhuisd", by, TODAY)
    assert (ended.status, ended.ends_on, ended.end_reason) == ("ended_early", TODAY, "Verhuisd")
    with pytest.raises(ValidationError):
        end_early(agreement, TODAY, "Nog eens", by, TODAY)
    workplace.refresh_from_db()
    assert workplace.places_taken == 0
    assert "Verhuisd" in agreement.approach.steps.last().note


def test_places_follow_whoever_writes(db: None) -> None:
    one, other = WorkplaceFactory.create_batch(2, places_taken=1)
    agreement = AgreementFactory.create(workplace=one)

    def taken() -> tuple[int, int]:
        one.refresh_from_db()
        other.refresh_from_db()
        return one.places_taken, other.places_taken

    assert taken() == (2, 1)
    Agreement.objects.filter(pk=agreement.pk).update(workplace=other)
    assert taken() == (1, 2)
    Agreement.objects.filter(pk=agreement.pk).update(status=AgreementStatus.COMPLETED)
    assert taken() == (1, 2)
    agreement.delete()
    assert taken() == (1, 1)


def test_dates_start_and_complete_and_a_reserved_place_does_not_start(db: None) -> None:
    place = WorkplaceFactory.create(places_offered=9)
    mentor = MentorFactory.create(establishment=place.recognition.establishment)
    planned = {"workplace": place, "status": AgreementStatus.PLANNED}
    ready = AgreementFactory.create(**planned, mentor=mentor)
    later = AgreementFactory.create(**planned, mentor=mentor, starts_on=TODAY + timedelta(days=1))
    reserved = AgreementFactory.create(**planned, hours_per_week=None)
    over = AgreementFactory.create(workplace=place, ends_on=TODAY - timedelta(days=1))
    last_day = AgreementFactory.create(workplace=place, ends_on=TODAY)
    assert keep_in_step(TODAY) == (1, 1)
    assert keep_in_step(TODAY) == (0, 0)
    states = [
        Agreement.objects.get(pk=item.pk).status
        for item in (ready, later, reserved, over, last_day)
    ]
    assert states == ["running", "planned", "planned", "completed", "running"]


def test_a_reserved_place_is_completed(workplace: Workplace) -> None:
    year = SchoolYear.objects.current(TODAY)
    campus = approach_to(workplace).campus
    reserved = plan(campus, workplace.recognition_id, year, "L-1", TODAY)
    by = UserFactory.create()
    done = complete_terms(reserved, terms(workplace, starts_on=START), by, TODAY)
    assert (done.is_complete, done.starts_on, done.status) == (True, START, "planned")
    assert Email.objects.filter(to=by.email).exists()
    with pytest.raises(ValidationError):
        complete_terms(done, terms(workplace, starts_on=date(2027, 9, 1)), by, TODAY)


@pytest.mark.parametrize("status", ["planned", "running"])
def test_the_database_lets_no_ended_agreement_begin_again(db: None, status: str) -> None:
    agreement = AgreementFactory.create(status="ended_early")
    with pytest.raises(ProgrammingError, match="transition"):
        Agreement.objects.filter(pk=agreement.pk).update(status=status)


def at_once(*work: Callable[[], object]) -> list[str]:
    """Run each in a thread with a connection of its own; gives who was refused, by which error."""
    ready = Barrier(len(work))

    def run(task: Callable[[], object]) -> str:
        try:
            ready.wait(10)
            task()
        except (ValidationError, IntegrityError) as error:
            return type(error).__name__
        finally:
            connection.close()
        return ""

    with ThreadPoolExecutor(len(work)) as threads:
        return sorted(threads.map(run, work))


@pytest.mark.django_db(transaction=True)
def test_two_schools_agree_on_the_last_place_at_once() -> None:
    workplace = WorkplaceFactory.create(places_offered=1)
    MentorFactory.create(establishment=workplace.recognition.establishment)
    by: User = UserFactory.create()
    one, other = approach_to(workplace), approach_to(workplace)
    first, second = terms(workplace), terms(workplace, "L-2")
    outcome = at_once(lambda: agree(one, first, by, TODAY), lambda: agree(other, second, by, TODAY))
    assert outcome == ["", "ValidationError"]
    assert Agreement.objects.count() == 1
    assert sorted(Approach.objects.values_list("status", flat=True)) == ["agreed", "answered"]


@pytest.mark.django_db(transaction=True)
def test_the_database_gives_the_last_place_once_to_writers_that_ask_nothing() -> None:
    workplace = WorkplaceFactory.create(places_offered=1)
    campuses = [approach_to(workplace).campus for _ in range(2)]

    def write(reference: str, campus: object) -> Callable[[], object]:
        def save() -> None:
            with transaction.atomic():
                AgreementFactory.create(
                    workplace=workplace, campus=campus, pupil_reference=reference
                )

        return save

    outcome = at_once(write("L-1", campuses[0]), write("L-2", campuses[1]))
    assert outcome == ["", "IntegrityError"]
    assert Agreement.objects.count() == 1


@pytest.mark.django_db(transaction=True)
def test_one_pupil_is_not_placed_twice_at_once() -> None:
    places = [WorkplaceFactory.create(places_offered=1) for _ in range(2)]
    for place in places:
        MentorFactory.create(establishment=place.recognition.establishment)
    campus, by = approach_to(places[0]).campus, UserFactory.create()
    asked = [
        ApproachFactory.create(
            campus=campus,
            establishment=place.recognition.establishment,
            programme=place.recognition.programme,
            status="interview",
        )
        if place is not places[0]
        else Approach.objects.get(campus=campus)
        for place in places
    ]
    wanted = [terms(place) for place in places]
    outcome = at_once(
        lambda: agree(asked[0], wanted[0], by, TODAY), lambda: agree(asked[1], wanted[1], by, TODAY)
    )
    assert outcome in (["", "IntegrityError"], ["", "ValidationError"])
    assert EstablishmentFactory._meta.model.objects.count() == 2
