"""`manage.py statistics`: a table of figures, on the screen or in a file."""

import json
import sys
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from rich.console import Console
from rich.table import Table as Screen

from figures.exports import columns_of, header, item, lines, machine_csv, workbook_of
from figures.models import Cube
from figures.questions import FiguresQuery, snake
from figures.results import Result, answer
from figures.tables import TABLES

#: The options that a question has, beside its table.
OPTIONS = [name for name in FiguresQuery.base_fields if name != "by"]


class Command(BaseCommand):
    help = "Show a table of the region's figures, the same as its page and the API."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--table", required=True, choices=list(TABLES))
        parser.add_argument("--by", help="at most two dimensions, as province,sector")
        parser.add_argument("--format", choices=("table", "csv", "json", "xlsx"), default="table")
        parser.add_argument("--output", type=Path, help="a file to write; needed for xlsx")
        for name in OPTIONS:
            parser.add_argument(f"--{name.replace('_', '-')}", help=self._help(name))

    @staticmethod
    def _help(name: str) -> str:
        return {
            "school_year": "as 2026-2027; default: what the page shows",
            "area": "longitude,latitude;longitude,latitude;...",
        }.get(name, "")

    def handle(self, *args: Any, **options: Any) -> None:
        cube = Cube.objects.current()
        if cube is None:
            raise CommandError("There are no figures yet. Run `manage.py refresh_figures` first.")
        table = TABLES[options["table"]]
        asked = {name: options[name] for name in ("by", *OPTIONS) if options[name] is not None}
        query = FiguresQuery(asked, table=table, cube=cube)
        if unknown := [name for name in asked if name not in query.fields]:
            raise CommandError(
                f"The table {table.key} has no --{unknown[0].replace('_', '-')}. Its dimensions: "
                f"{', '.join(snake(key).replace('_', '-') for key in table.dimensions)}."
            )
        if not query.is_valid():
            raise CommandError(query.as_options())
        result = answer(query.question())
        if options["format"] == "table":
            _show(result)
            return
        written = _FORMATS[options["format"]](result)
        if options["output"]:
            options["output"].write_bytes(written)
        elif options["format"] == "xlsx":
            raise CommandError("--output: name the file to write.")
        else:
            sys.stdout.write(written.decode())


def _show(result: Result) -> None:
    screen = Screen(*header(result))
    for line in lines(result):
        screen.add_row(*("" if value is None else str(value) for value in line))
    # As wide as it needs: a terminal wraps, a pipe does not.
    Console(file=sys.stdout, width=max(Console().width, 16 * len(screen.columns))).print(screen)


def _json(result: Result) -> bytes:
    body = {
        "table": result.question.table.key,
        "computedAt": result.computed_at.isoformat(),
        "columns": columns_of(result),
        "items": [item(result, row) for row in result.rows],
        "totals": [item(result, row) for row in result.totals],
    }
    return json.dumps(body, indent=2, ensure_ascii=False, default=str).encode()


def _csv(result: Result) -> bytes:
    return machine_csv(result).encode()


_FORMATS = {"csv": _csv, "json": _json, "xlsx": lambda result: workbook_of([result])}
