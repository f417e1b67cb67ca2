"""Claiming a company: by code, by the consultant, and what is refused with a reason."""

import re
import threading
from datetime import timedelta
from typing import Any

import pytest
import time_machine
from django.core.exceptions import ValidationError
from django.db import IntegrityError, connection, transaction
from django.test import Client
from django.utils import timezone
from post_office.models import Email

from accounts.models import User
from companies.models import Company, CompanyMembership, CompanyRole
from companies.portal import claiming
from companies.portal.claims import Claim, ClaimProof, ClaimStatus
from tests.factories import (
    ClaimFactory,
    CompanyFactory,
    CompanyMembershipFactory,
    EstablishmentFactory,
    ExclusionFactory,
    SchoolMembershipFactory,
    SectorFactory,
    SectorMembershipFactory,
    UserFactory,
)

pytestmark = pytest.mark.django_db


@pytest.fixture
def user(client: Client) -> User:
    user = UserFactory(first_name="Bart", last_name="Smets")
    client.force_login(user)
    return user


@pytest.fixture
def company() -> Company:
    return CompanyFactory(name="Bakkerij Smets", email="info@smets.example", sector=SectorFactory())


def of(company: Company) -> str:
    return f"/ondernemingen/{company.enterprise_number}/"


def by_code(client: Client, company: Company, key: str = "o") -> Any:
    return client.post(f"{of(company)}beheer/code/", {"address": key})


def mailed_code() -> str:
    found = re.search(r"(?m)^[A-Z]{4}-[A-Z]{4}$", Email.objects.order_by("-pk")[0].message)
    assert found
    return found[0]


def test_the_home_leads_to_ones_claim(client: Client, user: User, company: Company) -> None:
    assert 'href="/ondernemingen/"' in client.get("/").content.decode()
    claim = ClaimFactory(company=company, user=user)
    assert f'href="/ondernemingen/aanvragen/{claim.pk}/"' in client.get("/").content.decode()


# Finding ------------------------------------------------------------------------------------------


@pytest.mark.parametrize("typed", ["number", "dotted", "BE", "unit", "bakkerij", "SMETS"])
def test_anybody_finds_a_company(client: Client, company: Company, typed: str) -> None:
    CompanyFactory(name="Een andere")
    number = company.enterprise_number
    unit = EstablishmentFactory(company=company).dotted_number
    forms = {"number": number, "dotted": company.dotted_number, "BE": f"BE {number}", "unit": unit}
    page = client.get("/ondernemingen/", {"q": forms.get(typed, typed)}).content.decode()
    assert of(company) in page
    assert "Een andere" not in page
    assert company.email not in page


def test_too_little_to_look_for_is_said(client: Client) -> None:
    response = client.get("/ondernemingen/", {"q": "ba"})
    assert response.status_code == 400
    assert "minstens drie" in response.content.decode()


def test_a_page_of_companies_takes_few_queries(
    client: Client, django_assert_max_num_queries: Any
) -> None:
    for company in CompanyFactory.create_batch(25, name="Bakkerij"):
        EstablishmentFactory(company=company)
    with django_assert_max_num_queries(4):
        page = client.get("/ondernemingen/?q=bakkerij&page=2").content.decode()
    assert page.count("/ondernemingen/0") == 5


def test_a_company_that_is_not_there(client: Client, user: User) -> None:
    assert client.get("/ondernemingen/0999999922/").status_code == 404
    assert client.get("/ondernemingen/abc/").status_code == 404
    assert client.post("/ondernemingen/0999999922/beheer/code/").status_code == 404


# By code ------------------------------------------------------------------------------------------


def test_the_code_makes_her_owner(client: Client, user: User, company: Company) -> None:
    page = client.get(of(company)).content.decode()
    assert "i•••@smets.example" in page
    assert company.email not in page
    claim = by_code(client, company)["Location"]
    code = mailed_code()
    assert Email.objects.get().to == ["info@smets.example"]
    assert code.replace("-", "") not in str(Claim.objects.values())
    done = client.post(f"{claim}code/", {"code": code.lower().replace("-", " ")})
    assert done["Location"] == "/onderneming/gebruikers/"
    membership = CompanyMembership.objects.get()
    assert (membership.user, membership.role) == (user, CompanyRole.OWNER)
    assert "Bart Smets" in Email.objects.order_by("-pk")[0].message
    assert Claim.objects.get().status == ClaimStatus.ACCEPTED


def test_an_establishments_address_will_do(client: Client, user: User, company: Company) -> None:
    there = EstablishmentFactory(company=company, email="winkel@smets.example")
    stopped = EstablishmentFactory(company=company, email="oud@smets.example", stopped=True)
    assert by_code(client, company, f"v{stopped.pk}").status_code == 400
    assert by_code(client, company, "x").status_code == 400
    assert not Email.objects.exists()
    by_code(client, company, f"v{there.pk}")
    assert Email.objects.get().to == ["winkel@smets.example"]


