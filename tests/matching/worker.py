"""A worker for `test_refresh_killed.py`: its first block stops half-way, to be killed."""

import os
import time
from pathlib import Path
from typing import Any

import django

django.setup()

from django.db import connection  # noqa: E402

from matching import radar_store  # noqa: E402
from matching.models import RadarFigure  # noqa: E402
from radar.celery import app  # noqa: E402

__all__ = ["app"]

app.conf.task_always_eager = False
app.conf.task_default_queue = os.environ["QUEUE"]

HALF_WAY = Path(os.environ["HALF_WAY"])
write = radar_store._copy


def slow(*args: Any) -> None:
    """Writes everything, leaves its process id, and waits with the transaction open."""
    write(*args)
    if not HALF_WAY.exists():
        assert connection.in_atomic_block
        assert RadarFigure.objects.exists()
        HALF_WAY.write_text(str(os.getpid()))
        time.sleep(120)


radar_store._copy = slow
