"""Inviting somebody to act for a company, and accepting it. Refusals are ValidationErrors."""

from __future__ import annotations

import secrets
from datetime import timedelta

from django.core.exceptions import PermissionDenied, ValidationError
from django.db import transaction
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import override

from accounts.models import User
from companies.models import Company, CompanyMembership, CompanyRole
from companies.portal.claiming import closed_to_users
from companies.portal.invitations import (
    LIFE,
    MAX_A_DAY,
    MAX_OPEN,
    Invitation,
    InvitedBy,
    fingerprint,
)
from radar.web import mail
from schools.models import SchoolMembership, Sector


def capacity(user: User, company: Company) -> InvitedBy | None:
    """In which capacity a user may invite to a company now; None when she may not.

    An owner may invite colleagues. While nobody manages the company, a coordinator of any school
    and a consultant of its sector may invite its first owner.
    """
    roles = dict(company.memberships.order_by().values_list("user", "role"))
    if roles.get(user.pk) == CompanyRole.OWNER:
        return InvitedBy.COMPANY
    if roles:
        return None
    hers = Sector.objects.filter(memberships__user=user)
    competent = (
        hers.filter(pk=company.sector_id) if company.sector_id else hers.filter(is_fallback=True)
    )
    if user.is_superuser or competent.exists():
        return InvitedBy.CONSULTANT
    if SchoolMembership.objects.filter(user=user).exists():
        return InvitedBy.SCHOOL
    return None


@transaction.atomic
def invite(company: Company, email: str, role: CompanyRole, by: User) -> Invitation:
    """Mail a link with which somebody comes to act for a company.

    An invitation to the same address that is still open is renewed; its old link no longer works.
    Raises PermissionDenied for who may not invite.
    """
    company = Company.objects.select_for_update().get(pk=company.pk)
    invited_as = capacity(by, company)
    if invited_as is None:
        raise PermissionDenied
    if reason := closed_to_users(company, timezone.localdate()):
        raise ValidationError(reason)
    if company.memberships.filter(user__email__iexact=email).exists():
        raise ValidationError({"email": _("Who has this address acts for the company already.")})
    _refuse_too_many(company, email, by, invited_as)
    secret = secrets.token_urlsafe(32)
    # Who manages the company decides on roles; its first user owns it.
    role = role if invited_as == InvitedBy.COMPANY else CompanyRole.OWNER
    open_one = company.invitations.unanswered().filter(email__iexact=email).first()
    invitation = open_one or Invitation(company=company, email=email.lower())
    now = timezone.now()
    invitation.role, invitation.capacity, invitation.invited_by = role, invited_as, by
    invitation.link_hash = fingerprint(secret)
    invitation.sent_at, invitation.expires_at = now, now + LIFE
    invitation.full_clean()
    invitation.save()
    # Written in the inviter's language, which the link then opens in.
    with override(by.language):
        address = reverse("invitation", args=[secret])
    mail.send(
        "invitation",
        invitation.email,
        {"invitation": invitation, "inviter": by, "address": address},
        language=by.language,
        reply_to=by.email,
    )
    return invitation


@transaction.atomic
def withdraw(invitation: Invitation) -> None:
    """Make the link lead nowhere; an invitation that was answered stays as it was."""
    Invitation.objects.unanswered().filter(pk=invitation.pk).update(withdrawn_at=timezone.now())


def found(secret: str) -> Invitation | None:
    """The invitation that a link leads to, whatever became of it."""
    return (
        Invitation.objects.select_related("company", "invited_by")
        .filter(link_hash=fingerprint(secret))
        .first()
    )


@transaction.atomic
def accept(invitation: Invitation, user: User) -> CompanyMembership:
    """Let a user act for the company. Her address may be another than the one that was written to:
    the link proves that she reads that mailbox.
    """
    company = Company.objects.select_for_update().get(pk=invitation.company_id)
    invitation = Invitation.objects.select_for_update().get(pk=invitation.pk)
    if not invitation.is_open:
        raise ValidationError(_("This invitation no longer works. Ask for another one."))
    if reason := closed_to_users(company, timezone.localdate()):
        raise ValidationError(reason)
    if company.memberships.filter(user=user).exists():
        raise ValidationError(_("You act for this company already."))
    if invitation.capacity != InvitedBy.COMPANY and company.memberships.exists():
        raise ValidationError(_("Somebody manages this company already. Ask a colleague."))
    membership = CompanyMembership.objects.create(
        user=user, company=company, role=_role(company, invitation)
    )
    invitation.accepted_at, invitation.accepted_by = timezone.now(), user
    invitation.save()
    if invitation.invited_by:
        mail.send(
            "invitation_accepted",
            invitation.invited_by.email,
            {"invitation": invitation, "user": user},
            language=invitation.invited_by.language,
        )
    return membership


def _role(company: Company, invitation: Invitation) -> str:
    """The first one owns the company: who invited her may have left meanwhile."""
    owned = company.memberships.filter(role=CompanyRole.OWNER).exists()
    return invitation.role if owned else CompanyRole.OWNER


def _refuse_too_many(company: Company, email: str, by: User, invited_as: InvitedBy) -> None:
    others = company.invitations.open().exclude(email__iexact=email)
    if others.count() >= MAX_OPEN:
        raise ValidationError(_("There are %(n)s open invitations already.") % {"n": MAX_OPEN})
    if invited_as != InvitedBy.COMPANY:
        sent = Invitation.objects.filter(
            invited_by=by, sent_at__gt=timezone.now() - timedelta(days=1)
        )
        if sent.count() >= MAX_A_DAY:
            raise ValidationError(
                _("You invited %(n)s people today. Go on tomorrow.") % {"n": MAX_A_DAY}
            )
