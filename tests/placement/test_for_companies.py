"""What a company sees of the schools, and what becomes of telling one that there is a place."""

from datetime import date, timedelta
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone
from post_office.models import Email

from companies.approaching import plan_approach, ring
from companies.models import Recognition
from placement.for_companies.home import company_home
from placement.models import PlaceOffer
from schools.models import Campus, OfferingStatus, SchoolYear
from tests.factories import (
    ApproachFactory,
    CompanyMembershipFactory,
    MentorFactory,
    OfferingFactory,
    PupilRequestFactory,
    RecognitionFactory,
    SchoolMembershipFactory,
    WorkplaceFactory,
    beside_here,
)

pytestmark = pytest.mark.django_db
ADDRESS = "/onderneming/scholen/"


@pytest.fixture
def recognition() -> Recognition:
    found: Recognition = RecognitionFactory.create(
        valid_until=date(2030, 1, 1), establishment__point=beside_here(4_000)
    )
    WorkplaceFactory.create(recognition=found, places_offered=2, confirmed_on=timezone.localdate())
    return found


@pytest.fixture
def near(campus: Campus, recognition: Recognition) -> Campus:
    """The test campus, four kilometres away, with the programme and two pupils to place."""
    year = SchoolYear.objects.current()
    OfferingFactory.create(
        campus=campus,
        programme=recognition.programme,
        school_year=year,
        status=OfferingStatus.RUNNING,
    )
    for i in range(2):
        PupilRequestFactory.create(
            campus=campus,
            programme=recognition.programme,
            school_year=year,
            reference=f"26-{i}",
        )
    return campus


@pytest.fixture
def browser(recognition: Recognition) -> Client:
    client = Client()
    company = recognition.establishment.company
    client.force_login(CompanyMembershipFactory.create(company=company).user)
    return client


def test_the_schools_near_with_the_pupils_they_have_to_place(
    browser: Client, near: Campus, recognition: Recognition
) -> None:
    page = browser.get(ADDRESS)
    (row,) = page.context["rows"]
    assert (row.pair.campus, row.searching, row.offer) == (near, 2, None)
    assert row.pair.distance == pytest.approx(4_000, abs=10)
    assert str(near) in page.content.decode()


def test_a_school_is_told_once_a_month(
    browser: Client, near: Campus, recognition: Recognition
) -> None:
    coordinator = SchoolMembershipFactory.create(school=near.school).user
    path = f"{ADDRESS}{recognition.pk}/{near.key}/"
    assert browser.get(path).status_code == 200
    assert browser.post(path, {"text": "Kom eens kijken."}).status_code == 302
    (waiting,) = Email.objects.all()
    assert waiting.to == [coordinator.email]
    assert "Kom eens kijken." in waiting.message
    assert waiting.headers["Reply-To"]
    again = browser.post(path, {"text": "Nog eens."})
    assert again.status_code == 400
    assert "Nog eens." in again.content.decode()
    assert PlaceOffer.objects.count() == 1
    assert browser.get(ADDRESS).context["rows"][0].offer == PlaceOffer.objects.get()


def test_a_message_with_script_or_headers_is_harmless(
    browser: Client, near: Campus, recognition: Recognition
) -> None:
    SchoolMembershipFactory.create(school=near.school)
    text = "<script>alert(1)</script>\nBcc: x@example.org"
    browser.post(f"{ADDRESS}{recognition.pk}/{near.key}/", {"text": text})
    (waiting,) = Email.objects.all()
    assert "<script>" not in waiting.html_message
    assert set(waiting.headers) == {"Reply-To"}


def test_nobody_to_tell_and_nothing_to_give_are_refused(
    browser: Client, near: Campus, recognition: Recognition
) -> None:
    path = f"{ADDRESS}{recognition.pk}/{near.key}/"
    assert browser.post(path, {"text": ""}).status_code == 400
    SchoolMembershipFactory.create(school=near.school)
    Recognition.objects.update(status="lifted")
    assert browser.post(path, {"text": ""}).status_code == 400
    assert not PlaceOffer.objects.exists()


