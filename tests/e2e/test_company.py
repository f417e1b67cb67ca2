"""A company in a real browser: claimed, its places said and confirmed, a school answered, a
recognition renewed.
"""

from __future__ import annotations

import re

import pytest
from django.utils import timezone
from playwright.sync_api import Page, expect
from post_office.models import Email

from accounts.addresses import confirm
from accounts.models import User
from companies.models import Company, Establishment, Workplace
from companies.portal.places.asking import ask
from fixtures.demo.credentials import COMPANY
from tests.e2e.axe import DESK, PHONE, assert_accessible, fits
from tests.e2e.conftest import Window
from tests.e2e.sessions import ask_database


def mailed(to: str, pattern: str) -> str:
    """What a pattern finds in the last mail to an address."""

    def message() -> str:
        return str(Email.objects.filter(to=[to]).order_by("-pk")[0].message)

    found = re.search(pattern, ask_database(message))
    assert found
    return found[1]


def company_of(user: str) -> Company:
    """The company that somebody acts for (`sessions.login_state_of`)."""
    return User.objects.get(email=user).companymemberships.order_by("pk")[0].company


def free_company() -> tuple[str, str]:
    """The name and the address of a company that nobody manages: the last one by number."""
    free = Company.objects.active().filter(memberships=None, claims=None).exclude(email="")
    company = free.order_by("-enterprise_number")[0]
    return company.name, company.email


@pytest.mark.parametrize("size", [DESK, PHONE], ids=["desk", "phone"])
def test_from_a_new_account_to_the_owner_of_a_company(window: Window, size: dict[str, int]) -> None:
    name, address = ask_database(free_company)
    email = f"nieuw-{size['width']}@radar.example"
    with window(size=size) as page:
        page.expected_complaints.append("400")  # type: ignore[attr-defined]
        page.goto("/")
        page.get_by_role("link", name="Zoek uw onderneming").first.click()
        page.get_by_label("Ondernemingsnummer of naam").fill(name)
        page.get_by_role("button", name="Zoeken").click()
        assert fits(page)
        page.get_by_role("link", name=name, exact=True).click()
        # What follows asks who one is.
        page.get_by_role("link", name="Een account maken").click()
        page.get_by_label("Voornaam").fill("Fatma")
        page.get_by_label("Familienaam").fill("Aydin")
        page.get_by_label("E-mailadres").fill(email)
        page.get_by_label("Wachtwoord").fill("een-goed-geheim-van-fatma")
        page.get_by_role("button", name="Een account maken").click()
        expect(page.get_by_role("heading", level=1)).to_have_text("Bevestig uw e-mailadres")
        assert_accessible(page)
        page.get_by_label("Code").fill(mailed(email, r"(?m)^([A-Z0-9-]{6,9})$"))
        page.get_by_role("button", name="Bevestigen").click()
        expect(page.get_by_role("heading", level=1)).to_have_text(name)
        page.get_by_role("button", name="De code mailen").click()
        expect(page.get_by_text("We mailden een code")).to_be_visible()
        code = mailed(address, r"(?m)^([A-Z]{4}-[A-Z]{4})$")
        page.get_by_label("Code").fill("BBBB-BBBB")
        page.get_by_role("button", name="Bevestigen").click()
        expect(page.get_by_text("Dit is de code niet")).to_be_visible()
        assert_accessible(page)
        page.get_by_label("Code").fill(code)
        page.get_by_role("button", name="Bevestigen").click()
        expect(page.get_by_role("status").first).to_have_text(f"U beheert nu {name}.")
        expect(page.get_by_role("row").filter(has_text=email)).to_contain_text("eigenaar")
        assert fits(page)


@pytest.mark.parametrize("size", [DESK, PHONE], ids=["desk", "phone"])
def test_places_are_said_copied_and_confirmed(window: Window, size: dict[str, int]) -> None:
    with window(COMPANY, size) as page:
        page.expected_complaints.append("400")  # type: ignore[attr-defined]
        page.goto("/")
        page.get_by_role("link", name="Onderneming", exact=True).click()
        page.wait_for_url("**/onderneming/plaatsen/")
        this_year, next_year = page.locator("thead th").all_text_contents()[2:]
        # Fewer than are taken cannot be said.
        empty = page.locator("tbody tr").filter(
            has=page.locator("td:nth-child(3)").get_by_text("0 bezet", exact=True)
        )
        first, second = (empty.nth(n).get_by_role("textbox") for n in (0, 1))
        first.first.fill("4")
        second.first.fill("0")
        for field in (*first.all()[1:], *second.all()[1:]):
            field.fill("")
        page.get_by_role("button", name="De plaatsen bewaren").click()
        expect(page.get_by_role("status").first).to_have_text("De plaatsen zijn bewaard.")
        expect(second.first).to_have_value("0")
        first.first.fill("wat")
        page.get_by_role("button", name="De plaatsen bewaren").click()
        expect(page.locator(".field-error").first).to_be_visible()
        expect(first.first).to_have_value("wat")
        assert_accessible(page)
        page.goto("/onderneming/plaatsen/")
        page.get_by_role("button", name=f"Kopieer die van dit jaar naar {next_year}").click()
        expect(first.last).to_have_value("4")
        expect(second.last).to_have_value("0")
        page.get_by_role("button", name="Alles klopt nog").click()
        expect(page.get_by_role("status").first).to_contain_text("bevestigd")
        assert this_year < next_year


