"""The users of a company: invitations, roles, leaving; never without an owner."""

import re
from datetime import timedelta
from typing import Any

import pytest
import time_machine
from django.core.exceptions import ValidationError
from django.db import IntegrityError, connection
from django.test import Client
from django.utils import timezone
from post_office.models import Email

from accounts.models import User
from companies.models import Company, CompanyMembership, CompanyRole
from companies.portal import inviting, members
from companies.portal.invitations import Invitation
from tests.factories import (
    CompanyFactory,
    CompanyMembershipFactory,
    ExclusionFactory,
    InvitationFactory,
    SchoolMembershipFactory,
    SectorFactory,
    SectorMembershipFactory,
    UserFactory,
)

pytestmark = pytest.mark.django_db
USERS = "/onderneming/gebruikers/"


@pytest.fixture
def company() -> Company:
    return CompanyFactory(sector=SectorFactory())


@pytest.fixture
def owner(client: Client, company: Company) -> CompanyMembership:
    membership = CompanyMembershipFactory(company=company, role="owner")
    client.force_login(membership.user)
    return membership


@pytest.fixture
def member(company: Company, owner: CompanyMembership) -> CompanyMembership:
    return CompanyMembershipFactory(company=company)


def link() -> str:
    found = re.search(r"/(en/)?uitnodiging/\S+", Email.objects.order_by("-pk")[0].message)
    assert found
    return found[0]


def invite(client: Client, email: str = "els@smets.example", role: str = "member") -> Any:
    return client.post(f"{USERS}uitnodigen/", {"email": email, "role": role})


# Invitations --------------------------------------------------------------------------------------


def test_an_invitation_works_once(client: Client, owner: CompanyMembership) -> None:
    invite(client)
    mail = Email.objects.get()
    assert mail.to == ["els@smets.example"]
    assert mail.headers["Reply-To"] == owner.user.email
    address = link()
    assert address.split("/")[-2] not in str(Invitation.objects.values())
    els, other = Client(), Client()
    anonymous = els.get(address)
    assert anonymous["Location"] == f"/aanmelden/?next={address}"
    els.force_login(user := UserFactory())
    assert str(owner.company) in els.get(address).content.decode()
    assert els.post(address).status_code == 302
    membership = CompanyMembership.objects.get(user=user)
    assert (membership.company, membership.role) == (owner.company, CompanyRole.MEMBER)
    other.force_login(UserFactory())
    assert other.post(address).status_code == 400
    assert CompanyMembership.objects.count() == 2
    assert Email.objects.order_by("-pk")[0].to == [owner.user.email]


@pytest.mark.parametrize("why", ["expired", "withdrawn", "renewed", "excluded", "member already"])
def test_a_link_that_no_longer_works(client: Client, owner: CompanyMembership, why: str) -> None:
    user = UserFactory()
    invite(client)
    address, invitation = link(), Invitation.objects.get()
    days = 0
    if why == "expired":
        days = 15
    elif why == "withdrawn":
        client.post(f"/onderneming/uitnodigingen/{invitation.pk}/intrekken/")
    elif why == "renewed":
        client.post(f"/onderneming/uitnodigingen/{invitation.pk}/opnieuw/")
        assert link() != address
    elif why == "excluded":
        ExclusionFactory(company=owner.company)
    else:
        CompanyMembershipFactory(company=owner.company, user=user)
    before = CompanyMembership.objects.count()
    with time_machine.travel(timezone.now() + timedelta(days=days)):
        client.force_login(user)
        response = client.post(address)
    assert response.status_code == (404 if why == "renewed" else 400)
    assert CompanyMembership.objects.count() == before


def test_a_link_made_up(client: Client, owner: CompanyMembership) -> None:
    assert client.get("/uitnodiging/abc/").status_code == 404
    assert client.post("/uitnodiging/abc/").status_code == 404


