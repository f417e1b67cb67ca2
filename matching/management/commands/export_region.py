"""`manage.py export_region FILE.gpkg`: the region's data for a GIS."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils import timezone

from matching.region_package import write_region
from schools.models import SchoolYear


class Command(BaseCommand):
    help = "Write campuses, establishments, recognitions and municipalities as a GeoPackage."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("file", type=Path, help="a .gpkg to write; one that is there goes")

    def handle(self, *args: Any, **options: Any) -> None:
        path: Path = options["file"]
        if path.suffix != ".gpkg":
            raise CommandError("Give a file that ends in .gpkg.")
        if not path.parent.is_dir():
            raise CommandError(f"There is no folder {path.parent}.")
        write_region(path, SchoolYear.objects.current(), timezone.localdate(), self._tell)
        self.stdout.write(f"Wrote {path}")

    def _tell(self, layer: str, rows: int) -> None:
        self.stdout.write(f"{layer:<16} {rows:>9,}")
