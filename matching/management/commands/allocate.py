"""`manage.py allocate`: propose a place for each pupil of a list, all at once."""

import csv
import sys
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils import timezone
from rich.console import Console
from rich.progress import Progress
from rich.table import Table

from matching.proposal_rows import Line, Report, report
from matching.proposals import METHODS, Pupil, propose
from matching.pupil_lists import Known, read_list
from matching.queries import AllocationQuery
from schools.models import Campus


class Command(BaseCommand):
    help = (
        "Propose a place for each pupil of a CSV file with the columns reference, programme and, "
        "if wanted, postal_code, km, campus, mode and max_minutes. Nothing is written."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("pupils", type=Path, help="a CSV file: comma, semicolon or tab")
        parser.add_argument("--campus", help="of pupils whose line names none, as 039107-1")
        parser.add_argument("--school-year", help="for instance 2026-2027; default: this one")
        parser.add_argument("--method", choices=tuple(METHODS), default="best")

    def handle(self, *args: Any, **options: Any) -> None:
        query = AllocationQuery(options, campuses=Campus.objects.open())
        if not query.is_valid():
            raise CommandError(query.as_options())
        asked = query.cleaned_data
        pupils = _read(options["pupils"], Known(query.campuses, asked["campus"]))
        with Progress(console=Console(file=sys.stderr), transient=True) as progress:
            bar = progress.add_task("", total=None)
            found = propose(
                pupils,
                asked["school_year"],
                timezone.localdate(),
                asked["method"],
                told=lambda done, total: progress.update(bar, completed=done, total=total),
            )
        told = report(pupils, found)
        _write(told.lines)
        self.stderr.write(f"{found.placed} of {len(pupils)} pupils have a place.")
        if len(told.schools) > 1:
            _write_schools(told)
        if found.blocking_pairs:
            self.stderr.write(f"{found.blocking_pairs} pairs would rather have each other.")


def _read(path: Path, known: Known) -> list[Pupil]:
    """The pupils of a file. Raises CommandError that names the line and the column."""
    try:
        text = path.read_text(encoding="utf-8-sig")
    except (OSError, UnicodeDecodeError) as error:
        raise CommandError(f"{path} cannot be read: {error}") from None
    pupils, errors = read_list(text, known)
    if errors:
        wrong = "\n".join(f"line {item.line}, {item.column}: {item.text}" for item in errors)
        raise CommandError(wrong)
    return pupils


def _write(lines: list[Line]) -> None:
    names = ["reference", "campus", "programme", "unitNumber", "establishment", "address"]
    writer = csv.writer(sys.stdout)
    writer.writerow([*names, "metres", "why", "mode", "minutes", "source"])
    for line in lines:
        place = line.recognition.establishment if line.recognition else None
        trip = line.placement.trip.as_json() if line.placement.trip else {}
        writer.writerow(
            [
                line.pupil.reference,
                line.pupil.campus.key,
                line.pupil.programme.number,
                place.unit_number if place else "",
                place.name if place else "",
                place.address if place else "",
                "" if line.metres is None else round(line.metres),
                line.placement.why.value if line.placement.why else "",
                *(trip.get(name, "") for name in ("mode", "minutes", "source")),
            ]
        )


def _write_schools(told: Report) -> None:
    """How the schools fared, on the error stream: the list itself goes to a file."""
    table = Table("school", "pupils", "placed", "placed alone", "mean km")
    for row in told.schools:
        mean = "" if row.got.metres is None else f"{row.got.metres / 1000:.1f}"
        table.add_row(str(row.school), *map(str, (row.got.pupils, row.got.placed)),
                      str(row.got.alone), mean)  # fmt: skip
    console = Console(file=sys.stderr)
    console.print(table)
    if (index := told.proposals.fairness) is not None:
        console.print(f"Fairness between schools (Jain's index, 1 is equal): {index:.3f}")