def test_a_guessed_code_locks(client: Client, user: User, company: Company) -> None:
    claim = by_code(client, company)["Location"]
    code = mailed_code()
    for left in (4, 3, 2, 1):
        page = client.post(f"{claim}code/", {"code": "BCDF-GHJK"})
        assert page.status_code == 400
        assert f"Nog {left} " in page.content.decode()
    locked = client.post(f"{claim}code/", {"code": "BCDF-GHJK"})
    assert "Te veel" in locked.content.decode() or "te veel" in locked.content.decode()
    assert client.post(f"{claim}code/", {"code": code}).status_code == 400
    assert not CompanyMembership.objects.exists()
    again = by_code(client, company)
    assert again.status_code == 400
    assert "foute codes" in again.content.decode()
    asked = client.post(f"{of(company)}beheer/consulent/", {"motivation": "Zaakvoerder"})
    assert asked.status_code == 302


def test_a_wrong_code_counts_even_when_two_come_at_once(
    transactional_db: None, company: Company
) -> None:
    claim = claiming.claim_by_code(company, UserFactory(), "o")

    def guess() -> None:
        try:
            claiming.enter_code(claim, "BCDFGHJK")
        finally:
            connection.close()

    threads = [threading.Thread(target=guess) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    claim.refresh_from_db()
    assert claim.attempts == 4


def test_codes_expire_and_are_throttled(client: Client, user: User, company: Company) -> None:
    with time_machine.travel("2026-11-24 10:00", tick=False) as clock:
        client.force_login(user)
        claim = by_code(client, company)["Location"]
        old = mailed_code()
        soon = client.post(f"{claim}nieuwe-code/", follow=True).content.decode()
        assert "Wacht een minuut" in soon
        for _ in range(2):
            clock.shift(61)
            client.post(f"{claim}nieuwe-code/")
        assert Email.objects.count() == 3
        assert client.post(f"{claim}code/", {"code": old}).status_code == 400
        clock.shift(61)
        often = client.post(f"{claim}nieuwe-code/", follow=True).content.decode()
        assert "3 codes" in often
        assert Email.objects.count() == 3
        newest = mailed_code()
        clock.shift(24 * 3600)
        late = client.post(f"{claim}code/", {"code": newest})
        assert late.status_code == 400
        assert "geëindigd zonder antwoord" in late.content.decode()
    assert not CompanyMembership.objects.exists()


def test_the_company_is_not_flooded_by_several_claimants(company: Company) -> None:
    for _ in range(3):
        claiming.withdraw(claiming.claim_by_code(company, UserFactory(), "o"))
    with pytest.raises(ValidationError, match="3"):
        claiming.claim_by_code(company, UserFactory(), "o")
    assert Email.objects.count() == 3
    assert not Claim.objects.open().exists()


# What is refused ----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("case", "reason"),
    [
        ("stopped", "is gestopt op"),
        ("excluded", "uitgesloten"),
        ("excluded for a time", "uitgesloten van het opleiden van leerlingen tot"),
        ("managed", "Iemand beheert deze onderneming al"),
        ("claimed", "Iemand anders heeft"),
        ("mine", "Ga ermee verder"),
        ("too many", "5 ondernemingen"),
    ],
)
def test_a_claim_is_refused_with_a_reason(
    client: Client, user: User, company: Company, case: str, reason: str
) -> None:
    today = timezone.localdate()
    if case == "stopped":
        Company.objects.update(stopped_on=today - timedelta(days=3))
    elif case == "excluded":
        ExclusionFactory(company=company)
    elif case == "excluded for a time":
        ExclusionFactory(company=company, valid_until=today + timedelta(days=40))
    elif case == "managed":
        CompanyMembershipFactory(company=company)
    elif case == "claimed":
        ClaimFactory(company=company)
    elif case == "mine":
        ClaimFactory(company=company, user=user)
    else:
        for _ in range(5):
            ClaimFactory(user=user, status="withdrawn", closed_at=timezone.now())
    before = Claim.objects.count()
    assert reason in client.get(of(company)).content.decode()
    assert by_code(client, company).status_code == 400
    asked = client.post(f"{of(company)}beheer/consulent/", {"motivation": "Zaakvoerder"})
    assert asked.status_code == 400
    assert Claim.objects.count() == before
    assert not Email.objects.exists()


def test_an_exclusion_that_is_over_hinders_nobody(
    client: Client, user: User, company: Company
) -> None:
    ExclusionFactory(company=company, over=True)
    assert by_code(client, company).status_code == 302


def test_a_company_that_stops_meanwhile_is_not_handed_out(
    client: Client, user: User, company: Company
) -> None:
    claim = by_code(client, company)["Location"]
    Company.objects.update(stopped_on=timezone.localdate())
    refused = client.post(f"{claim}code/", {"code": mailed_code()})
    assert refused.status_code == 400
    assert "is gestopt op" in refused.content.decode()
    assert not CompanyMembership.objects.exists()


