"""`manage.py prepare_timetable`: read the GTFS feeds, so that travel times can be told by them."""

from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from geo.reach import ReachError
from geo.reach.timetable import prepare_of_settings


class Command(BaseCommand):
    help = "Read the GTFS feeds of GTFS_PATH into a file that opens in a moment."

    def handle(self, *args: Any, **options: Any) -> None:
        if not settings.GTFS_PATH:
            raise CommandError("GTFS_PATH names no feed.")
        try:
            path = prepare_of_settings()
        except ReachError as error:
            raise CommandError(str(error)) from None
        self.stdout.write(f"{path}" if path else "Nothing changed.")
