"""The API in the background."""

from celery import shared_task

from radar.api.feed import prune


@shared_task(name="api.prune_feed")
def prune_feed() -> int:
    """Drop the entries of the change feed that are kept long enough."""
    return prune()
