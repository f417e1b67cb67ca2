"""A company keeps its mentors; one who is removed leaves no trace of the person."""

from typing import Any

import pytest
from auditlog.models import LogEntry
from django.test import Client

from companies.mentoring import guidable
from companies.models import Agreement, Mentor
from tests.factories import (
    AgreementFactory,
    CompanyMembershipFactory,
    EstablishmentFactory,
    MentorFactory,
)

pytestmark = pytest.mark.django_db
ADDRESS = "/onderneming/mentoren/"


@pytest.fixture
def mentor() -> Mentor:
    found: Mentor = MentorFactory.create(name="An Mentor", email="an@example.org")
    return found


@pytest.fixture
def browser(mentor: Mentor) -> Client:
    client = Client()
    membership = CompanyMembershipFactory.create(company=mentor.establishment.company)
    client.force_login(membership.user)
    return client


def typed(mentor: Mentor, **changes: str) -> dict[str, Any]:
    return {
        "establishment": mentor.establishment_id,
        "name": "Bo Nieuw",
        "email": "bo@example.org",
        "years_of_experience": "12",
        "trained_on": "",
        "training_due_on": "2027-01-15",
        "pupil_limit": "3",
    } | changes


def test_added_and_changed(browser: Client, mentor: Mentor) -> None:
    assert browser.post(f"{ADDRESS}nieuw/", typed(mentor)).status_code == 302
    added = Mentor.objects.get(name="Bo Nieuw")
    assert added.pupil_limit == 3
    assert browser.post(f"{ADDRESS}{added.pk}/", typed(mentor, pupil_limit="1")).status_code == 302
    assert Mentor.objects.get(pk=added.pk).pupil_limit == 1
    assert "Bo Nieuw" in browser.get(ADDRESS).content.decode()


@pytest.mark.parametrize(
    ("field", "value"),
    [("name", ""), ("email", "geen adres"), ("pupil_limit", "0"), ("trained_on", "gisteren")],
)
def test_a_refused_mentor_keeps_what_was_typed(
    browser: Client, mentor: Mentor, field: str, value: str
) -> None:
    response = browser.post(f"{ADDRESS}nieuw/", typed(mentor, **{field: value}))
    assert response.status_code == 400
    assert response.context["form"].errors.keys() == {field}
    assert Mentor.objects.count() == 1


def test_who_opens_a_page_that_names_a_mentor_is_in_the_log(
    browser: Client, mentor: Mentor
) -> None:
    for path, where in (
        ("", "company-mentors"),
        (f"{mentor.pk}/", "company-mentor"),
        (f"{mentor.pk}/verwijderen/", "company-mentor"),
    ):
        LogEntry.objects.all().delete()
        browser.get(f"{ADDRESS}{path}")
        entry = LogEntry.objects.get(action=LogEntry.Action.ACCESS)
        assert (entry.object_id, entry.additional_data["where"]) == (mentor.pk, where)


def test_without_agreements_all_goes(browser: Client, mentor: Mentor) -> None:
    assert browser.get(f"{ADDRESS}{mentor.pk}/verwijderen/").status_code == 200
    browser.post(f"{ADDRESS}{mentor.pk}/verwijderen/")
    assert not Mentor.objects.exists()


def test_with_an_agreement_the_person_goes_and_guides_nobody(
    browser: Client, mentor: Mentor
) -> None:
    agreement = AgreementFactory.create(mentor=mentor)
    house = mentor.establishment_id
    browser.post(f"{ADDRESS}{mentor.pk}/verwijderen/")
    kept = Mentor.objects.get()
    assert (kept.email, kept.is_removed) == ("", True)
    assert "An Mentor" not in str(Mentor.objects.values())
    assert Agreement.objects.get(pk=agreement.pk).mentor == kept
    assert not Mentor.objects.present().exists()
    assert "An Mentor" not in browser.get(ADDRESS).content.decode()
    assert guidable([house])[house] >= 0
    assert browser.get(f"{ADDRESS}{kept.pk}/").status_code == 404


def test_another_companys_mentor_and_establishment_are_not_there(
    browser: Client, mentor: Mentor
) -> None:
    other = MentorFactory.create()
    assert other.establishment.company != mentor.establishment.company
    for what in ("", "verwijderen/"):
        assert browser.get(f"{ADDRESS}{other.pk}/{what}").status_code == 404
        assert browser.post(f"{ADDRESS}{other.pk}/{what}", typed(mentor)).status_code == 404
    elsewhere = EstablishmentFactory.create()
    refused = browser.post(f"{ADDRESS}nieuw/", typed(mentor, establishment=str(elsewhere.pk)))
    assert refused.status_code == 400
    assert Mentor.objects.count() == 2


def test_the_list_asks_few_questions(
    browser: Client, mentor: Mentor, django_assert_max_num_queries: Any
) -> None:
    MentorFactory.create_batch(20, establishment=mentor.establishment)
    browser.get(ADDRESS)
    with django_assert_max_num_queries(15):
        browser.get(ADDRESS)
