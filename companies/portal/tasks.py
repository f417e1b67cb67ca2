"""The company portal in the background; Celery finds the tasks here."""

from companies.portal.requests.tasks import delete_request_documents, remind_of_renewals

__all__ = ["delete_request_documents", "remind_of_renewals"]
