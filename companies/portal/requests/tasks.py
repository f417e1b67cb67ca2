"""Requests in the background."""

from __future__ import annotations

from celery import shared_task
from django.utils import timezone

from companies.portal.requests.reminders import remind


@shared_task(name="portal.remind_of_renewals")
def remind_of_renewals() -> int:
    """Mail companies whose recognitions end; how many mails."""
    return remind(timezone.localdate())
