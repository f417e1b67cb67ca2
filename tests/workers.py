"""A real Celery worker on the test's own database, for tests that kill it."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import quote

from django.db import connection

ROOT = Path(__file__).resolve().parent.parent


def wait_for(what: Callable[[], bool], seconds: float = 180) -> None:
    until = time.monotonic() + seconds
    while not what():
        assert time.monotonic() < until, "it did not happen in time"
        time.sleep(0.1)


@contextmanager
def celery_worker(module: str, queue: str, folder: Path, **environment: str) -> Iterator[None]:
    """A worker of one process, with the application of a module, on a queue of its own.

    Its log and its data go to `folder`.
    """
    database = connection.settings_dict
    password = f":{quote(database['PASSWORD'])}" if database["PASSWORD"] else ""
    port = f":{database['PORT']}" if database["PORT"] else ""
    all_of_it = os.environ | {
        "DATABASE_URL": f"postgis://{database['USER']}{password}"
        f"@{quote(database['HOST'], safe='')}{port}/{database['NAME']}",
        "DATA_DIR": str(folder),
        "DJANGO_SETTINGS_MODULE": "radar.settings.test",
        "QUEUE": queue,
        **environment,
    }
    command = [sys.executable, "-m", "celery", "-A", module, "worker", "--concurrency", "1"]
    with (folder / "worker.log").open("wb") as log:
        process = subprocess.Popen(
            [*command, "--queues", queue, "--loglevel", "INFO"],
            cwd=ROOT,
            env=all_of_it,
            stdout=log,
            stderr=log,
        )
        try:
            yield
        finally:
            process.terminate()
            try:
                process.wait(20)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()
