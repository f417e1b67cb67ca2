"""Accounts in the background."""

from celery import shared_task
from oauth2_provider.models import clear_expired


@shared_task(name="accounts.clear_expired_tokens")
def clear_expired_tokens() -> None:
    """Drop the tokens of the API that have expired."""
    clear_expired()
