"""From the change feed to calls: none lost, for the call and the place in the feed go together."""

from __future__ import annotations

import json
import time
from collections.abc import Iterable
from typing import Any
from uuid import UUID

from django.conf import settings
from django.db import transaction
from django.utils import timezone

from accounts.webhooks.models import WebhookDelivery, WebhookSubscription
from radar.api.feed import Cursor, CursorGone, read
from radar.api.models import FeedEntry
from radar.api.scopes import FEEDS

#: Changes in one call.
MOST = 500
#: Calls that may wait for one address; while they do, the place in the feed stays where it is.
MAX_PENDING = 100
#: A cursor that nothing moved is made anew after this many seconds, so that it never grows old.
FRESH = 86_400


@transaction.atomic
def fill(pk: UUID) -> int:
    """Make the calls for what changed since last time; how many. None while another does so."""
    subscription = (
        WebhookSubscription.objects.active()
        .select_for_update(skip_locked=True, of=("self",))
        .select_related("client")
        .filter(pk=pk)
        .first()
    )
    if subscription is None:
        return 0
    room = MAX_PENDING - subscription.deliveries.pending().count()
    made = 0
    for resource in subscription.resources:
        # A scope that was taken away since stops at once; given back, nothing is lost.
        if FEEDS.get(resource) not in subscription.client.scopes:
            continue
        made += _fill_from(subscription, resource, room - made)
    subscription.save(update_fields=["cursors"])
    return made


def _fill_from(subscription: WebhookSubscription, resource: str, room: int) -> int:
    kept = subscription.cursors.get(resource)
    cursor = Cursor.parse(kept) if kept else Cursor.now()
    made, has_more = 0, True
    try:
        cursor.check()
    except CursorGone:
        cursor = Cursor.now()
        _deliver(subscription, f"{resource}.reset", {"resource": resource, "cursor": str(cursor)})
        made += 1
    while has_more and made < room:
        stretch = read(resource, cursor, MOST)
        has_more = stretch.has_more
        if stretch.entries or not kept or time.time() - cursor.issued > FRESH:
            cursor = stretch.cursor
        if stretch.entries:
            changes = _changes(resource, stretch.entries)
            data = {"resource": resource, "changes": changes, "cursor": str(cursor)}
            _deliver(subscription, f"{resource}.changed", data)
            made += 1
    subscription.cursors[resource] = str(cursor)
    return made


def _changes(resource: str, entries: Iterable[FeedEntry]) -> list[dict[str, Any]]:
    """What happened to each key, in order: one change for each."""
    found: dict[str, dict[str, Any]] = {}
    for entry in entries:
        before = found.pop(entry.key, None)
        is_new = before is not None and before["change"] == "created"
        still_new = is_new and entry.kind == FeedEntry.Kind.CHANGED
        found[entry.key] = {
            "key": entry.key,
            "change": FeedEntry.Kind.CREATED if still_new else entry.kind,
            "at": entry.at.isoformat(),
            "href": f"{settings.SITE_URL}/api/v1/{resource}/{entry.key}",
        }
    return list(found.values())


def _deliver(subscription: WebhookSubscription, kind: str, data: dict[str, Any]) -> WebhookDelivery:
    body = {"type": kind, "timestamp": timezone.now().isoformat(), "data": data}
    return WebhookDelivery.objects.create(
        subscription=subscription, body=json.dumps(body, ensure_ascii=False)
    )


def trial(subscription: WebhookSubscription) -> WebhookDelivery:
    """A call that says nothing, for whoever builds a receiver."""
    return _deliver(subscription, "test", {"resources": subscription.resources})
