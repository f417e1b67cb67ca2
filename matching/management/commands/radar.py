"""`manage.py radar`: which programmes a campus could open, strengthen, keep or should watch."""

import csv
import json
import sys
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from rich.console import Console
from rich.table import Column, Table

from geo.reach import Mode
from matching.queries import RadarQuery
from matching.radar import RadarRow
from schools.models import Campus


class Command(BaseCommand):
    help = "Set what a campus can reach against the pupils who draw on it, per programme."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--campus", required=True, help="for instance 039107-1")
        parser.add_argument("--mode", help=f"minutes, not kilometres: {', '.join(Mode.values)}")
        parser.add_argument("--max-minutes", help="the longest way; default with a mode: 45")
        parser.add_argument("--school-year", help="for instance 2026-2027; default: this one")
        parser.add_argument("--format", choices=("table", "json", "csv"), default="table")

    def handle(self, *args: Any, **options: Any) -> None:
        query = RadarQuery(options, campuses=Campus.objects.all())
        if not query.is_valid():
            raise CommandError(query.as_options())
        write = {"table": _table, "json": _json, "csv": _csv}
        found = query.radar()
        write[options["format"]](found.rows)
        if found.way and options["format"] == "table":
            sources = ", ".join(source.value for source in found.sources)
            at_most, mode = found.way.at_most, found.way.mode.value
            self.stdout.write(f"Within {at_most:g} minutes, {mode} ({sources}).")


def _record(row: RadarRow) -> dict[str, Any]:
    item = row.opportunity
    return {
        "programme": row.programme.number,
        "title": row.programme.title,
        "advice": item.advice.value,
        "reasons": [reason.value for reason in item.reasons],
        "offered": item.offered,
        "pupils": item.pupils,
        "recognitions": item.recognitions,
        "recognitionsWithUnknownPlaces": item.unknown,
        "placesLow": item.places_low,
        "placesHigh": item.places_high,
        "placesFree": item.free,
        "pupilsDrawing": item.drawing,
        "placesPerPupilLow": round(item.per_pupil_low, 3),
        "placesPerPupilHigh": round(item.per_pupil_high, 3),
        "lapsingShare": round(item.lapsing_share, 3),
        "rivals": [campus.key for campus in row.rivals],
        "nearestDistance": None if item.nearest is None else round(item.nearest),
        "vacancies": row.vacancies,
    }


def _table(rows: list[RadarRow]) -> None:
    table = Table(
        Column("programme", min_width=20),
        "advice",
        "offered",
        "pupils",
        "places",
        "per pupil",
        "rivals",
        "vacancies",
    )
    for row in rows:
        item = row.opportunity
        table.add_row(
            row.programme.title,
            item.advice.value,
            "yes" if item.offered else "no",
            str(item.pupils),
            f"{item.places_low:.0f}-{item.places_high:.0f}",
            f"{item.per_pupil_low:.1f}-{item.per_pupil_high:.1f}",
            str(len(row.rivals)),
            "unknown" if row.vacancies is None else str(row.vacancies),
        )
    Console(file=sys.stdout).print(table)


def _json(rows: list[RadarRow]) -> None:
    json.dump({"items": [_record(row) for row in rows], "total": len(rows)}, sys.stdout, indent=2)


def _csv(rows: list[RadarRow]) -> None:
    records = [
        {key: " ".join(cell) if isinstance(cell, list) else cell for key, cell in record.items()}
        for record in map(_record, rows)
    ]
    if records:
        writer = csv.DictWriter(sys.stdout, list(records[0]))
        writer.writeheader()
        writer.writerows(records)
