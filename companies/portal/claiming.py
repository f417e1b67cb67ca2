"""Claiming a company: what hinders it, the code that proves it, and the consultant's decision.

Each step is an action: who may, what is refused, the change, the mail; one transaction. Refusals
are ValidationErrors with a text for the screen. Every action locks the company first, so that of
two who claim it at once one is refused.
"""

from __future__ import annotations

import secrets
from datetime import date, timedelta

from django.core.exceptions import PermissionDenied, ValidationError
from django.db import transaction
from django.db.models import Sum
from django.urls import reverse
from django.utils import timezone
from django.utils.crypto import constant_time_compare, salted_hmac
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from accounts.models import User
from companies.models import Company, CompanyMembership, CompanyRole, Exclusion
from companies.portal.claims import (
    CODE_LIFE,
    CODE_PAUSE,
    DECISION_TIME,
    LOCK,
    MAX_ATTEMPTS,
    MAX_CLAIMS,
    MAX_CODES,
    Claim,
    ClaimProof,
    ClaimStatus,
)
from radar.web import mail
from schools.models import Sector

#: No vowels, so that no words appear, and nothing that is read for something else.
ALPHABET = "BCDFGHJKLMNPQRSTVWXZ"
CODE_LENGTH = 8


def closed_to_users(company: Company, today: date) -> str | None:
    """Why nobody can come to act for a company; None when somebody can."""
    if company.stopped_on:
        return _("This company stopped on %(day)s.") % {
            "day": date_format(company.stopped_on, "SHORT_DATE_FORMAT")
        }
    exclusion = Exclusion.objects.in_force_on(today).filter(company=company).first()
    if exclusion is None:
        return None
    if exclusion.valid_until is None:
        return _("This company is excluded from training pupils.")
    return _("This company is excluded from training pupils until %(day)s.") % {
        "day": date_format(exclusion.valid_until, "SHORT_DATE_FORMAT")
    }


def hindrance(company: Company, user: User, today: date) -> str | None:
    """Why a user cannot claim a company now; None when she can."""
    if reason := closed_to_users(company, today):
        return reason
    members = set(company.memberships.order_by().values_list("user", flat=True))
    if user.pk in members:
        return _("You act for this company already.")
    if members:
        return _("Somebody manages this company already. Ask a colleague to invite you.")
    waiting = Claim.objects.open().filter(company=company).first()
    if waiting and waiting.user_id == user.pk:
        return _("You have claimed this company already.")
    if waiting:
        return _("Somebody else has claimed this company. That claim ends on %(day)s at last.") % {
            "day": date_format(timezone.localdate(waiting.expires_at), "SHORT_DATE_FORMAT")
        }
    yesterday = timezone.now() - timedelta(days=1)
    if Claim.objects.filter(user=user, opened_at__gt=yesterday).count() >= MAX_CLAIMS:
        return _("You claimed %(n)s companies today. Try again tomorrow.") % {"n": MAX_CLAIMS}
    return None


def addresses(company: Company) -> dict[str, str]:
    """The addresses on file that a code can go to, by a key that gives none of them away."""
    found = {"o": company.email}
    for establishment in company.establishments.active().order_by("unit_number"):
        found[f"v{establishment.pk}"] = establishment.email
    keys: dict[str, str] = {}
    for key, address in found.items():
        if address and address.lower() not in map(str.lower, keys.values()):
            keys[key] = address
    return keys


def masked(address: str) -> str:
    """An address that its owner recognises and a stranger cannot use: `l•••@bakker.example`."""
    name, _at, domain = address.partition("@")
    return f"{name[:1]}•••@{domain}"


@transaction.atomic
def claim_by_code(company: Company, user: User, key: str) -> Claim:
    """Open a claim, and mail a code to one of the company's addresses on file."""
    company = _locked(company)
    address = addresses(company).get(key)
    if address is None:
        raise ValidationError({"address": _("Choose one of the addresses.")})
    _refuse_after_lock(company, user)
    claim = _opened(company, user, ClaimProof.CODE, CODE_LIFE, address=address)
    _send_code(claim)
    return claim


