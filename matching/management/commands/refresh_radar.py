"""`manage.py refresh_radar`: compute the stored radar anew, here and now."""

import sys
from typing import Any

from django.core.exceptions import ValidationError
from django.core.management.base import BaseCommand, CommandError, CommandParser
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TimeRemainingColumn

from matching.refresh import RefreshRunningError, begin, blocks, compute, end
from matching.refreshes import RadarRefresh, RefreshStatus
from schools.models import Programme, SchoolYear


class Command(BaseCommand):
    help = "Compute what is stale of the stored radar, and serve it when all of it is done."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--all", action="store_true", help="also what is up to date")
        parser.add_argument(
            "--programme", type=int, nargs="+", help="only the programmes with these numbers"
        )
        parser.add_argument("--school-year", help="only this one, as 2026-2027")

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            refresh = begin(
                everything=options["all"],
                programmes=_programmes(options["programme"]),
                school_years=_school_years(options["school_year"]),
            )
        except RefreshRunningError:
            raise CommandError("Another refresh is under way. Try again when it is done.") from None
        if refresh is None:
            self.stdout.write("Everything is up to date.")
            return
        try:
            done = _fill(refresh)
        except BaseException as error:
            end(refresh, RefreshStatus.FAILED, f"{type(error).__name__}: {error}")
            raise
        self.stdout.write(f"Refresh {refresh.pk}: {done} sheets.")


def _fill(refresh: RadarRefresh) -> int:
    """Fill every sheet, with a bar for whoever watches; how many."""
    done, total = refresh.progress()
    columns = (BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
    with Progress(*columns, console=Console(file=sys.stderr)) as progress:
        bar = progress.add_task("", total=total)
        for block in blocks(refresh):
            done += compute(block)
            progress.update(bar, completed=done)
    return done


def _programmes(numbers: list[int] | None) -> list[int] | None:
    if numbers is None:
        return None
    found = dict(Programme.objects.filter(number__in=numbers).values_list("number", "pk"))
    if missing := [str(number) for number in numbers if number not in found]:
        raise CommandError(f"--programme: unknown: {', '.join(missing)}")
    return list(found.values())


def _school_years(name: str | None) -> list[SchoolYear] | None:
    if name is None:
        return None
    try:
        year = SchoolYear.objects.named(name)
    except ValidationError as error:
        raise CommandError(f"--school-year: {error.messages[0]}") from None
    except SchoolYear.DoesNotExist:
        raise CommandError(f"--school-year: unknown: {name}") from None
    if year.has_ended():
        raise CommandError("--school-year: this school year has ended.")
    return [year]
