"""Invitations to act for a company, by a secret link that ends by itself."""

from __future__ import annotations

import hashlib
from datetime import timedelta
from typing import ClassVar, Self

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Lower, Now
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from companies.models import Company, CompanyRole

#: How long the link works.
LIFE = timedelta(days=14)
#: Open invitations of one company, and what one inviter of a school or a sector sends in a day.
MAX_OPEN = 20
MAX_A_DAY = 50


class InvitedBy(models.TextChoices):
    """In which capacity somebody invites."""

    COMPANY = "company", _("the company")
    SCHOOL = "school", _("a school")
    CONSULTANT = "consultant", _("the sector consultant")


class InvitationQuerySet(models.QuerySet["Invitation"]):
    def unanswered(self) -> Self:
        return self.filter(accepted_at__isnull=True, withdrawn_at__isnull=True)

    def open(self) -> Self:
        """Those whose link works."""
        return self.unanswered().filter(expires_at__gt=timezone.now())


class Invitation(models.Model):
    """Uitnodiging: who has the link may act for the company. Only a fingerprint of it is kept."""

    company = models.ForeignKey(
        Company, on_delete=models.CASCADE, related_name="invitations", verbose_name=_("company")
    )
    email = models.EmailField(_("e-mail address"))
    role = models.CharField(_("role"), max_length=6, choices=CompanyRole)
    capacity = models.CharField(_("invited by"), max_length=10, choices=InvitedBy)
    invited_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.SET_NULL,
        related_name="+",
        null=True,
        verbose_name=_("inviter"),
    )
    link_hash = models.CharField(max_length=64, unique=True, editable=False)
    sent_at = models.DateTimeField(_("sent at"), db_default=Now())
    expires_at = models.DateTimeField(_("ends at"))
    accepted_at = models.DateTimeField(_("accepted at"), null=True, blank=True)
    accepted_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.SET_NULL,
        related_name="+",
        null=True,
        blank=True,
        verbose_name=_("accepted by"),
    )
    withdrawn_at = models.DateTimeField(_("withdrawn at"), null=True, blank=True)

    objects = InvitationQuerySet.as_manager()

    class Meta:
        ordering = ("-sent_at", "-pk")
        verbose_name = _("invitation")
        verbose_name_plural = _("invitations")
        constraints: ClassVar[tuple[models.BaseConstraint, ...]] = (
            models.UniqueConstraint(
                "company",
                Lower("email"),
                condition=Q(accepted_at__isnull=True, withdrawn_at__isnull=True),
                name="invitation_one_per_address",
                violation_error_message=_("This address is invited already."),
            ),
            models.CheckConstraint(
                name="invitation_accepted_or_withdrawn",
                condition=Q(accepted_at__isnull=True) | Q(withdrawn_at__isnull=True),
                violation_error_message=_("An invitation is accepted or withdrawn, not both."),
            ),
            models.CheckConstraint(
                name="invitation_ends_after_sending",
                condition=Q(expires_at__gt=F("sent_at")),
                violation_error_message=_("The end lies before the start."),
            ),
        )

    def __str__(self) -> str:
        return f"{self.email} · {self.company}"

    @property
    def is_open(self) -> bool:
        return (
            self.accepted_at is None
            and self.withdrawn_at is None
            and self.expires_at > timezone.now()
        )


def fingerprint(secret: str) -> str:
    """What is kept of a link's secret; 32 random bytes need no salt."""
    return hashlib.sha256(secret.encode()).hexdigest()
