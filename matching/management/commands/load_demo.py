"""`manage.py load_demo`: the fictional region that shows what the product does."""

from __future__ import annotations

from datetime import date
from time import perf_counter
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db import transaction
from django.utils import timezone
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

from fixtures.demo import loader
from fixtures.demo.calendar import Calendar

#: Seventh-year programmes exist since September 2025, and school years are known until 2100.
FIRST_DAY, LAST_DAY = date(2026, 1, 1), date(2090, 1, 1)


class Bar:
    """The progress of the load on the terminal."""

    def __init__(self, progress: Progress) -> None:
        self.progress = progress
        self.task = progress.add_task("", total=None)

    def step(self, description: str) -> None:
        self.progress.update(self.task, description=description)

    def total(self, rows: int) -> None:
        self.progress.update(self.task, total=rows)

    def advance(self, rows: int) -> None:
        self.progress.advance(self.task, rows)


def scale(text: str) -> float:
    """A scale: more than 0, at most 100."""
    number = float(text)
    if not 0 < number <= 100:
        raise ValueError
    return number


def seed(text: str) -> int:
    """A seed: 0 or more."""
    number = int(text)
    if number < 0:
        raise ValueError
    return number


def day(text: str) -> date:
    """A day on which the programmes of the reference data exist."""
    found = date.fromisoformat(text)
    if not FIRST_DAY <= found <= LAST_DAY:
        raise ValueError
    return found


def today() -> date:
    """Today, or the nearest day on which the programmes of the reference data exist."""
    return min(max(timezone.localdate(), FIRST_DAY), LAST_DAY)


class Command(BaseCommand):
    help = "Load the demo region: fictional schools, companies and recognitions, and its users."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument(
            "--scale", type=scale, default=1.0, help="1 is Flanders and Brussels (default)"
        )
        parser.add_argument("--seed", type=seed, default=1, help="the same seed, the same region")
        parser.add_argument(
            "--today",
            type=day,
            help="the day that the region is seen from (default today); the same seed gives the "
            "same region on the same day",
        )
        existing = parser.add_mutually_exclusive_group()
        existing.add_argument(
            "--if-empty", action="store_true", help="do nothing when there is data already"
        )
        existing.add_argument(
            "--reset", action="store_true", help="delete the demo region that is there first"
        )

    def handle(self, *args: Any, **options: Any) -> None:
        if loader.holds_data() and not options["reset"]:
            if options["if_empty"]:
                return
            raise CommandError(
                "There are schools or companies already. "
                "Use --reset to replace a demo region, or --if-empty to leave it as it is."
            )
        started = perf_counter()
        try:
            with transaction.atomic():
                if options["reset"]:
                    loader.reset()
                rows = self.load(options)
        except loader.DemoError as error:
            raise CommandError(str(error)) from error
        if options["verbosity"]:
            for table, count in rows.items():
                self.stdout.write(f"{table:<24} {count:>9,}")
            self.stdout.write(f"Loaded in {perf_counter() - started:.1f} s.")

    def load(self, options: dict[str, Any]) -> dict[str, int]:
        console = Console(stderr=True, quiet=options["verbosity"] == 0)
        with Progress(
            TextColumn("{task.description:<30}"),
            BarColumn(),
            MofNCompleteColumn(),
            TimeElapsedColumn(),
            console=console,
            transient=True,
        ) as progress:
            calendar = Calendar(options["today"] or today())
            return loader.load(options["seed"], options["scale"], calendar, Bar(progress))
