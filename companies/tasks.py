"""Companies, recognitions, contacts and agreements in the background."""

from __future__ import annotations

from celery import shared_task
from django.utils import timezone

from companies import agreeing, approaching
from companies.decisions import expire


@shared_task(name="companies.expire_recognitions")
def expire_recognitions() -> int:
    """Mark recognitions whose last day has passed as expired; how many."""
    return expire(timezone.localdate())


@shared_task(name="companies.mark_silent")
def mark_silent() -> int:
    """Approaches without an answer in time become “no answer”; how many."""
    return approaching.mark_silent(timezone.localdate())


@shared_task(name="companies.keep_agreements_in_step")
def keep_agreements_in_step() -> list[int]:
    """Agreements start and are completed at their dates; how many of each."""
    return list(agreeing.keep_in_step(timezone.localdate()))