def test_one_click_in_a_mail_confirms_the_places(window: Window, site: str) -> None:
    def stale_and_asked() -> str:
        company = company_of(COMPANY)
        places = company.establishments.values("recognitions__workplaces")
        long_ago = timezone.localdate().replace(year=timezone.localdate().year - 1)
        Workplace.objects.filter(pk__in=places).update(confirmed_on=long_ago)
        ask(company, timezone.localdate())
        return str(company)

    name = ask_database(stale_and_asked)
    link = mailed(COMPANY, r"https?://[^/]+(/plaatsen-bevestigen/\S+)")
    with window(size=PHONE) as page:
        page.goto(link)
        expect(page.get_by_text(name).first).to_be_visible()
        page.get_by_role("button", name="Ja, alles klopt nog").click()
        expect(page.get_by_role("status")).to_contain_text("Scholen zien dat")
        assert_accessible(page)
        expect(page.get_by_role("button", name="Ja, alles klopt nog")).to_have_count(0)


def test_a_school_is_answered_in_the_portal(window: Window, page: Page) -> None:
    """The school rings; the company answers in its portal, and the school reads it."""

    def house() -> int:
        recognised = Establishment.objects.filter(
            company=company_of(COMPANY), recognitions__programme__number=88
        )
        return int(recognised.order_by("pk")[0].pk)

    page.goto(
        f"/contactnames/nieuw/?campus=039107-1&programme=88&establishment={ask_database(house)}"
    )
    page.get_by_label("Ik heb gebeld").check()
    if (warned := page.get_by_label("Ik heb de waarschuwingen gelezen")).count():
        warned.check()
    page.get_by_role("button", name="Uitvoeren").click()
    page.wait_for_url(re.compile(r"/contactnames/\d+/$"))
    with window(COMPANY, PHONE) as company:
        company.goto("/")
        waiting = company.get_by_role("listitem").filter(has_text="Antwoorden")
        waiting.last.get_by_role("link", name="Antwoorden").click()
        company.get_by_label("Wij willen de leerling eerst leren kennen").check()
        company.get_by_label("Bericht aan de school").fill("Kom donderdag langs")
        company.get_by_role("button", name="Antwoord versturen").click()
        expect(company.get_by_role("heading", level=1)).to_contain_text("Bedankt")
        assert_accessible(company)
    page.reload()
    expect(page.locator(".timeline li").first).to_contain_text("Kom donderdag langs")
    expect(page.locator(".timeline .state").first).to_contain_text("gesprek")


def test_the_home_leads_to_the_renewal_of_what_ends_soon(window: Window) -> None:
    """What is prefilled stands in test_recognition.py, where it was filled in before."""
    with window(COMPANY) as page:
        page.goto("/")
        page.get_by_role("link", name="Vernieuw de erkenning").first.click()
        renew = page.get_by_role("button", name="Verlengen")
        expect(renew).to_be_visible()
        programme = page.get_by_role("heading", level=1).inner_text()
        renew.click()
        expect(page.get_by_text("verlenging", exact=True)).to_be_visible()
        expect(page.get_by_role("heading", level=1)).to_contain_text(programme)


def test_a_colleague_accepts_an_invitation(window: Window) -> None:
    def colleague() -> str:
        user = User.objects.create_user("collega@radar.example", "een-goed-geheim")
        confirm(user)
        return str(user.email)

    email = ask_database(colleague)
    with window(COMPANY) as page:
        page.goto("/onderneming/gebruikers/")
        page.get_by_label("E-mailadres").fill(email)
        page.get_by_role("button", name="Uitnodigen").click()
        expect(page.get_by_role("row").filter(has_text=email)).to_be_visible()
    with window(email) as page:
        page.goto(mailed(email, r"https?://[^/]+(/uitnodiging/\S+)"))
        page.get_by_role("button", name="Aanvaarden").click()
        expect(page.get_by_role("status").first).to_contain_text("U treedt nu op voor")
