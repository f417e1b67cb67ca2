"""The API in the background."""

from celery import shared_task

from radar.api import feed, idempotency


@shared_task(name="api.prune_feed")
def prune_feed() -> int:
    """Drop the entries of the change feed that are kept long enough."""
    return feed.prune()


@shared_task(name="api.prune_idempotent_calls")
def prune_idempotent_calls() -> int:
    """Drop the answers that are kept long enough for a client that asks again."""
    return idempotency.prune()