@transaction.atomic
def claim_by_consultant(company: Company, user: User, motivation: str) -> Claim:
    """Open a claim that waits for the consultants of the competent sector, and write to them."""
    claim = _opened(
        _locked(company), user, ClaimProof.CONSULTANT, DECISION_TIME, motivation=motivation
    )
    _tell_consultants(claim)
    return claim


@transaction.atomic
def ask_consultant_instead(claim: Claim, motivation: str) -> Claim:
    """Let the consultant decide on a claim whose code does not arrive."""
    claim = _open_and_locked(claim)
    claim.proof, claim.motivation = ClaimProof.CONSULTANT, motivation
    claim.expires_at, claim.code_hash, claim.address = timezone.now() + DECISION_TIME, "", ""
    claim.full_clean()
    claim.save()
    _tell_consultants(claim)
    return claim


@transaction.atomic
def send_another_code(claim: Claim) -> None:
    """Mail a new code; the one before no longer works. Refused too soon and too often."""
    claim = _open_and_locked(claim)
    if claim.proof != ClaimProof.CODE:
        raise ValidationError(_("This claim waits for the consultant."))
    if claim.code_sent_at and timezone.now() < claim.code_sent_at + CODE_PAUSE:
        raise ValidationError(_("Wait a minute before you ask another code."))
    _send_code(claim)


def enter_code(claim: Claim, code: str) -> bool:
    """Try a code: whether it was right, and the claim with it accepted.

    A wrong one is counted even when everything around this fails; the fifth locks the claim. Raises
    ValidationError for a claim that is no longer open, or a company that can no longer be claimed.
    """
    with transaction.atomic():
        claim = _open_and_locked(claim)
        if constant_time_compare(_hash(claim, normal(code)), claim.code_hash):
            _accept(claim)
            return True
        claim.attempts += 1
        if claim.attempts >= MAX_ATTEMPTS:
            claim.close(ClaimStatus.LOCKED)
        else:
            claim.save()
        return False


@transaction.atomic
def withdraw(claim: Claim) -> None:
    """Take a claim back; doing it twice changes nothing."""
    claim = Claim.objects.select_for_update().get(pk=claim.pk)
    if claim.status == ClaimStatus.OPEN:
        claim.close(ClaimStatus.WITHDRAWN)


@transaction.atomic
def decide(claim: Claim, consultant: User, *, accept: bool, reason: str = "") -> Claim:
    """The consultant's decision. Refused for a claim of another sector (PermissionDenied) and for
    one that is no longer open; a refusal needs a reason.
    """
    claim = _open_and_locked(claim)
    asked = Claim.objects.for_consultants().decidable_by(consultant)
    if not asked.filter(pk=claim.pk).exists():
        raise PermissionDenied
    claim.decided_by, claim.reason = consultant, reason.strip()
    if accept:
        _accept(claim)
        return claim
    if not claim.reason:
        raise ValidationError({"reason": _("Say why the claim is refused.")})
    claim.close(ClaimStatus.REFUSED)
    mail.send(
        "claim_refused",
        claim.user.email,
        {"claim": claim, "address": reverse("claim", args=[claim.pk])},
        language=claim.user.language,
    )
    return claim


def end_overdue() -> int:
    """Close the claims whose end has passed. Gives how many."""
    overdue = Claim.objects.overdue()
    return overdue.update(status=ClaimStatus.EXPIRED, closed_at=timezone.now(), code_hash="")


def normal(code: str) -> str:
    """A code as typed, without what people put between its letters."""
    return "".join(letter for letter in code.upper() if letter.isalnum())


def _locked(company: Company) -> Company:
    return Company.objects.select_for_update().get(pk=company.pk)


