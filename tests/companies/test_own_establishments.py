"""A company says how schools reach its establishments, and in which languages it guides pupils."""

from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from companies.models import Establishment
from tests.factories import CompanyMembershipFactory, EstablishmentFactory

pytestmark = pytest.mark.django_db
ADDRESS = "/onderneming/vestigingen/"


@pytest.fixture
def house() -> Establishment:
    found: Establishment = EstablishmentFactory(name="Atelier Noord", email="", languages=[])
    return found


@pytest.fixture
def browser(house: Establishment) -> Client:
    client = Client()
    client.force_login(CompanyMembershipFactory(company=house.company).user)
    return client


def test_what_is_unknown_says_so_and_can_be_told(browser: Client, house: Establishment) -> None:
    assert "onbekend" in browser.get(ADDRESS).content.decode()
    typed = {"email": "atelier@example.org", "telephone": "09 123", "languages": ["nl", "fr"]}
    assert browser.post(f"{ADDRESS}{house.dotted_number}/", typed).status_code == 302
    house.refresh_from_db()
    assert (house.email, house.languages) == ("atelier@example.org", ["nl", "fr"])
    page = browser.get(ADDRESS).content.decode()
    assert "atelier@example.org" in page
    assert "Nederlands, Frans" in page


@pytest.mark.parametrize(
    ("field", "value"), [("email", "geen adres"), ("languages", ["xx"]), ("telephone", "9" * 31)]
)
def test_what_is_wrong_is_kept_and_named(
    browser: Client, house: Establishment, field: str, value: Any
) -> None:
    typed = {"email": "nieuw@example.org", field: value}
    answer = browser.post(f"{ADDRESS}{house.unit_number}/", typed)
    assert answer.status_code == 400
    assert answer.context["form"].errors.keys() == {field}
    if field != "email":
        assert "nieuw@example.org" in answer.content.decode()
    house.refresh_from_db()
    assert house.email == ""


def test_one_that_stopped_is_not_there(browser: Client, house: Establishment) -> None:
    Establishment.objects.update(stopped_on=timezone.localdate())
    assert "Atelier Noord" not in browser.get(ADDRESS).content.decode()
    assert browser.get(f"{ADDRESS}{house.unit_number}/").status_code == 404
    assert browser.get(f"{ADDRESS}x/").status_code == 404


def test_the_list_asks_as_much_for_many(
    browser: Client, house: Establishment, django_assert_max_num_queries: Any
) -> None:
    EstablishmentFactory.create_batch(12, company=house.company)
    with django_assert_max_num_queries(8):
        browser.get(ADDRESS)
