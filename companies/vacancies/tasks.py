"""Vacancies in the background."""

from __future__ import annotations

import logging

from celery import shared_task
from django.conf import settings

from companies.vacancies.client import VdabError, VdabVacancies
from companies.vacancies.reading import synchronise
from imports.errors import BusyError

logger = logging.getLogger(__name__)


@shared_task(name="vacancies.fetch")
def fetch_vacancies() -> int:
    """Read what changed at VDAB; how many vacancies were written or went."""
    if not settings.VDAB_CONFIGURED:
        return 0
    try:
        with VdabVacancies.of_settings() as api:
            read = synchronise(api)
    except (VdabError, BusyError) as error:
        logger.error("Vacancies were not read: %s", error)
        return 0
    return read.written + read.removed
