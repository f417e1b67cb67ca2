"""What the clock does for coordinators."""

from celery import shared_task
from django.utils import timezone

from placement import reminders
from placement.saved_searches import send_digests


@shared_task(name="placement.send_reminders")
def send_reminders() -> int:
    """A mail to each coordinator with something to follow up. Gives how many."""
    return reminders.send_reminders(timezone.localdate())


@shared_task(name="placement.send_search_digests")
def send_search_digests() -> int:
    """The daily mails about saved searches; how many were written."""
    return send_digests()
