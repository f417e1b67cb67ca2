"""`manage.py import_template KIND FILE`: the workbook to fill in for an import."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandParser
from django.utils import timezone

from imports.registry import importers
from imports.template_file import write_template


class Command(BaseCommand):
    help = "Write the template of an import, with an explanation of its columns."

    def add_arguments(self, parser: CommandParser) -> None:
        kinds = [kind for kind, importer in importers().items() if importer.has_template]
        parser.add_argument("kind", choices=kinds)
        parser.add_argument("file", type=Path, help="an .xlsx to write")

    def handle(self, *args: Any, **options: Any) -> None:
        importer = importers()[options["kind"]]
        with options["file"].open("wb") as stream:
            columns = importer.template_columns(timezone.localdate())
            write_template(columns, str(importer.title), stream)
        self.stdout.write(f"Wrote {options['file']}")
