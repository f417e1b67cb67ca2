"""Companies and recognitions in the background."""

from __future__ import annotations

from celery import shared_task
from django.utils import timezone

from companies.decisions import expire


@shared_task(name="companies.expire_recognitions")
def expire_recognitions() -> int:
    """Mark recognitions whose last day has passed as expired; how many."""
    return expire(timezone.localdate())
