"""`manage.py import_file KIND FILE`: a file from outside into the database."""

from __future__ import annotations

from argparse import BooleanOptionalAction
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from accounts.models import User
from imports.errors import BusyError
from imports.models import ImportRun, RunStatus
from imports.registry import importers
from imports.rejections import write_rejections
from imports.runs import carry_out, new_run
from imports.terminal import SHOWN, progress_bar, write_report


class Command(BaseCommand):
    help = "Import a file. The same file twice changes nothing; a file goes in whole or not at all."

    def add_arguments(self, parser: CommandParser) -> None:
        kinds = parser.add_subparsers(dest="kind", required=True, metavar="KIND")
        for kind, importer in importers().items():
            one = kinds.add_parser(kind, help=str(importer.title))
            one.add_argument("file", type=Path)
            one.add_argument("--dry-run", action="store_true", help="show what it would do")
            one.add_argument("--by", metavar="E-MAIL", help="who imports, for the history")
            one.add_argument(
                "--rejections", type=Path, metavar="CSV", help="write the rejected rows here"
            )
            for flag in importer.all_flags():
                one.add_argument(
                    f"--{flag.name.replace('_', '-')}",
                    action=BooleanOptionalAction,
                    default=flag.default,
                    help=str(flag.label),
                )

    def handle(self, *args: Any, **options: Any) -> None:
        path: Path = options["file"]
        if not path.is_file():
            raise CommandError(f"There is no file {path}.")
        flags = importers()[options["kind"]].all_flags()
        run = new_run(
            options["kind"],
            path,
            user=self._user(options["by"]),
            is_dry_run=options["dry_run"],
            options={flag.name: options[flag.name] for flag in flags},
        )
        try:
            self._carry_out(run, path, quiet=options["verbosity"] == 0)
        except BusyError as busy:
            run.delete()
            raise CommandError(str(busy)) from busy
        self._report(run, options)
        if run.status != RunStatus.DONE:
            raise CommandError(run.message)

    def _user(self, email: str | None) -> User | None:
        if email is None:
            return None
        try:
            return User.objects.get_by_natural_key(email)
        except User.DoesNotExist as error:
            raise CommandError(f"Nobody has the e-mail address {email}.") from error

    def _carry_out(self, run: ImportRun, path: Path, *, quiet: bool) -> None:
        with progress_bar(quiet=quiet) as bar:
            carry_out(run, path, bar)

    def _report(self, run: ImportRun, options: dict[str, Any]) -> None:
        if options["rejections"]:
            with options["rejections"].open("w", encoding="utf-8-sig", newline="") as stream:
                write_rejections(run, stream)
        if options["verbosity"]:
            write_report(run, self.stdout)
            if run.rejected > SHOWN and not options["rejections"]:
                self.stdout.write("Write all rejected rows to a file with --rejections.")
