"""`manage.py fetch_education [KIND …]`: from the education API into the database."""

from __future__ import annotations

from datetime import date
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from imports.errors import BusyError
from imports.frame import ALLOW_ENDINGS
from imports.models import RunStatus
from imports.terminal import progress_bar, write_report
from schools.imports.education_api import EducationApi, EducationApiError
from schools.imports.education_fetch import SUBJECTS, fetch, last_fetched


class Command(BaseCommand):
    help = "Fetch programmes, schools, offerings and pupils from the education ministry's API."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("kinds", nargs="*", metavar="KIND", help=", ".join(SUBJECTS))
        parser.add_argument("--dry-run", action="store_true", help="show what it would do")
        changes = parser.add_mutually_exclusive_group()
        changes.add_argument(
            "--changes", action="store_true", help="only schools changed since the last time"
        )
        changes.add_argument(
            "--since", type=date.fromisoformat, metavar="DAY", help="only schools changed since"
        )
        parser.add_argument("--allow-endings", action="store_true", help=str(ALLOW_ENDINGS.label))

    def handle(self, *args: Any, **options: Any) -> None:
        of_changes = options["changes"] or options["since"]
        kinds = options["kinds"] or [
            kind for kind, subject in SUBJECTS.items() if subject.tells_changes or not of_changes
        ]
        if unknown := [kind for kind in kinds if kind not in SUBJECTS]:
            raise CommandError(f"Unknown: {', '.join(unknown)}. Choose from {', '.join(SUBJECTS)}.")
        try:
            with EducationApi.of_settings() as api:
                for kind in (kind for kind in SUBJECTS if kind in kinds):
                    self._fetch(kind, api, options)
        except (EducationApiError, BusyError) as error:
            raise CommandError(str(error)) from error

    def _fetch(self, kind: str, api: EducationApi, options: dict[str, Any]) -> None:
        since = last_fetched(kind) if options["changes"] else options["since"]
        with progress_bar(quiet=options["verbosity"] == 0) as bar:
            run = fetch(
                kind,
                api,
                since=since,
                is_dry_run=options["dry_run"],
                options={ALLOW_ENDINGS.name: options["allow_endings"]},
                progress=bar,
            )
        if options["verbosity"]:
            self.stdout.write(self.style.MIGRATE_HEADING(kind))
            if run is None:
                self.stdout.write(f"Nothing changed since {since}.")
            else:
                write_report(run, self.stdout)
        if run is not None and run.status != RunStatus.DONE:
            raise CommandError(run.message)
