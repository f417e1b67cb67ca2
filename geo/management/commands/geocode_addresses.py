"""`manage.py geocode_addresses`: points for all records that have an address."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser
from rich.console import Console
from rich.progress import (
    BarColumn,
    MofNCompleteColumn,
    Progress,
    ProgressColumn,
    Task,
    TextColumn,
    TimeRemainingColumn,
)
from rich.text import Text

from geo.geocoding import AlreadyRunningError, Report, geocode_addresses, located_models


class Rate(ProgressColumn):
    """Records per second."""

    def render(self, task: Task) -> Text:
        return Text(f"{task.speed:,.1f}/s" if task.speed else "")


class Command(BaseCommand):
    help = (
        "Give records a point, or a better one, from their address. Asks the geocoders of the "
        "setting GEOCODERS in turn. Stop it as you like: the next run goes on where this one was. "
        "Locations set by hand stay."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--model", choices=sorted(located_models()), help="only these records")
        parser.add_argument("--limit", type=int, help="ask about so many addresses at most")

    def handle(self, *args: Any, **options: Any) -> None:
        if options["limit"] is not None and options["limit"] < 1:
            raise CommandError("--limit is at least 1.")
        models = [located_models()[options["model"]]] if options["model"] else None
        report = Report()
        with Progress(
            TextColumn("{task.description}"),
            BarColumn(),
            MofNCompleteColumn(),
            Rate(),
            TimeRemainingColumn(),
            console=Console(stderr=True, quiet=options["verbosity"] == 0),
            transient=True,
        ) as progress:
            task = progress.add_task(", ".join(settings.GEOCODERS), total=None)

            def watch(now: Report) -> None:
                nonlocal report
                report = now
                progress.update(task, total=now.total, completed=now.seen)

            try:
                geocode_addresses(models, limit=options["limit"], watch=watch)
            except AlreadyRunningError as error:
                raise CommandError(
                    "Another process is geocoding. Wait until it is done."
                ) from error
            except KeyboardInterrupt as stop:
                self._tell(report)
                raise CommandError(
                    "Stopped. What was found is kept; the next run goes on from here.",
                    returncode=130,
                ) from stop
        if options["verbosity"]:
            self._tell(report)
        if report.is_silent:
            raise CommandError("No geocoder answers. What was found is kept; try again later.")

    def _tell(self, report: Report) -> None:
        self.stdout.write(f"{report.seen:,} of {report.total:,} records looked at")
        self.stdout.write(f"{report.asked:,} addresses asked, {report.unknown:,} unknown")
        for precision, records in sorted(report.changed.items()):
            self.stdout.write(f"  {precision:<14}{records:>9,}")
        if not report.is_finished:
            self.stdout.write("There is more to do: run it again.")
