"""A company says how many places it has, copies and confirms it, and nobody else's."""

from datetime import date, timedelta
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone
from post_office.models import Email

from companies.models import Company, Recognition, Workplace
from companies.portal.places.asking import link_of
from companies.portal.tasks import ask_to_confirm_places
from schools.models import SchoolYear
from tests.factories import CompanyMembershipFactory, RecognitionFactory, WorkplaceFactory

pytestmark = pytest.mark.django_db
ADDRESS = "/onderneming/plaatsen/"


@pytest.fixture
def recognition() -> Recognition:
    found: Recognition = RecognitionFactory.create(valid_until=date(2030, 1, 1))
    return found


@pytest.fixture
def company(recognition: Recognition) -> Company:
    return recognition.establishment.company


@pytest.fixture
def browser(company: Company) -> Client:
    client = Client()
    client.force_login(CompanyMembershipFactory.create(company=company).user)
    return client


def this() -> int:
    return SchoolYear.objects.current().starts_in


def typed(recognition: Recognition, number: str, seen: str = "", year: int = 0) -> dict[str, str]:
    name = f"places-{recognition.pk}-{year or this()}"
    return {name: number, f"seen-{name}": seen}


@pytest.mark.parametrize(("number", "offered"), [("3", 3), ("0", 0)])
def test_places_are_said_and_confirmed(
    browser: Client, recognition: Recognition, number: str, offered: int
) -> None:
    assert browser.post(ADDRESS, typed(recognition, number)).status_code == 302
    workplace = Workplace.objects.get()
    assert workplace.places_offered == offered
    assert workplace.confirmed_on == timezone.localdate()
    assert browser.post(ADDRESS, typed(recognition, "", str(offered))).status_code == 302
    assert Workplace.objects.get().places_offered is None


@pytest.mark.parametrize("number", ["-1", "100", "twee", "1,5", "²"])
def test_what_is_no_number_is_told_and_kept(
    browser: Client, recognition: Recognition, number: str
) -> None:
    response = browser.post(ADDRESS, typed(recognition, number))
    assert response.status_code == 400
    assert f'value="{number}"' in response.content.decode()
    assert not Workplace.objects.exists()


def test_taken_places_are_not_withdrawn(browser: Client, recognition: Recognition) -> None:
    WorkplaceFactory.create(recognition=recognition, places_offered=3, places_taken=2)
    assert browser.post(ADDRESS, typed(recognition, "1", "3")).status_code == 400
    assert browser.post(ADDRESS, typed(recognition, "", "3")).status_code == 400
    assert Workplace.objects.get().places_offered == 3


def test_what_somebody_else_said_meanwhile_is_not_overwritten(
    browser: Client, recognition: Recognition
) -> None:
    WorkplaceFactory.create(recognition=recognition, places_offered=5, places_taken=0)
    response = browser.post(ADDRESS, typed(recognition, "2", "3"))
    assert response.status_code == 400
    assert Workplace.objects.get().places_offered == 5
    (error,) = [cell.error for cell in response.context["table"].cells if cell.error]
    assert "5" in error
    # Who has seen both, decides.
    assert browser.post(ADDRESS, typed(recognition, "2", "5")).status_code == 302
    assert Workplace.objects.get().places_offered == 2


def test_another_companys_recognition_is_not_there(
    browser: Client, recognition: Recognition
) -> None:
    other = RecognitionFactory.create(valid_until=date(2030, 1, 1))
    page = browser.get(ADDRESS).content.decode()
    assert f"places-{recognition.pk}-" in page
    assert f"places-{other.pk}-" not in page
    browser.post(ADDRESS, typed(other, "9"))
    assert not Workplace.objects.exists()


def test_who_acts_for_no_company_finds_no_page(client: Client) -> None:
    client.force_login(CompanyMembershipFactory.create().user)
    assert client.get(ADDRESS).status_code == 200
    stranger = CompanyMembershipFactory.create()
    stranger.delete()
    client.force_login(stranger.user)
    for path in (ADDRESS, f"{ADDRESS}kopie/", f"{ADDRESS}bevestigen/"):
        method = client.get if path == ADDRESS else client.post
        assert method(path).status_code == 404


def test_copied_to_next_year_where_nothing_was_said(
    browser: Client, recognition: Recognition
) -> None:
    WorkplaceFactory.create(recognition=recognition, places_offered=4, places_taken=1)
    browser.post(f"{ADDRESS}kopie/")
    copied = Workplace.objects.get(school_year=this() + 1)
    assert (copied.places_offered, copied.places_taken) == (4, 0)
    Workplace.objects.filter(pk=copied.pk).update(places_offered=2)
    browser.post(f"{ADDRESS}kopie/")
    assert Workplace.objects.get(pk=copied.pk).places_offered == 2


def test_asked_once_a_round_and_confirmed_by_one_click(
    company: Company, recognition: Recognition, client: Client
) -> None:
    old = timezone.localdate() - timedelta(days=300)
    WorkplaceFactory.create(recognition=recognition, places_offered=2, confirmed_on=old)
    member = CompanyMembershipFactory.create(company=company)
    assert ask_to_confirm_places() == 1
    assert ask_to_confirm_places() == 0
    (waiting,) = Email.objects.all()
    assert waiting.to == [member.user.email]
    path = f"/plaatsen-bevestigen/{link_of(company).split(':')[0]}"
    assert path in waiting.message
    path = f"/plaatsen-bevestigen/{link_of(company)}/"
    # A program that opens links confirms nothing.
    assert client.get(path).status_code == 200
    assert Workplace.objects.get().confirmed_on == old
    assert client.post(path).status_code == 200
    assert Workplace.objects.get().confirmed_on == timezone.localdate()


def test_who_confirmed_just_now_is_not_asked(recognition: Recognition) -> None:
    CompanyMembershipFactory.create(company=recognition.establishment.company)
    WorkplaceFactory.create(
        recognition=recognition, places_offered=2, confirmed_on=timezone.localdate()
    )
    assert ask_to_confirm_places() == 0


@pytest.mark.parametrize("link", ["x", "MQ:1:2", "%00"])
def test_an_altered_link_changes_nothing(
    client: Client, recognition: Recognition, link: str
) -> None:
    old = timezone.localdate() - timedelta(days=300)
    WorkplaceFactory.create(recognition=recognition, places_offered=2, confirmed_on=old)
    assert client.post(f"/plaatsen-bevestigen/{link}/").status_code == 410
    assert Workplace.objects.get().confirmed_on == old


def test_many_recognitions_take_few_questions(
    browser: Client, company: Company, django_assert_max_num_queries: Any
) -> None:
    for _ in range(30):
        RecognitionFactory.create(establishment__company=company, valid_until=date(2030, 1, 1))
    browser.get(ADDRESS)
    with django_assert_max_num_queries(15):
        page = browser.get(ADDRESS)
    assert len(page.context["table"].rows) == 31
