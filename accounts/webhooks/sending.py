"""Sending a call: signed, tried again ever later, and given up for an address that is dead."""

from __future__ import annotations

import logging
import random
from datetime import UTC, datetime, timedelta
from uuid import UUID

from django.db import transaction
from django.utils import timezone
from standardwebhooks import Webhook
from urllib3.exceptions import HTTPError

from accounts.models import User
from accounts.webhooks.hosts import ForbiddenHostError, post
from accounts.webhooks.models import Disabled, WebhookDelivery, WebhookSubscription
from radar.web import mail

logger = logging.getLogger(__name__)

#: The pause after the first, second, ... attempt that failed; the last one from then on.
PAUSES = [timedelta(seconds=s) for s in (10, 60, 300, 1800, 7200, 21_600)]
#: Failing this long without one success, an address is called no more.
PATIENCE = timedelta(days=3)
#: While one worker sends, no other does; one that died is followed after this.
LEASE = timedelta(minutes=2)
GONE = 410


def send(pk: UUID) -> bool:
    """Send a call that is due; whether it arrived. Nothing for one that is at work or done."""
    delivery = _claim(pk)
    if delivery is None:
        return False
    status, error = _call(delivery)
    _note(delivery, status, error)
    return status is not None and 200 <= status < 300


@transaction.atomic
def _claim(pk: UUID) -> WebhookDelivery | None:
    now = timezone.now()
    delivery = (
        WebhookDelivery.objects.due(now)
        .select_for_update(skip_locked=True, of=("self",))
        .select_related("subscription__client")
        .filter(pk=pk, subscription__in=WebhookSubscription.objects.active())
        .first()
    )
    if delivery is not None:
        delivery.attempts += 1
        delivery.next_attempt_at = now + LEASE
        delivery.save(update_fields=["attempts", "next_attempt_at"])
    return delivery


def signed_headers(delivery: WebhookDelivery, now: datetime) -> dict[str, str]:
    """The headers of Standard Webhooks: any of the signatures will do."""
    name = str(delivery.pk)
    signatures = [
        Webhook(secret).sign(name, now, delivery.body) for secret in delivery.subscription.secrets()
    ]
    return {
        "Content-Type": "application/json",
        "User-Agent": "radar-duaal-webhooks",
        "webhook-id": name,
        "webhook-timestamp": str(int(now.timestamp())),
        "webhook-signature": " ".join(signatures),
    }


def _call(delivery: WebhookDelivery) -> tuple[int | None, str]:
    """The status of the answer, or what went wrong."""
    headers = signed_headers(delivery, datetime.now(UTC))
    try:
        return post(delivery.subscription.url, delivery.body.encode(), headers), ""
    except ForbiddenHostError as error:
        logger.warning("Webhook %s was not sent: %s", delivery.subscription_id, error)
        return None, str(error)
    except HTTPError as error:
        return None, type(error).__name__
    except OSError as error:
        return None, error.strerror or type(error).__name__


@transaction.atomic
def _note(delivery: WebhookDelivery, status: int | None, error: str) -> None:
    now = timezone.now()
    subscription = WebhookSubscription.objects.select_for_update().get(pk=delivery.subscription_id)
    delivery.last_status, delivery.last_error = status, error[:200]
    if status is not None and 200 <= status < 300:
        delivery.delivered_at, delivery.next_attempt_at = now, None
        subscription.failing_since = None
    else:
        pause = PAUSES[min(delivery.attempts, len(PAUSES)) - 1]
        delivery.next_attempt_at = now + pause * random.uniform(1.0, 1.2)  # noqa: S311
        subscription.failing_since = subscription.failing_since or now
    delivery.save()
    subscription.save(update_fields=["failing_since"])
    if status == GONE:
        _give_up(subscription, Disabled.GONE)
    elif subscription.failing_since and now - subscription.failing_since > PATIENCE:
        _give_up(subscription, Disabled.FAILING)


def _give_up(subscription: WebhookSubscription, reason: Disabled) -> None:
    """Call it no more, and tell who should know: the client's contact and the administrators."""
    if subscription.disabled_at:
        return
    subscription.disable(reason)
    logger.warning("Webhook %s is disabled: %s", subscription.pk, reason)
    readers = {user.email: user.language for user in User.objects.filter(is_superuser=True)}
    if subscription.contact:
        readers.setdefault(subscription.contact, "nl")
    for address, language in readers.items():
        mail.send("webhook_disabled", address, {"webhook": subscription}, language=language)
