"""The page of an establishment, and reporting what is wrong about it."""

from typing import Any

import pytest
from django.test import Client
from post_office.models import Email

from accounts.models import User
from companies.models import Establishment
from placement.models import ErrorReport
from schools.models import Campus, Programme
from tests.factories import (
    ApproachFactory,
    CampusFactory,
    CompanyFactory,
    CompanyMembershipFactory,
    ErrorReportFactory,
    EstablishmentFactory,
    MentorFactory,
    OfferingFactory,
    RecognitionFactory,
    SectorFactory,
    SectorMembershipFactory,
    UserFactory,
    WorkplaceFactory,
)

pytestmark = pytest.mark.django_db


@pytest.fixture
def establishment(programme: Programme) -> Establishment:
    made = EstablishmentFactory(
        metres_east=5_000,
        company=CompanyFactory(sector=SectorFactory(), email="info@voorbeeld.example"),
    )
    recognition = RecognitionFactory(establishment=made, programme=programme)
    WorkplaceFactory(recognition=recognition, places_offered=3, places_taken=1)
    return made


def address(establishment: Establishment, more: str = "") -> str:
    return f"/leerwerkplekken/vestigingen/{establishment.unit_number}/{more}"


def page_of(browser: Client, establishment: Establishment) -> str:
    response = browser.get(address(establishment))
    assert response.status_code == 200
    return response.content.decode()


def test_it_says_what_is_known(
    browser: Client, campus: Campus, establishment: Establishment, programme: Programme
) -> None:
    MentorFactory(establishment=establishment, name="Mo Mentor", email="mo@voorbeeld.example")
    rival = CampusFactory(metres_east=8_000)
    OfferingFactory(campus=rival, programme=programme, pupils=7)
    page = page_of(browser, establishment)
    assert "Elektrische installaties duaal" in page
    assert "<b>2</b>" in page
    assert "5,0 km" in page
    assert str(rival) in page
    assert "3,0 km" in page
    assert "Mo Mentor" in page
    assert "mo@voorbeeld.example" not in page


def test_only_our_own_contacts_are_told(
    browser: Client, campus: Campus, establishment: Establishment
) -> None:
    ApproachFactory(campus=campus, establishment=establishment, note="Ons gesprek")
    other = ApproachFactory(establishment=establishment, note="Hun gesprek")
    page = page_of(browser, establishment)
    assert "Ons gesprek" in page
    assert "Hun gesprek" not in page
    assert str(other.campus) not in page


def test_unknown_is_said_to_be_unknown(browser: Client, campus: Campus) -> None:
    bare = EstablishmentFactory(unlocated=True, municipality=None)
    page = page_of(browser, bare)
    assert "adres onbekend" in page
    assert "Nog geen erkenningen." in page
    assert "Er is hier niemand als mentor gekend." in page


@pytest.mark.parametrize("number", ["1", "2999999999", "x", "9" * 40, "%00", "2.000.000.014"])
def test_an_establishment_that_is_not_there(browser: Client, number: str) -> None:
    assert browser.get(f"/leerwerkplekken/vestigingen/{number}/").status_code == 404


def test_who_sees_it(client: Client, establishment: Establishment) -> None:
    member = CompanyMembershipFactory(company=establishment.company).user
    consultant = SectorMembershipFactory().user
    stranger = CompanyMembershipFactory().user
    for user, status in ((member, 200), (consultant, 200), (stranger, 404), (UserFactory(), 404)):
        client.force_login(user)
        assert client.get(address(establishment)).status_code == status
        assert client.get(address(establishment, "fout-melden/")).status_code == status
    client.logout()
    assert client.get(address(establishment)).status_code == 302


def test_its_queries_do_not_follow_its_facts(
    browser: Client,
    campus: Campus,
    establishment: Establishment,
    programme: Programme,
    django_assert_max_num_queries: Any,
) -> None:
    for _ in range(12):
        WorkplaceFactory(recognition=RecognitionFactory(establishment=establishment))
        MentorFactory(establishment=establishment)
        ApproachFactory(campus=campus, establishment=establishment)
        OfferingFactory(programme=programme)
        CampusFactory(school=campus.school)
    with django_assert_max_num_queries(15):
        browser.get(address(establishment))


# What is wrong ------------------------------------------------------------------------------------

SAID = {"subject": "address", "text": "De zaak is verhuisd naar de overkant."}


def report(browser: Client, establishment: Establishment, **said: str) -> Any:
    return browser.post(address(establishment, "fout-melden/"), SAID | said)


def test_a_report_goes_to_the_company_and_its_sector(
    browser: Client, establishment: Establishment, coordinator: User
) -> None:
    sector = establishment.company.sector
    consultant = SectorMembershipFactory(sector=sector, user__language="en").user
    SectorMembershipFactory()
    response = report(browser, establishment)
    assert response["Location"] == address(establishment)
    kept = ErrorReport.objects.get()
    assert (kept.sector, kept.reported_by) == (sector, coordinator)
    mails = {mail.to[0]: mail for mail in Email.objects.all()}
    assert set(mails) == {"info@voorbeeld.example", consultant.email}
    assert SAID["text"] in mails["info@voorbeeld.example"].message
    assert mails[consultant.email].subject.startswith("Something is wrong about")
    assert "/en/foutmeldingen/" in mails[consultant.email].html_message
    assert mails[consultant.email].headers["Reply-To"] == coordinator.email


def test_script_and_line_breaks_in_a_report_are_text(
    browser: Client, establishment: Establishment
) -> None:
    Establishment.objects.update(name="Slim\r\nBcc: x@example.org")
    report(browser, establishment, text="<script>alert(1)</script>")
    sent = Email.objects.get()
    assert "<script>" not in sent.html_message
    assert set(sent.headers) == {"Reply-To"}


@pytest.mark.parametrize("wrong", [{"text": ""}, {"subject": "x"}, {"text": "x" * 2001}], ids=str)
def test_a_report_that_is_wrong_keeps_what_was_typed(
    browser: Client, establishment: Establishment, wrong: dict[str, str]
) -> None:
    response = report(browser, establishment, **wrong)
    assert response.status_code == 400
    assert (SAID | wrong)["text"] in response.content.decode()
    assert not ErrorReport.objects.exists()


def test_nobody_floods_mailboxes(browser: Client, establishment: Establishment) -> None:
    report(browser, establishment)
    assert "al gemeld" in report(browser, establishment).content.decode()
    for i in range(25):
        last = report(browser, establishment, text=f"Fout {i}")
    assert last.status_code == 400
    assert ErrorReport.objects.count() == 20


def test_who_settles_a_report(client: Client) -> None:
    made = ErrorReportFactory()
    stranger = SectorMembershipFactory().user
    client.force_login(stranger)
    assert made.text not in client.get("/foutmeldingen/").content.decode()
    assert client.post(f"/foutmeldingen/{made.pk}/").status_code == 404
    consultant = SectorMembershipFactory(sector=made.sector).user
    client.force_login(consultant)
    assert made.text in client.get("/foutmeldingen/").content.decode()
    client.post(f"/foutmeldingen/{made.pk}/")
    made.refresh_from_db()
    assert made.settled_by == consultant
    assert made.text not in client.get("/foutmeldingen/").content.decode()
    assert made.text in client.get("/foutmeldingen/?show=settled").content.decode()
    client.post(f"/foutmeldingen/{made.pk}/", {"again": "on"})
    made.refresh_from_db()
    assert not made.is_settled
