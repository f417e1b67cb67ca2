"""Claims: somebody asks to manage a company, and proves that she may."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import ClassVar, Self

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Now
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from accounts.models import User
from companies.models import Company
from schools.models import Sector

#: How long a mailed code works, and how often it may be typed wrong.
CODE_LIFE = timedelta(hours=24)
MAX_ATTEMPTS = 5
#: Codes to one company within a day, over all who claim it, and how soon after each other.
MAX_CODES = 3
CODE_PAUSE = timedelta(minutes=1)
#: How long a consultant has before an unanswered claim ends.
DECISION_TIME = timedelta(days=30)
#: Claims that one user makes within a day.
MAX_CLAIMS = 5
#: How long after a locked code the same user cannot try a code for that company again.
LOCK = timedelta(days=7)


class ClaimProof(models.TextChoices):
    """How somebody proves that she may act for a company."""

    CODE = "code", _("a code mailed to the company")
    CONSULTANT = "consultant", _("approval of the sector consultant")


class ClaimStatus(models.TextChoices):
    """Where a claim stands. All but the first are final."""

    OPEN = "open", pgettext_lazy("claim", "open")
    ACCEPTED = "accepted", _("accepted")
    REFUSED = "refused", _("refused")
    WITHDRAWN = "withdrawn", _("withdrawn")
    LOCKED = "locked", _("locked after wrong codes")
    EXPIRED = "expired", _("expired")


class ClaimQuerySet(models.QuerySet["Claim"]):
    def open(self) -> Self:
        """Those that still can be decided: not closed, and not past their end."""
        return self.filter(status=ClaimStatus.OPEN, expires_at__gt=timezone.now())

    def overdue(self) -> Self:
        """Those whose end has passed, and that nobody closed yet."""
        return self.filter(status=ClaimStatus.OPEN, expires_at__lte=timezone.now())

    def for_consultants(self) -> Self:
        """Those that ask a consultant, whatever became of them."""
        return self.filter(proof=ClaimProof.CONSULTANT)

    def decidable_by(self, user: User) -> Self:
        """Those that a user may decide: of companies of her sectors; all for an administrator.

        A company without a sector is the fallback's.
        """
        if user.is_superuser:
            return self
        hers = Sector.objects.filter(memberships__user=user)
        return self.filter(
            Q(company__sector__in=hers)
            | Q(company__sector__isnull=True) & Q(models.Exists(hers.filter(is_fallback=True)))
        )


class Claim(models.Model):
    """Aanvraag tot beheer van een onderneming, by a user who does not act for it yet."""

    company = models.ForeignKey(
        Company, on_delete=models.CASCADE, related_name="claims", verbose_name=_("company")
    )
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.CASCADE,
        related_name="company_claims",
        verbose_name=_("user"),
    )
    proof = models.CharField(_("proof"), max_length=10, choices=ClaimProof)
    status = models.CharField(
        _("status"), max_length=9, choices=ClaimStatus, default=ClaimStatus.OPEN
    )
    motivation = models.TextField(
        _("why you may act for the company"),
        max_length=1000,
        blank=True,
        help_text=_("Your function, and how the consultant can check it."),
    )
    opened_at = models.DateTimeField(_("opened at"), db_default=Now(), editable=False)
    expires_at = models.DateTimeField(_("ends at"))
    closed_at = models.DateTimeField(_("closed at"), null=True, blank=True)
    #: Where the code went, and a fingerprint of it; the code itself is only in the mail.
    address = models.EmailField(_("code sent to"), blank=True)
    code_hash = models.CharField(max_length=64, blank=True, editable=False)
    codes_sent = models.PositiveSmallIntegerField(_("codes sent"), default=0)
    code_sent_at = models.DateTimeField(_("code sent at"), null=True, blank=True)
    attempts = models.PositiveSmallIntegerField(_("wrong codes"), default=0)
    decided_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.SET_NULL,
        related_name="+",
        null=True,
        blank=True,
        verbose_name=_("decided by"),
    )
    reason = models.TextField(_("reason"), max_length=1000, blank=True)

    objects = ClaimQuerySet.as_manager()

    class Meta:
        ordering = ("opened_at", "pk")
        verbose_name = _("claim of a company")
        verbose_name_plural = _("claims of companies")
        constraints: ClassVar[tuple[models.BaseConstraint, ...]] = (
            models.UniqueConstraint(
                fields=("company",),
                condition=Q(status=ClaimStatus.OPEN),
                name="claim_one_open_per_company",
                violation_error_message=_("A claim of this company is open already."),
            ),
            models.CheckConstraint(
                name="claim_closed_or_open",
                condition=Q(status=ClaimStatus.OPEN, closed_at__isnull=True)
                | ~Q(status=ClaimStatus.OPEN) & Q(closed_at__isnull=False),
                violation_error_message=_("A claim that is not open has a moment of closing."),
            ),
            models.CheckConstraint(
                name="claim_attempts_limited",
                condition=Q(attempts__lte=MAX_ATTEMPTS),
                violation_error_message=_("There were too many wrong codes."),
            ),
            models.CheckConstraint(
                name="claim_ends_after_opening",
                condition=Q(expires_at__gt=F("opened_at")),
                violation_error_message=_("The end lies before the start."),
            ),
            models.CheckConstraint(
                name="claim_refused_with_reason",
                condition=~Q(status=ClaimStatus.REFUSED, reason=""),
                violation_error_message=_("Say why the claim is refused."),
            ),
        )

    def __str__(self) -> str:
        return f"{self.user} · {self.company}"

    @property
    def is_open(self) -> bool:
        return self.status == ClaimStatus.OPEN and self.expires_at > timezone.now()

    @property
    def attempts_left(self) -> int:
        return MAX_ATTEMPTS - self.attempts

    def close(self, status: ClaimStatus, *, at: datetime | None = None) -> None:
        """End it; the code no longer works."""
        self.status, self.closed_at, self.code_hash = status, at or timezone.now(), ""
        self.save()
