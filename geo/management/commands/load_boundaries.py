"""`manage.py load_boundaries FILE`: official municipal boundaries instead of approximate ones."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from geo.boundaries import BoundaryError, load_boundaries


class Command(BaseCommand):
    help = (
        "Load municipal boundaries by NIS code from GeoJSON, TopoJSON or GeoPackage. "
        "Codes from before a merger are mapped to the municipality of today."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("file", type=Path)
        parser.add_argument("--code-property", metavar="NAME", help="property with the NIS code")
        parser.add_argument("--layer", metavar="NAME", help="layer with the municipalities")

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            drawn = load_boundaries(options["file"], options["code_property"], options["layer"])
        except BoundaryError as error:
            raise CommandError(str(error)) from error
        self.stdout.write(f"{drawn.updated} boundaries loaded")
        if drawn.repaired:
            self.stdout.write(f"repaired: {', '.join(sorted(drawn.repaired))}")
        if drawn.walloon:
            self.stdout.write(f"left aside: {drawn.walloon} of Wallonia")
        if drawn.missing:
            self.stdout.write(f"not in the file, as before: {', '.join(sorted(drawn.missing))}")
