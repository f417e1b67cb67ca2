"""What a client asked to be called for, and the calls: kept until they arrive."""

from __future__ import annotations

import base64
from datetime import datetime, timedelta
from typing import Self
from uuid import uuid4

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q
from django.db.models.functions import Now
from django.utils import timezone
from django.utils.crypto import salted_hmac
from django.utils.translation import gettext_lazy as _

from accounts.api_clients import ApiClient

#: How long calls are kept, to look at and to send once more.
KEPT = timedelta(days=30)
#: How long calls are signed with the old secret too, after a new one.
OVERLAP = timedelta(days=7)


class Disabled(models.TextChoices):
    """Why a client is called no more."""

    ASKED = "asked", _("the client asked")
    FAILING = "failing", _("it failed for days")
    GONE = "gone", _("its host says that it is gone")


class SubscriptionQuerySet(models.QuerySet["WebhookSubscription"]):
    def of(self, client_id: str) -> Self:
        return self.filter(client__client_id=client_id)

    def active(self) -> Self:
        """Of those that are called: enabled, of a client that may still do anything."""
        return self.filter(disabled_at__isnull=True, client__revoked_at__isnull=True)


class WebhookSubscription(models.Model):
    """An address of a client, called when items of some resources change.

    `cursors` has the place in the change feed up to which calls were made, by resource. The secret
    is not kept: it follows from ours, the subscription and a version.
    """

    id = models.UUIDField(primary_key=True, default=uuid4, editable=False)
    client = models.ForeignKey(
        ApiClient, on_delete=models.CASCADE, related_name="webhooks", verbose_name=_("API client")
    )
    url = models.URLField(_("address"), max_length=500)
    resources = ArrayField(models.CharField(max_length=20), verbose_name=_("resources"))
    contact = models.EmailField(_("e-mail address for notices"), blank=True)
    cursors = models.JSONField(default=dict, editable=False)
    secret_version = models.PositiveIntegerField(default=1, editable=False)
    old_secret_until = models.DateTimeField(null=True, blank=True, editable=False)
    created_at = models.DateTimeField(_("created at"), db_default=Now(), editable=False)
    failing_since = models.DateTimeField(_("failing since"), null=True, editable=False)
    disabled_at = models.DateTimeField(_("disabled at"), null=True, editable=False)
    disabled_reason = models.CharField(
        _("why disabled"), max_length=7, choices=Disabled, blank=True, editable=False
    )

    objects = SubscriptionQuerySet.as_manager()

    class Meta:
        ordering = ("created_at", "id")
        verbose_name = _("webhook")
        verbose_name_plural = _("webhooks")
        constraints = (
            models.CheckConstraint(
                condition=Q(disabled_at__isnull=True, disabled_reason="")
                | (Q(disabled_at__isnull=False) & ~Q(disabled_reason="")),
                name="webhook_disabled_for_a_reason",
            ),
        )

    def __str__(self) -> str:
        return f"{self.client} · {self.url}"

    def secret(self, version: int | None = None) -> str:
        """The secret that its calls are signed with, as Standard Webhooks writes one."""
        text = f"{self.pk}.{version or self.secret_version}"
        digest = salted_hmac("accounts.webhooks", text, algorithm="sha256").digest()
        return f"whsec_{base64.b64encode(digest).decode()}"

    def secrets(self) -> list[str]:
        """Every secret that a receiver may check with now."""
        found = [self.secret()]
        if self.old_secret_until and timezone.now() < self.old_secret_until:
            found.append(self.secret(self.secret_version - 1))
        return found

    def rotate(self) -> str:
        """A new secret; calls are signed with both for a week."""
        self.secret_version += 1
        self.old_secret_until = timezone.now() + OVERLAP
        self.save(update_fields=["secret_version", "old_secret_until"])
        return self.secret()

    def disable(self, reason: Disabled) -> None:
        """Call no more. What was not delivered waits, and the place in the feed stays."""
        self.disabled_at, self.disabled_reason = timezone.now(), reason
        self.save(update_fields=["disabled_at", "disabled_reason"])

    def enable(self) -> None:
        """Call again, what waits first."""
        self.disabled_at, self.disabled_reason, self.failing_since = None, "", None
        self.save(update_fields=["disabled_at", "disabled_reason", "failing_since"])
        self.deliveries.pending().update(next_attempt_at=timezone.now())


class DeliveryQuerySet(models.QuerySet["WebhookDelivery"]):
    def pending(self) -> Self:
        return self.filter(delivered_at__isnull=True)

    def due(self, now: datetime) -> Self:
        """Those to send now, the oldest first."""
        return self.pending().filter(next_attempt_at__lte=now).order_by("created_at", "id")


class WebhookDelivery(models.Model):
    """One call: its body, and how it went."""

    id = models.UUIDField(primary_key=True, default=uuid4, editable=False)
    subscription = models.ForeignKey(
        WebhookSubscription, on_delete=models.CASCADE, related_name="deliveries"
    )
    body = models.TextField()
    created_at = models.DateTimeField(db_default=Now())
    attempts = models.PositiveIntegerField(default=0)
    next_attempt_at = models.DateTimeField(default=timezone.now, null=True)
    delivered_at = models.DateTimeField(null=True)
    last_status = models.PositiveSmallIntegerField(null=True)
    last_error = models.CharField(max_length=200, blank=True)

    objects = DeliveryQuerySet.as_manager()

    class Meta:
        ordering = ("-created_at", "id")
        verbose_name = _("delivery")
        verbose_name_plural = _("deliveries")
        indexes = (
            models.Index(fields=("subscription", "-created_at"), name="delivery_of_subscription"),
            models.Index(
                fields=("next_attempt_at",),
                condition=Q(delivered_at__isnull=True),
                name="delivery_due",
            ),
        )
        constraints = (
            models.CheckConstraint(
                condition=Q(delivered_at__isnull=True, next_attempt_at__isnull=False)
                | Q(delivered_at__isnull=False, next_attempt_at__isnull=True),
                name="delivery_pending_or_delivered",
            ),
        )

    def __str__(self) -> str:
        return str(self.pk)

    def again(self) -> None:
        """Send it once more, as it is."""
        self.delivered_at, self.next_attempt_at = None, timezone.now()
        self.save(update_fields=["delivered_at", "next_attempt_at"])