def test_a_school_or_consultant_invites_the_first_owner(client: Client, company: Company) -> None:
    url = f"/ondernemingen/{company.enterprise_number}/"
    school = SchoolMembershipFactory().user
    client.force_login(school)
    assert "De onderneming uitnodigen" in client.get(url).content.decode()
    client.post(f"{url}uitnodigen/", {"email": "baas@smets.example"})
    address = link()
    client.force_login(SectorMembershipFactory(sector=company.sector).user)
    client.post(f"{url}uitnodigen/", {"email": "hr@smets.example"})
    second = link()
    first, late = UserFactory(), UserFactory()
    client.force_login(first)
    client.post(address)
    assert CompanyMembership.objects.get().role == CompanyRole.OWNER
    # Once somebody owns it, only she invites.
    client.force_login(late)
    assert client.post(second).status_code == 400
    client.force_login(school)
    assert client.post(f"{url}uitnodigen/", {"email": "x@smets.example"}).status_code == 403


@pytest.mark.parametrize("who", ["somebody", "consultant elsewhere", "member"])
def test_others_may_not_invite(client: Client, company: Company, who: str) -> None:
    user = UserFactory()
    if who == "consultant elsewhere":
        SectorMembershipFactory(user=user)
    if who == "member":
        CompanyMembershipFactory(company=company, role="owner")
        CompanyMembershipFactory(company=company, user=user)
    client.force_login(user)
    url = f"/ondernemingen/{company.enterprise_number}/uitnodigen/"
    assert client.post(url, {"email": "a@b.example"}).status_code == 403
    assert invite(client).status_code == (403 if who == "member" else 404)
    assert not Invitation.objects.exists()


def test_an_invitation_is_refused_with_what_was_typed(
    client: Client, owner: CompanyMembership, member: CompanyMembership
) -> None:
    for email in ("geen-adres", member.user.email.upper()):
        page = invite(client, email)
        assert page.status_code == 400
        assert email in page.content.decode()
    for _ in range(20):
        InvitationFactory(company=owner.company)
    assert "20 open uitnodigingen" in invite(client).content.decode()
    assert not Email.objects.exists()


# Roles --------------------------------------------------------------------------------------------


def test_roles_and_removal(
    client: Client, owner: CompanyMembership, member: CompanyMembership
) -> None:
    client.post(f"{USERS}{member.pk}/rol/", {"role": "owner"})
    member.refresh_from_db()
    assert member.role == CompanyRole.OWNER
    asked = client.get(f"{USERS}{member.pk}/verwijderen/")
    assert str(member.user) in asked.content.decode()
    client.post(f"{USERS}{member.pk}/verwijderen/")
    assert not CompanyMembership.objects.filter(pk=member.pk).exists()
    assert Email.objects.get().to == [member.user.email]


def test_handing_over(client: Client, owner: CompanyMembership, member: CompanyMembership) -> None:
    client.post(f"{USERS}overdragen/", {"to": member.pk})
    owner.refresh_from_db()
    member.refresh_from_db()
    assert (owner.role, member.role) == (CompanyRole.MEMBER, CompanyRole.OWNER)
    elsewhere = CompanyMembershipFactory()
    client.force_login(member.user)
    assert client.post(f"{USERS}overdragen/", {"to": elsewhere.pk}).status_code == 400


def test_the_last_owner_stays_until_somebody_else_owns(
    client: Client, owner: CompanyMembership, member: CompanyMembership
) -> None:
    assert "enige eigenaar" in client.get(f"{USERS}verlaten/").content.decode()
    client.post(f"{USERS}verlaten/")
    client.post(f"{USERS}{owner.pk}/rol/", {"role": "member"})
    client.post(f"{USERS}{owner.pk}/verwijderen/")
    owner.refresh_from_db()
    assert owner.role == CompanyRole.OWNER
    members.remove(member)
    client.post(f"{USERS}verlaten/")
    assert not CompanyMembership.objects.exists()


