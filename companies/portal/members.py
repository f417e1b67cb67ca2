"""The users of a company: roles, leaving, handing over; never without an owner.

The database refuses a company whose last owner goes while others stay (`company_keeps_owner`);
these actions refuse it with a reason.
"""

from __future__ import annotations

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils.translation import gettext as _

from companies.models import Company, CompanyMembership, CompanyRole
from radar.web import mail


def is_last_owner(membership: CompanyMembership) -> bool:
    """Whether the company has no other owner."""
    others = CompanyMembership.objects.filter(
        company=membership.company_id, role=CompanyRole.OWNER
    ).exclude(pk=membership.pk)
    return membership.role == CompanyRole.OWNER and not others.exists()


def leaves_without_owner(membership: CompanyMembership) -> bool:
    """Whether others would stay without an owner if this user went."""
    others = CompanyMembership.objects.filter(company=membership.company_id)
    return is_last_owner(membership) and others.exclude(pk=membership.pk).exists()


@transaction.atomic
def change_role(membership: CompanyMembership, role: CompanyRole) -> None:
    """Give a user another role. Refused when the last owner would become a member."""
    membership = _locked(membership)
    if role != CompanyRole.OWNER and is_last_owner(membership):
        raise ValidationError(_("A company needs an owner. Make somebody else owner first."))
    membership.role = role
    membership.save(update_fields=["role"])


@transaction.atomic
def remove(membership: CompanyMembership) -> None:
    """End that a user acts for a company, and tell her."""
    membership = _locked(membership)
    _refuse_last_owner(membership)
    membership.delete()
    user = membership.user
    mail.send("member_removed", user.email, {"company": membership.company}, language=user.language)


@transaction.atomic
def leave(membership: CompanyMembership) -> None:
    """Stop acting for a company. Who is alone may go: then it can be claimed anew."""
    membership = _locked(membership)
    _refuse_last_owner(membership)
    membership.delete()


@transaction.atomic
def hand_over(membership: CompanyMembership, to: CompanyMembership) -> None:
    """Make another user the owner in one's own place; one stays as a member."""
    Company.objects.select_for_update().get(pk=membership.company_id)
    if to.company_id != membership.company_id or to.pk == membership.pk:
        raise ValidationError(_("Choose another user of this company."))
    to.role, membership.role = CompanyRole.OWNER, CompanyRole.MEMBER
    to.save(update_fields=["role"])
    membership.save(update_fields=["role"])
    mail.send("handed_over", to.user.email, {"membership": to}, language=to.user.language)


def _refuse_last_owner(membership: CompanyMembership) -> None:
    if leaves_without_owner(membership):
        raise ValidationError(_("A company needs an owner. Make somebody else owner first."))


def _locked(membership: CompanyMembership) -> CompanyMembership:
    """The membership as it is now, under its company's lock: of two owners who leave at once one
    is refused.
    """
    Company.objects.select_for_update().get(pk=membership.company_id)
    return CompanyMembership.objects.select_related("company", "user").get(pk=membership.pk)
