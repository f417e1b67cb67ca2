"""`manage.py rank_matches`: the ranked workplaces of a campus for a programme."""

import csv
import json
import math
import sys
from typing import Any

from django.core.exceptions import ValidationError
from django.core.management.base import BaseCommand, CommandError, CommandParser
from rich.console import Console
from rich.table import Table

from matching.pairs import Pair, pairs
from matching.ranking import rank
from schools.models import Campus, Programme, SchoolYear

MAX_RADIUS_KM = 150


class Command(BaseCommand):
    help = "Rank the recognised establishments within a radius of a campus for a programme."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--campus", required=True, help="for instance 039107-1")
        parser.add_argument("--programme", required=True, help="number, title or alias")
        parser.add_argument("--radius", type=float, required=True, help="kilometres, hemelsbreed")
        parser.add_argument("--school-year", help="for instance 2026-2027; default: this one")
        parser.add_argument("--limit", type=int, default=50)
        parser.add_argument(
            "--format", choices=("table", "json", "csv", "geojson"), default="table"
        )

    def handle(self, *args: Any, **options: Any) -> None:
        radius = options["radius"]
        if not (math.isfinite(radius) and 0 < radius <= MAX_RADIUS_KM):
            raise CommandError(f"--radius is more than 0 and at most {MAX_RADIUS_KM} kilometres.")
        if options["limit"] < 1:
            raise CommandError("--limit is at least 1.")
        ranking = rank(
            _campus(options["campus"]),
            _programme(options["programme"]),
            radius,
            _school_year(options["school_year"]),
        )
        write = {"table": _table, "json": _json, "csv": _csv, "geojson": _geojson}
        write[options["format"]](pairs(ranking, 0, options["limit"]), len(ranking))


def _campus(key: str) -> Campus:
    try:
        return Campus.objects.keyed(key)
    except Campus.DoesNotExist:
        raise CommandError(f"There is no campus {key}.") from None


def _programme(text: str) -> Programme:
    found = (
        Programme.objects.filter(number=int(text))
        if text.isascii() and text.isdecimal() and len(text) <= 9
        else Programme.objects.called(text)
    )
    programmes = list(found[:2])
    if len(programmes) != 1:
        problem = "There is no" if not programmes else "There is more than one"
        raise CommandError(f"{problem} programme “{text}”; use its number.")
    return programmes[0]


def _school_year(name: str | None) -> SchoolYear:
    try:
        year = SchoolYear.objects.named(name) if name else SchoolYear.objects.current()
    except ValidationError as error:
        raise CommandError(error.messages[0]) from None
    except SchoolYear.DoesNotExist:
        raise CommandError(f"The school year {name} is unknown.") from None
    if year.has_ended():
        raise CommandError(f"The school year {name} has ended.")
    return year


def _record(pair: Pair) -> dict[str, Any]:
    free = pair.workplace.places_free if pair.workplace else None
    return {
        "rank": pair.rank,
        "score": pair.score,
        "distance": round(pair.distance),
        "unitNumber": pair.establishment.unit_number,
        "name": pair.establishment.name,
        "address": pair.establishment.address,
        "validUntil": str(pair.recognition.valid_until),
        "lapsesDuringYear": pair.lapses_during_year,
        "placesFree": free,
    }


def _table(found: list[Pair], total: int) -> None:
    table = Table("rank", "score", "km (hemelsbreed)", "free", "establishment", "address")
    for pair in found:
        record = _record(pair)
        free = record["placesFree"]
        table.add_row(
            str(pair.rank),
            f"{pair.score:.3f}",
            f"{pair.distance / 1000:.1f}",
            "unknown" if free is None else str(free),
            pair.establishment.name + (" (lapses)" if pair.lapses_during_year else ""),
            pair.establishment.address,
        )
    console = Console(file=sys.stdout)
    console.print(table)
    console.print(f"{len(found)} of {total}")


def _json(found: list[Pair], total: int) -> None:
    json.dump({"items": [_record(pair) for pair in found], "total": total}, sys.stdout, indent=2)


def _csv(found: list[Pair], total: int) -> None:
    names = ["rank", "score", "distance", "unitNumber", "name", "address", "validUntil"]
    writer = csv.DictWriter(sys.stdout, [*names, "lapsesDuringYear", "placesFree"])
    writer.writeheader()
    writer.writerows(_record(pair) for pair in found)


def _geojson(found: list[Pair], total: int) -> None:
    features = [
        {
            "type": "Feature",
            "geometry": {"type": "Point", "coordinates": list(pair.establishment.point.coords)},
            "properties": _record(pair),
        }
        for pair in found
        if pair.establishment.point is not None
    ]
    json.dump({"type": "FeatureCollection", "features": features}, sys.stdout)