def test_the_database_refuses_a_company_without_an_owner(
    owner: CompanyMembership, member: CompanyMembership
) -> None:
    CompanyMembership.objects.filter(pk=owner.pk).delete()
    with pytest.raises(IntegrityError, match="needs an owner"):
        connection.check_constraints()


def test_a_member_changes_nothing(
    client: Client, owner: CompanyMembership, member: CompanyMembership
) -> None:
    invitation = InvitationFactory(company=owner.company)
    client.force_login(member.user)
    page = client.get(USERS).content.decode()
    assert invitation.email in page
    assert "uitnodigen/" not in page
    for path in (
        "uitnodigen/",
        "overdragen/",
        f"{owner.pk}/rol/",
        f"{owner.pk}/verwijderen/",
    ):
        assert client.post(f"{USERS}{path}", {"role": "member"}).status_code == 403
    assert client.post(f"{USERS}verlaten/").status_code == 302
    assert not CompanyMembership.objects.filter(pk=member.pk).exists()


def test_another_companys_users_are_not_there(client: Client, owner: CompanyMembership) -> None:
    other = CompanyMembershipFactory()
    invitation = InvitationFactory(company=other.company)
    for path in (
        f"{USERS}{other.pk}/rol/",
        f"{USERS}{other.pk}/verwijderen/",
        f"/onderneming/uitnodigingen/{invitation.pk}/opnieuw/",
        f"/onderneming/uitnodigingen/{invitation.pk}/intrekken/",
    ):
        assert client.post(path, {"role": "member"}).status_code == 404
    client.force_login(UserFactory())
    assert client.get(USERS).status_code == 404


# Several companies --------------------------------------------------------------------------------


def test_one_person_acts_for_several_companies(client: Client, owner: CompanyMembership) -> None:
    second = CompanyMembershipFactory(
        user=owner.user, company=CompanyFactory(name="Zagerij"), role="owner"
    )
    assert str(owner.company) in client.get(USERS).content.decode()
    assert "onderneming/wisselen/" in client.get("/").content.decode()
    client.post("/onderneming/wisselen/", {"company": second.company_id})
    assert "Zagerij ·" in client.get(USERS).content.decode()
    for other in (CompanyFactory().pk, "x", "9" * 30, ""):
        assert client.post("/onderneming/wisselen/", {"company": other}).status_code == 404
    assert "Zagerij ·" in client.get(USERS).content.decode()
    members.leave(second)
    assert "Zagerij ·" not in client.get(USERS).content.decode()


def test_an_accepted_invitation_with_no_owner_left_makes_one(
    owner: CompanyMembership,
) -> None:
    invitation = InvitationFactory(company=owner.company)
    members.leave(owner)
    assert inviting.accept(invitation, UserFactory()).role == CompanyRole.OWNER


def test_who_invited_too_many_today_goes_on_tomorrow(company: Company) -> None:
    school = SchoolMembershipFactory().user
    InvitationFactory.create_batch(50, invited_by=school)
    with pytest.raises(ValidationError, match="50"):
        inviting.invite(company, "x@y.example", CompanyRole.OWNER, school)


def test_users_page_takes_few_queries(
    client: Client, owner: CompanyMembership, django_assert_max_num_queries: Any
) -> None:
    CompanyMembershipFactory.create_batch(15, company=owner.company)
    InvitationFactory.create_batch(10, company=owner.company)
    client.get(USERS)
    with django_assert_max_num_queries(11):
        client.get(USERS)


def test_who_saw_whom_is_noted(
    owner: CompanyMembership, member: CompanyMembership, client: Client
) -> None:
    from auditlog.models import LogEntry

    client.get(USERS)
    entry = LogEntry.objects.get(action=LogEntry.Action.ACCESS)
    assert (entry.actor, entry.object_id) == (owner.user, member.user_id)
    assert isinstance(entry.actor, User)
