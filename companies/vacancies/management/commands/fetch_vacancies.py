"""`manage.py fetch_vacancies`: read vacancies at VDAB, from where the last round stopped."""

from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from companies.vacancies.client import VdabError, VdabVacancies
from companies.vacancies.models import VacancySync
from companies.vacancies.reading import synchronise
from imports.errors import BusyError


class Command(BaseCommand):
    help = "Read vacancies at VDAB, from where the last round stopped."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--anew", action="store_true", help="read the whole once more")

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            with VdabVacancies.of_settings() as api:
                if options["anew"]:
                    VacancySync.objects.filter(source=api.url).delete()
                read = synchronise(api)
        except (VdabError, BusyError) as error:
            raise CommandError(str(error)) from error
        self.stdout.write(
            f"{read.written:,} vacancies written, {read.removed:,} gone, {read.windows} windows."
        )
