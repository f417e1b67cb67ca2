"""What is fetched at night."""

from __future__ import annotations

import logging

from celery import shared_task
from django.conf import settings

from imports.errors import BusyError
from schools.imports.education_api import EducationApi, EducationApiError
from schools.imports.education_fetch import SUBJECTS, fetch, last_fetched

logger = logging.getLogger(__name__)


@shared_task(name="schools.fetch_education")
def fetch_education(changes_only: bool = False) -> dict[str, str]:
    """Everything from the education API, or only what it can tell the changes of.

    What became of each kind. One that fails keeps nothing of itself and does not stop the others.
    """
    if not settings.EDUCATION_API_KEY:
        return {}
    outcome: dict[str, str] = {}
    with EducationApi.of_settings() as api:
        for kind, subject in SUBJECTS.items():
            if changes_only and not subject.tells_changes:
                continue
            try:
                run = fetch(kind, api, since=last_fetched(kind) if changes_only else None)
            except (EducationApiError, BusyError) as error:
                logger.error("%s were not fetched: %s", kind, error)
                outcome[kind] = str(error)
            else:
                outcome[kind] = run.status if run else "unchanged"
    return outcome