def _open_and_locked(claim: Claim) -> Claim:
    """The claim as it is now, under its company's lock and its own."""
    _locked(claim.company)
    claim = Claim.objects.select_for_update(of=("self",)).select_related("company").get(pk=claim.pk)
    if not claim.is_open:
        raise ValidationError(_("This claim is no longer open."), code="closed")
    return claim


def _refuse_after_lock(company: Company, user: User) -> None:
    locked = Claim.objects.filter(
        company=company,
        user=user,
        status=ClaimStatus.LOCKED,
        closed_at__gt=timezone.now() - LOCK,
    )
    if locked.exists():
        raise ValidationError(
            _("There were too many wrong codes. Ask the sector consultant, or wait a week."),
            code="locked",
        )


def _opened(
    company: Company, user: User, proof: ClaimProof, life: timedelta, **fields: str
) -> Claim:
    """A new claim of a company that is locked."""
    Claim.objects.overdue().filter(company=company).update(
        status=ClaimStatus.EXPIRED, closed_at=timezone.now(), code_hash=""
    )
    if reason := hindrance(company, user, timezone.localdate()):
        raise ValidationError(reason, code="hindered")
    now = timezone.now()
    claim = Claim(
        company=company, user=user, proof=proof, opened_at=now, expires_at=now + life, **fields
    )
    claim.full_clean()
    claim.save()
    return claim


def _send_code(claim: Claim) -> None:
    """A new code to the claim's address, as long as the company has not got too many today."""
    today = Claim.objects.filter(
        company=claim.company, code_sent_at__gt=timezone.now() - timedelta(days=1)
    )
    if (today.aggregate(n=Sum("codes_sent"))["n"] or 0) >= MAX_CODES:
        raise ValidationError(
            _("This company was sent %(n)s codes today. Try again tomorrow.") % {"n": MAX_CODES},
            code="throttled",
        )
    code = "".join(secrets.choice(ALPHABET) for _nth in range(CODE_LENGTH))
    claim.code_hash = _hash(claim, code)
    claim.codes_sent += 1
    claim.code_sent_at = timezone.now()
    claim.expires_at = claim.code_sent_at + CODE_LIFE
    claim.save()
    half = CODE_LENGTH // 2
    mail.send("claim_code", claim.address, {"claim": claim, "code": f"{code[:half]}-{code[half:]}"})


def _hash(claim: Claim, code: str) -> str:
    return salted_hmac(f"claim.{claim.pk}", code, algorithm="sha256").hexdigest()


def _accept(claim: Claim) -> None:
    """Make the claimant the owner; the company, and she, are told."""
    company = claim.company
    if reason := closed_to_users(company, timezone.localdate()):
        raise ValidationError(reason, code="hindered")
    if company.memberships.exists():
        raise ValidationError(_("Somebody manages this company already."), code="hindered")
    CompanyMembership.objects.create(user=claim.user, company=company, role=CompanyRole.OWNER)
    claim.close(ClaimStatus.ACCEPTED)
    if claim.proof == ClaimProof.CONSULTANT:
        mail.send(
            "claim_accepted", claim.user.email, {"claim": claim}, language=claim.user.language
        )
    if company.email:
        mail.send("company_claimed", company.email, {"company": company, "user": claim.user})


def _tell_consultants(claim: Claim) -> None:
    """Write to who may decide: the sector's consultants; where it has none, administrators."""
    sector = claim.company.sector or Sector.objects.filter(is_fallback=True).first()
    deciders = User.objects.filter(is_active=True)
    consultants = deciders.filter(sectormemberships__sector=sector) if sector else deciders.none()
    for user in consultants.order_by("pk") or deciders.filter(is_superuser=True).order_by("pk"):
        mail.send(
            "claim_waiting",
            user.email,
            {"claim": claim, "address": reverse("claim-decision", args=[claim.pk])},
            language=user.language,
        )
