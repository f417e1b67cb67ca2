"""`manage.py allocate`: propose a place for each pupil of a list, all at once."""

import csv
import sys
from pathlib import Path
from typing import Any

from django.core.exceptions import ValidationError
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils import timezone

from companies.pupils import pupil_reference_shape
from matching.proposals import METHODS, Placement, Pupil, propose
from matching.queries import DEFAULT_RADIUS_KM, MAX_RADIUS_KM, CampusQuery
from schools.models import Campus, Programme

COLUMNS = ("reference", "programme")


class Command(BaseCommand):
    help = (
        "Propose a place for each pupil of a CSV file with the columns reference, programme and, "
        "if wanted, postal_code and km. Nothing is written."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("pupils", type=Path, help="a CSV file, comma or semicolon")
        parser.add_argument("--campus", required=True, help="for instance 039107-1")
        parser.add_argument("--school-year", help="for instance 2026-2027; default: this one")
        parser.add_argument("--method", choices=tuple(METHODS), default="best")

    def handle(self, *args: Any, **options: Any) -> None:
        query = CampusQuery(options, campuses=Campus.objects.all())
        if not query.is_valid():
            raise CommandError(query.as_options())
        pupils = _read(options["pupils"])
        asked = query.cleaned_data
        found = propose(
            asked["campus"],
            pupils,
            asked["school_year"],
            timezone.localdate(),
            options["method"],
        )
        _write(found)
        placed = sum(placement.recognition is not None for placement in found)
        self.stderr.write(f"{placed} of {len(found)} pupils have a place.")


def _read(path: Path) -> list[Pupil]:
    """The pupils of a file. Raises CommandError that names the line and the column."""
    try:
        text = path.read_text(encoding="utf-8-sig")
    except (OSError, UnicodeDecodeError) as error:
        raise CommandError(f"{path} cannot be read: {error}") from None
    delimiter = ";" if ";" in text.partition("\n")[0] else ","
    reader = csv.DictReader(text.splitlines(), delimiter=delimiter)
    missing = [name for name in COLUMNS if name not in (reader.fieldnames or [])]
    if missing:
        raise CommandError(f"{path} has no column {missing[0]}.")
    return [_pupil(row, line) for line, row in enumerate(reader, start=2)]


def _pupil(row: dict[str, str | None], line: int) -> Pupil:
    column = "reference"
    try:
        reference = (row["reference"] or "").strip()
        pupil_reference_shape(reference)
        column = "programme"
        programme = Programme.objects.named(row["programme"] or "")
        column = "km"
        km = float((row.get("km") or str(DEFAULT_RADIUS_KM)).replace(",", "."))
        if not 0 < km <= MAX_RADIUS_KM:
            raise ValueError(f"more than 0 and at most {MAX_RADIUS_KM}")
    except ValidationError as error:
        raise CommandError(f"line {line}, column {column}: {error.messages[0]}") from None
    except ValueError as error:
        raise CommandError(f"line {line}, column {column}: {error}") from None
    return Pupil(reference, programme, km * 1000, (row.get("postal_code") or "").strip())


def _write(found: list[Placement]) -> None:
    names = ["reference", "programme", "unitNumber", "establishment", "address", "metres", "why"]
    writer = csv.writer(sys.stdout)
    writer.writerow(names)
    for item in found:
        place = item.recognition.establishment if item.recognition else None
        writer.writerow(
            [
                item.pupil.reference,
                item.pupil.programme.number,
                place.unit_number if place else "",
                place.name if place else "",
                place.address if place else "",
                "" if item.metres is None else round(item.metres),
                item.why.value if item.why else "",
            ]
        )
