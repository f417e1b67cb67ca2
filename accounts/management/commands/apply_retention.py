"""`manage.py apply_retention`: end what was kept long enough, as every night."""

from __future__ import annotations

import sys
from typing import Any

from django.core.management.base import BaseCommand, CommandParser
from django.utils import timezone
from rich.box import SIMPLE
from rich.console import Console
from rich.table import Table

from accounts.retention import apply_all, rules


class Command(BaseCommand):
    help = "Delete or anonymise what was kept long enough (settings.RETENTION_DAYS)."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--dry-run", action="store_true", help="count, and change nothing")

    def handle(self, *args: Any, **options: Any) -> None:
        touched = apply_all(timezone.localdate(), rehearse=options["dry_run"])
        table = Table(box=SIMPLE)
        table.add_column("rule")
        table.add_column("after days", justify="right")
        table.add_column("records", justify="right")
        for rule in rules():
            table.add_row(str(rule.title), str(rule.days), str(touched[rule.slug]))
        Console(file=sys.stdout).print(table)
