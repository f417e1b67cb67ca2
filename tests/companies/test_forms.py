"""Forms refuse what the database would, and keep what was typed."""

import pytest
from django.test import Client

from accounts.models import User
from companies.models import Company

pytestmark = pytest.mark.django_db


@pytest.fixture
def administrator(client: Client) -> Client:
    client.force_login(User.objects.create_superuser("beheerder@radar.example"))
    return client


def add(client: Client, number: str) -> str:
    form = {
        "enterprise_number": number,
        "name": "Voorbeeld bv",
        **{
            f"{prefix}-{name}": "0"
            for prefix in ("memberships", "establishments", "exclusions")
            for name in ("TOTAL_FORMS", "INITIAL_FORMS")
        },
    }
    return client.post("/admin/companies/company/add/", form).content.decode()


def test_a_number_is_taken_as_people_write_it(administrator: Client) -> None:
    add(administrator, "BE 0566.988.259")
    assert Company.objects.get().enterprise_number == "0566988259"


@pytest.mark.parametrize("number", ["0566988258", "2147812701", "niets", "056698825"])
def test_a_wrong_number_is_refused_and_kept(administrator: Client, number: str) -> None:
    page = add(administrator, number)
    assert not Company.objects.exists()
    assert "is geen ondernemingsnummer" in page
    assert f'value="{number}"' in page
