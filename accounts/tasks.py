"""Accounts in the background."""

from celery import shared_task
from django.core.management import call_command
from django.utils import timezone
from oauth2_provider.models import clear_expired

from accounts.retention import apply_all


@shared_task(name="accounts.clear_expired_tokens")
def clear_expired_tokens() -> None:
    """Drop the tokens of the API that have expired."""
    clear_expired()


@shared_task(name="accounts.apply_retention")
def apply_retention() -> dict[str, int]:
    """End what was kept long enough; gives how many records each rule touched."""
    call_command("clearsessions")
    return apply_all(timezone.localdate())
