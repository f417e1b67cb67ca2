"""A worker for `test_killed.py`: its first attempt at an import stops half-way, to be killed."""

import os
import time
from pathlib import Path

import django

django.setup()

from imports import registry  # noqa: E402
from imports.models import ImportRun  # noqa: E402
from radar.celery import app  # noqa: E402
from schools.models import School  # noqa: E402
from tests.imports.toy import ToyImporter  # noqa: E402

__all__ = ["app"]


class Slow(ToyImporter):
    """Writes everything, leaves its process id, and waits with the transaction open."""

    def apply(self) -> None:
        super().apply()
        if not ImportRun.objects.filter(attempts__gt=1).exists():
            assert School.objects.exists()
            Path(os.environ["HALF_WAY"]).write_text(str(os.getpid()))
            time.sleep(120)


registry._importers["toy"] = Slow