def test_another_companys_establishment_and_recognition_are_not_there(
    browser: Client, near: Campus
) -> None:
    other = RecognitionFactory.create(valid_until=date(2030, 1, 1))
    number = other.establishment.unit_number
    assert browser.get(f"{ADDRESS}?vestiging={number}").status_code == 404
    assert browser.get(f"{ADDRESS}{other.pk}/{near.key}/").status_code == 404
    assert browser.post(f"{ADDRESS}{other.pk}/{near.key}/", {"text": ""}).status_code == 404
    assert browser.get(f"{ADDRESS}{other.pk}/999999-1/").status_code == 404


def test_the_home_says_what_to_do_next(near: Campus, recognition: Recognition) -> None:
    today = timezone.localdate()
    house = recognition.establishment
    ApproachFactory.create(
        establishment=house,
        campus=near,
        programme=recognition.programme,
        sent_on=today - timedelta(days=20),
        answer_due_on=today - timedelta(days=6),
    )
    MentorFactory.create(establishment=house, training_due_on=today + timedelta(days=30))
    RecognitionFactory.create(establishment=house, valid_until=today + timedelta(days=90))
    home = company_home(house.company, today)
    (found,) = home["houses"]
    line = next(line for line in found.lines if line.recognition == recognition)
    assert (line.campuses, line.asking, line.searching) == (1, 0, 2)
    assert line.this_year.places_offered == 2
    assert [todo.late for todo in home["todos"]] == [True, False, False, False]
    days = [todo.by for todo in home["todos"]]
    assert days == [
        today - timedelta(days=6),
        today + timedelta(days=30),
        today + timedelta(days=90),
        None,
    ]


def test_places_that_nobody_confirmed_for_a_year_are_to_be_confirmed(
    recognition: Recognition,
) -> None:
    today = timezone.localdate()
    recognition.workplaces.update(confirmed_on=today - timedelta(days=400))
    home = company_home(recognition.establishment.company, today)
    (todo,) = home["todos"]
    assert todo.late
    assert todo.url == "/onderneming/plaatsen/"


def test_what_ends_soon_is_to_be_renewed_until_it_was_asked_for(recognition: Recognition) -> None:
    today = timezone.localdate()
    ending = RecognitionFactory.create(
        establishment=recognition.establishment, valid_until=today + timedelta(days=90)
    )
    address = f"/erkenningen/{ending.pk}/"
    company = recognition.establishment.company
    assert address in [todo.url for todo in company_home(company, today)["todos"]]
    RecognitionFactory.create(
        establishment=ending.establishment, programme=ending.programme, requested=True
    )
    assert address not in [todo.url for todo in company_home(company, today)["todos"]]


def test_a_school_that_rang_is_answered_in_the_portal(
    browser: Client, near: Campus, recognition: Recognition
) -> None:
    today = timezone.localdate()
    coordinator = SchoolMembershipFactory.create(school=near.school).user
    house, programme = recognition.establishment, recognition.programme
    approach = plan_approach(near, house, programme, coordinator)
    ring(approach, coordinator, today, answer_days=14)
    (waiting,) = company_home(house.company, today)["waiting"]
    assert waiting[0] == approach
    assert browser.post(waiting[1], {"status": "interview"}).status_code == 302
    approach.refresh_from_db()
    assert approach.status == "interview"


def test_many_establishments_take_few_questions(
    recognition: Recognition, near: Campus, django_assert_max_num_queries: Any
) -> None:
    company = recognition.establishment.company
    for i in range(12):
        RecognitionFactory.create(
            establishment__company=company,
            establishment__point=beside_here(1_000 * i),
            programme=recognition.programme,
            valid_until=date(2030, 1, 1),
        )
    with django_assert_max_num_queries(12):
        home = company_home(company, timezone.localdate())
    assert len(home["houses"]) == 13
