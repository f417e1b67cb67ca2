"""`manage.py refresh_figures`: count the figures anew, here and now."""

from time import perf_counter
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from figures.cube import RefreshRunningError, is_stale, refresh


class Command(BaseCommand):
    help = "Count the region's figures anew when their data changed, and serve them."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--all", action="store_true", help="also when nothing changed")

    def handle(self, *args: Any, **options: Any) -> None:
        if not options["all"] and not is_stale():
            self.stdout.write("The figures are up to date.")
            return
        started = perf_counter()
        try:
            cube = refresh()
        except RefreshRunningError:
            raise CommandError("Another refresh is under way. Try again when it is done.") from None
        self.stdout.write(f"Cube {cube.pk}, in {perf_counter() - started:.1f} s.")
