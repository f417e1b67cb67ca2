"""Requests in the background: reminders of renewals, and what goes after a while."""

from __future__ import annotations

from celery import shared_task
from django.utils import timezone

from companies.portal.requests.reminders import remind
from companies.portal.requests.retention import clean_up


@shared_task(name="portal.remind_of_renewals")
def remind_of_renewals() -> int:
    """Mail companies whose recognitions end; how many mails."""
    return remind(timezone.localdate())


@shared_task(name="portal.delete_request_documents")
def delete_request_documents() -> dict[str, int]:
    """Delete documents and drafts whose time has come."""
    return clean_up()
