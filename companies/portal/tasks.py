"""The company portal in the background; Celery finds the tasks here."""

from companies.portal.places.tasks import ask_to_confirm_places
from companies.portal.requests.tasks import remind_of_renewals

__all__ = ["ask_to_confirm_places", "remind_of_renewals"]
