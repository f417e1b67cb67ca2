"""`manage.py rank_matches`: the ranked workplaces of a campus for a programme."""

import csv
import json
import sys
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from rich.console import Console
from rich.table import Table

from geo.reach import Mode
from matching.pairs import Pair, pairs
from matching.queries import MatchQuery
from radar.web.spreadsheets import harmless
from schools.models import Campus


class Command(BaseCommand):
    help = "Rank the recognised establishments within a radius of a campus for a programme."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--campus", required=True, help="for instance 039107-1")
        parser.add_argument("--programme", required=True, help="number, title or alias")
        parser.add_argument("--radius", help="kilometres, hemelsbreed; default: 25")
        parser.add_argument("--mode", help=f"{', '.join(Mode.values)}; default: cycling")
        parser.add_argument("--max-minutes", help="the longest way; then --radius has no default")
        parser.add_argument("--school-year", help="for instance 2026-2027; default: this one")
        parser.add_argument("--limit", type=int, default=50)
        parser.add_argument(
            "--format", choices=("table", "json", "csv", "geojson"), default="table"
        )

    def handle(self, *args: Any, **options: Any) -> None:
        if options["limit"] < 1:
            raise CommandError("--limit is at least 1.")
        query = MatchQuery(options, campuses=Campus.objects.all())
        if not query.is_valid():
            raise CommandError(query.as_options())
        ranking = query.ranking()
        write = {"table": _table, "json": _json, "csv": _csv, "geojson": _geojson}
        write[options["format"]](pairs(ranking, 0, options["limit"]), len(ranking))


def _record(pair: Pair) -> dict[str, Any]:
    free = pair.workplace.places_free if pair.workplace else None
    return {
        "rank": pair.rank,
        "score": pair.score,
        "distance": round(pair.distance),
        "travel": pair.trip.as_json() if pair.trip else {},
        "unitNumber": pair.establishment.unit_number,
        "name": pair.establishment.name,
        "address": pair.establishment.address,
        "validUntil": str(pair.recognition.valid_until),
        "lapsesDuringYear": pair.lapses_during_year,
        "placesFree": free,
    }


def _table(found: list[Pair], total: int) -> None:
    table = Table("rank", "score", "km", "min", "free", "establishment", "address")
    for pair in found:
        record = _record(pair)
        free = record["placesFree"]
        table.add_row(
            str(pair.rank),
            f"{pair.score:.3f}",
            f"{pair.distance / 1000:.1f}",
            str(record["travel"].get("minutes", "no way")),
            "unknown" if free is None else str(free),
            pair.establishment.name + (" (lapses)" if pair.lapses_during_year else ""),
            pair.establishment.address,
        )
    console = Console(file=sys.stdout)
    console.print(table)
    console.print(f"{len(found)} of {total}. km: hemelsbreed; min: {_told(found)}")


def _told(found: list[Pair]) -> str:
    """The modes and who gave the minutes, as `cycling (estimate)`."""
    ways = {f"{pair.trip.mode.value} ({pair.trip.source.value})" for pair in found if pair.trip}
    return ", ".join(sorted(ways)) or "none"


def _json(found: list[Pair], total: int) -> None:
    json.dump({"items": [_record(pair) for pair in found], "total": total}, sys.stdout, indent=2)


def _csv(found: list[Pair], total: int) -> None:
    names = ["rank", "score", "distance", "unitNumber", "name", "address", "validUntil"]
    more = ["lapsesDuringYear", "placesFree", "mode", "minutes", "source"]
    writer = csv.DictWriter(sys.stdout, [*names, *more])
    writer.writeheader()
    for pair in found:
        record = _record(pair)
        record |= record.pop("travel")
        writer.writerow({name: harmless(value) for name, value in record.items()})


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
