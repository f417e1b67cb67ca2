"""Asking companies whether their places still hold, in the background."""

from __future__ import annotations

from celery import shared_task
from django.utils import timezone

from companies.portal.places.asking import ask, companies_to_ask


@shared_task(name="portal.ask_to_confirm_places")
def ask_to_confirm_places() -> int:
    """Mail every company that has places to confirm. How many mails went out.

    A worker that takes over from one that died goes on with who was not asked yet.
    """
    today = timezone.localdate()
    return sum(ask(company, today) for company in companies_to_ask(today))
