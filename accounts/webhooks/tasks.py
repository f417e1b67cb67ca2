"""Webhooks in the background."""

from __future__ import annotations

from uuid import UUID

from celery import shared_task
from django.utils import timezone

from accounts.webhooks import feeding, sending
from accounts.webhooks.models import KEPT, WebhookDelivery, WebhookSubscription

#: Calls to one address in a round; one that fails is tried with one at a time.
AT_ONCE = 20


@shared_task(name="webhooks.tend")
def tend() -> int:
    """Make calls for what changed, and hand those that are due to the workers; how many."""
    handed = 0
    for subscription in WebhookSubscription.objects.active():
        feeding.fill(subscription.pk)
        due = subscription.deliveries.due(timezone.now()).values_list("pk", flat=True)
        for pk in due[: 1 if subscription.failing_since else AT_ONCE]:
            deliver.delay(str(pk))
            handed += 1
    return handed


@shared_task(name="webhooks.deliver")
def deliver(pk: str) -> bool:
    """Send one call, if it is still to be sent; whether it arrived."""
    return sending.send(UUID(pk))


@shared_task(name="webhooks.prune")
def prune() -> int:
    """Drop the calls that are kept long enough; how many."""
    return WebhookDelivery.objects.filter(created_at__lt=timezone.now() - KEPT).delete()[0]
