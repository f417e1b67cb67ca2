"""What single sign-on says becomes memberships, and what it no longer says ends.

The provider names the organisation that somebody logs in for, so that the memberships it gave are
exactly those of the last login. Memberships made here in another way are never touched.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django.conf import settings
from django.db import transaction

from accounts.memberships import Membership
from accounts.models import User
from accounts.single_sign_on import ClaimRules, Grant, SignOnRole, claims_of, grants, names
from companies.models import Company, CompanyMembership, CompanyRole
from companies.portal import members
from schools.models import School, SchoolMembership, Sector, SectorMembership


def logged_in(user: User, sociallogin: Any = None, **signal: Any) -> None:
    """Receiver of allauth's `user_logged_in`: bring name and memberships up to date."""
    if sociallogin is None:
        return
    claims = claims_of(sociallogin)
    for field, value in names(claims):
        setattr(user, field, value)
    user.save(update_fields=["first_name", "last_name"])
    mirror(user, grants(claims, ClaimRules.from_settings()))


@transaction.atomic
def mirror(user: User, given: Iterable[Grant]) -> None:
    """Let the memberships that single sign-on gave be those that it gives now."""
    wanted: dict[type[Membership], set[int]] = {
        SchoolMembership: set(),
        SectorMembership: set(),
        CompanyMembership: set(),
    }
    for grant in sorted(given):
        if membership := _granted(user, grant):
            wanted[type(membership)].add(membership.pk)
    for model, kept in wanted.items():
        gone = model._default_manager.filter(user=user, by_single_sign_on=True).exclude(pk__in=kept)
        for membership in gone:
            _end(membership)


def _granted(user: User, grant: Grant) -> Membership | None:
    """The membership of a grant, made where there is none; None for an unknown organisation."""
    new = {"by_single_sign_on": True}
    if grant.role == SignOnRole.COORDINATOR:
        school = School.objects.filter(number=grant.code.zfill(6)).first()
        if school is None:
            return None
        return SchoolMembership.objects.get_or_create(user=user, school=school, defaults=new)[0]
    if grant.role == SignOnRole.CONSULTANT:
        known = {code.upper(): slug for code, slug in settings.SINGLE_SIGN_ON_SECTORS.items()}
        sector = Sector.objects.filter(slug=known.get(grant.code)).first()
        if sector is None:
            return None
        return SectorMembership.objects.get_or_create(user=user, sector=sector, defaults=new)[0]
    return _company_membership(user, grant)


def _company_membership(user: User, grant: Grant) -> CompanyMembership | None:
    """Of a company in business. Its first user owns it, whatever her role: it needs an owner."""
    number = grant.code.removeprefix("BE")
    company = Company.objects.active().select_for_update().filter(enterprise_number=number).first()
    if company is None:
        return None
    owned = company.memberships.filter(role=CompanyRole.OWNER).exists()
    owns = grant.role == SignOnRole.COMPANY_OWNER or not owned
    role = CompanyRole.OWNER if owns else CompanyRole.MEMBER
    membership, _made = CompanyMembership.objects.get_or_create(
        user=user, company=company, defaults={"role": role, "by_single_sign_on": True}
    )
    if membership.by_single_sign_on and owns and membership.role != role:
        membership.role = role
        membership.save(update_fields=["role"])
    return membership


def _end(membership: Membership) -> None:
    """Take a membership away. The user of longest standing follows the last owner of a company."""
    if isinstance(membership, CompanyMembership) and members.leaves_without_owner(membership):
        others = CompanyMembership.objects.filter(company=membership.company_id)
        heir = others.exclude(pk=membership.pk).order_by("since", "pk")[0]
        members.change_role(heir, CompanyRole.OWNER)
    membership.delete()
