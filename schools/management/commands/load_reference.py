"""`manage.py load_reference`: the reference data of `fixtures/` into the database."""

from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.db import transaction

import geo.reference
import schools.reference


class Command(BaseCommand):
    help = "Load municipalities, postal codes, sectors and programmes from fixtures/."

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            with transaction.atomic():
                tables = [*geo.reference.load(), *schools.reference.load()]
        except geo.reference.ReferenceDataError as error:
            raise CommandError(str(error)) from error
        for loaded in tables:
            self.stdout.write(
                f"{loaded.table:<24} {loaded.total:>5}"
                f"  ({loaded.created} new, {loaded.changed} changed)"
            )
