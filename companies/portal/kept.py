"""What the portal keeps of users, and for how long."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date

from django.db.models import Q, QuerySet
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from accounts import audit, personal_data, retention
from accounts.models import User
from accounts.personal_data import Kept, Record
from accounts.retention import Rule
from companies.models import CompanyMembership
from companies.portal.claiming import end_overdue
from companies.portal.claims import Claim, ClaimStatus
from companies.portal.invitations import Invitation
from companies.portal.members import leaves_without_owner


def _memberships(user: User) -> Iterator[Record]:
    for membership in _of(user).order_by("pk"):
        yield {
            "company": membership.company.enterprise_number,
            "name": membership.company.name,
            "role": membership.role,
            "since": membership.since,
            "by_single_sign_on": membership.by_single_sign_on,
        }


def _of(user: User) -> QuerySet[CompanyMembership]:
    return CompanyMembership.objects.filter(user=user).select_related("company")


def _hinders(user: User) -> str | None:
    """A company with other users is handed over first."""
    left = [str(m.company) for m in _of(user).order_by("pk") if leaves_without_owner(m)]
    if not left:
        return None
    return gettext("You are the only owner of %(companies)s. Make somebody else owner first.") % {
        "companies": ", ".join(left)
    }


def _claims(user: User) -> Iterator[Record]:
    for claim in Claim.objects.filter(user=user).select_related("company").order_by("pk"):
        yield {
            "company": claim.company.enterprise_number,
            "proof": claim.proof,
            "status": claim.status,
            "motivation": claim.motivation,
            "opened_at": claim.opened_at,
            "closed_at": claim.closed_at,
            "reason": claim.reason,
        }


def _invitations(user: User) -> Iterator[Record]:
    for invitation in _written_to(user).select_related("company").order_by("pk"):
        yield {
            "company": invitation.company.enterprise_number,
            "email": invitation.email,
            "sent_at": invitation.sent_at,
            "expires_at": invitation.expires_at,
            "accepted_at": invitation.accepted_at,
        }


def _written_to(user: User) -> QuerySet[Invitation]:
    return Invitation.objects.filter(Q(email__iexact=user.email) | Q(accepted_by=user))


def _end_claims(last: date) -> int:
    end_overdue()
    ended = Claim.objects.exclude(status=ClaimStatus.OPEN)
    return ended.filter(closed_at__date__lte=last).delete()[0]


def _end_invitations(last: date) -> int:
    over = Q(expires_at__date__lte=last) | Q(accepted_at__date__lte=last)
    return Invitation.objects.filter(over | Q(withdrawn_at__date__lte=last)).delete()[0]


def register() -> None:
    """Tell what is kept, what ends, and whose changes are noted."""
    for kept in (
        Kept(
            "companies",
            _("The companies that you act for, and your role there"),
            _("To show you the company's own pages, and others nothing of them."),
            _("Until you leave, or an owner removes you. Deleted with your account."),
            lambda user: [_of(user)],
            _memberships,
            forget=lambda user: _of(user).delete(),
            hinders=_hinders,
        ),
        Kept(
            "claims",
            _("Companies that you claimed, and what became of it"),
            _("To let the consultant decide, and to stop who claims what is not hers."),
            _("After the decision. Deleted with your account."),
            lambda user: [Claim.objects.filter(user=user)],
            _claims,
            rule="closed_claims",
            forget=lambda user: Claim.objects.filter(user=user).delete(),
        ),
        Kept(
            "invitations",
            _("Invitations that you got to act for a company"),
            _("To let you in, and to show the company whom it invited."),
            _("After they ended. Deleted with your account."),
            lambda user: [_written_to(user)],
            _invitations,
            rule="ended_invitations",
            forget=lambda user: _written_to(user).delete(),
        ),
    ):
        personal_data.register(kept)
    for rule in (
        Rule("closed_claims", _("Claims of companies, once decided"), _end_claims),
        Rule("ended_invitations", _("Invitations, once they ended"), _end_invitations),
    ):
        retention.register(rule)
    audit.watch(CompanyMembership)
    audit.watch(Claim, "company", "user", "proof", "status", "decided_by", "reason")
    audit.watch(Invitation, "company", "email", "role", "accepted_by", "withdrawn_at")