def test_the_database_keeps_one_open_claim_per_company(company: Company) -> None:
    ClaimFactory(company=company, status="withdrawn", closed_at=timezone.now())
    ClaimFactory(company=company)
    with pytest.raises(IntegrityError), transaction.atomic():
        ClaimFactory(company=company)


def test_anothers_claim_is_not_there(client: Client, user: User) -> None:
    other = ClaimFactory(proof=ClaimProof.CODE)
    url = f"/ondernemingen/aanvragen/{other.pk}/"
    assert client.get(url).status_code == 404
    for action in ("code", "nieuwe-code", "consulent", "intrekken"):
        assert client.post(f"{url}{action}/", {"code": "x"}).status_code == 404


# By the consultant --------------------------------------------------------------------------------


@pytest.fixture
def consultant(company: Company) -> User:
    return SectorMembershipFactory(sector=company.sector).user


def test_the_consultant_is_asked_and_accepts(
    client: Client, user: User, company: Company, consultant: User
) -> None:
    asked = client.post(f"{of(company)}beheer/consulent/", {"motivation": "Ik ben zaakvoerder."})
    mail = Email.objects.get()
    assert mail.to == [consultant.email]
    assert "Ik ben zaakvoerder." in mail.message
    client.force_login(consultant)
    inbox = client.get("/ondernemingen/aanvragen/").content.decode()
    decision = f"{asked['Location']}beslissen/"
    assert decision in inbox
    assert "Ik ben zaakvoerder." in client.get(decision).content.decode()
    client.post(decision, {"decision": "accept"})
    assert CompanyMembership.objects.get().user == user
    assert client.post(decision, {"decision": "refuse", "reason": "Toch niet"}).status_code == 400
    assert CompanyMembership.objects.exists()
    assert decision not in client.get("/ondernemingen/aanvragen/").content.decode()
    assert decision in client.get("/ondernemingen/aanvragen/?show=decided").content.decode()


def test_a_refusal_needs_a_reason_which_the_claimant_reads(
    client: Client, user: User, company: Company, consultant: User
) -> None:
    claim = ClaimFactory(company=company, user=user)
    url = f"/ondernemingen/aanvragen/{claim.pk}/"
    client.force_login(consultant)
    assert client.post(f"{url}beslissen/", {"decision": "refuse", "reason": " "}).status_code == 400
    client.post(f"{url}beslissen/", {"decision": "refuse", "reason": "Onbekend bij het bedrijf"})
    assert "Onbekend bij het bedrijf" in Email.objects.get().message
    client.force_login(user)
    assert "Onbekend bij het bedrijf" in client.get(url).content.decode()
    assert not CompanyMembership.objects.exists()


def test_a_code_that_never_comes_becomes_a_question_to_the_consultant(
    client: Client, user: User, company: Company, consultant: User
) -> None:
    claim = by_code(client, company)["Location"]
    code = mailed_code()
    client.post(f"{claim}consulent/", {"motivation": "De mailbox is weg."})
    assert Email.objects.order_by("-pk")[0].to == [consultant.email]
    assert client.post(f"{claim}code/", {"code": code}).status_code == 400
    assert Claim.objects.get().proof == ClaimProof.CONSULTANT


def test_without_a_sector_the_fallback_decides_and_without_one_an_administrator(
    client: Client, user: User
) -> None:
    administrator = UserFactory(administrator=True)
    orphan = CompanyFactory()
    client.post(f"{of(orphan)}beheer/consulent/", {"motivation": "Zaakvoerder"})
    assert Email.objects.get().to == [administrator.email]
    fallback = SectorMembershipFactory(sector=SectorFactory(is_fallback=True)).user
    other = SectorMembershipFactory().user
    claim = Claim.objects.get()
    decidable = Claim.objects.decidable_by
    assert list(decidable(fallback)) == list(decidable(administrator)) == [claim]
    assert not decidable(other)
    assert not decidable(user)


def test_the_page_of_a_company_takes_few_queries(
    client: Client, company: Company, consultant: User, django_assert_max_num_queries: Any
) -> None:
    for user in (UserFactory(), consultant, SchoolMembershipFactory().user):
        client.force_login(user)
        with django_assert_max_num_queries(15):
            page = client.get(f"/ondernemingen/{company.enterprise_number}/")
        assert page.context["hindrance"] is None


def test_nobody_waits_for_ever(company: Company) -> None:
    claim = ClaimFactory(company=company)
    with time_machine.travel(timezone.now() + timedelta(days=31)):
        assert claiming.end_overdue() == 1
        claim.refresh_from_db()
        assert claim.status == ClaimStatus.EXPIRED
        claiming.claim_by_consultant(company, UserFactory(), "Zaakvoerder")


def test_the_inbox_takes_few_queries(
    client: Client, company: Company, consultant: User, django_assert_max_num_queries: Any
) -> None:
    for _ in range(30):
        ClaimFactory(company=CompanyFactory(sector=company.sector))
    client.force_login(consultant)
    client.get("/ondernemingen/aanvragen/")
    with django_assert_max_num_queries(10):
        client.get("/ondernemingen/aanvragen/?page=2")
