"""`manage.py import_file KIND FILE`: a file from outside into the database."""

from __future__ import annotations

from argparse import BooleanOptionalAction
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from rich.console import Console
from rich.progress import (
    BarColumn,
    Progress,
    ProgressColumn,
    Task,
    TaskProgressColumn,
    TextColumn,
    TimeRemainingColumn,
)
from rich.text import Text as RichText

from accounts.models import User
from imports.errors import BusyError, Text
from imports.models import ImportRun, RunStatus
from imports.registry import importers
from imports.rejections import write_rejections
from imports.runs import carry_out, new_run

#: Rejected rows shown on the terminal.
SHOWN = 20


class RowRate(ProgressColumn):
    """Rows so far, and per second."""

    def render(self, task: Task) -> RichText:
        rows = task.fields["rows"]
        rate = rows / task.elapsed if task.elapsed else 0
        return RichText(f"{rows:,} rows, {rate:,.0f}/s" if rows else "")


class Bar:
    """The progress of an import on the terminal."""

    def __init__(self, progress: Progress) -> None:
        self._progress = progress
        self._task = progress.add_task("", total=None, rows=0)
        self._rows = 0

    def step(self, name: Text) -> None:
        self._progress.update(self._task, description=str(name), total=None, completed=0)

    def advance(self, rows: int, share: float | None) -> None:
        self._rows += rows
        self._progress.update(
            self._task,
            rows=self._rows,
            total=None if share is None else 1.0,
            completed=share or 0.0,
        )


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
        with Progress(
            TextColumn("{task.description:<24}"),
            BarColumn(),
            TaskProgressColumn(),
            RowRate(),
            TimeRemainingColumn(),
            console=Console(stderr=True, quiet=quiet),
            transient=True,
        ) as progress:
            carry_out(run, path, Bar(progress))

    def _report(self, run: ImportRun, options: dict[str, Any]) -> None:
        if options["rejections"]:
            with options["rejections"].open("w", encoding="utf-8-sig", newline="") as stream:
                write_rejections(run, stream)
        if not options["verbosity"]:
            return
        if run.is_dry_run:
            self.stdout.write("Dry run: nothing was changed.")
        for name in ("added", "changed", "ended", "unchanged", "rejected"):
            self.stdout.write(f"{name:<10} {getattr(run, name):>9,}")
            for table in run.tables:
                if table.get(name):
                    self.stdout.write(f"  {table['table']:<28} {table[name]:>9,}")
        for rejection in run.rejections.all()[:SHOWN]:
            place = f"line {rejection.line}, {rejection.column}".rstrip(", ")
            self.stdout.write(f"{place}: {rejection.value} {rejection.reason}")
        if run.rejected > SHOWN and not options["rejections"]:
            self.stdout.write("Write all rejected rows to a file with --rejections.")
        if run.message and run.status == RunStatus.DONE:
            self.stdout.write(run.message)
