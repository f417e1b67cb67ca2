"""A worker that is killed half-way leaves nothing half-written, and the import is done again."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
import uuid
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any
from urllib.parse import quote

import pytest
from celery.exceptions import AlwaysEagerIgnored
from django.core.files import File
from django.db import connection

from imports import registry
from imports.models import ImportRun, RunStatus
from imports.runs import carry_out, new_run
from radar.celery import app
from schools.models import School
from tests.imports.files import csv_file
from tests.imports.toy import ToyImporter

ROOT = Path(__file__).resolve().parent.parent.parent
ROWS = [["nummer", "naam"], *([str(number), f"School {number}"] for number in range(1, 201))]

pytestmark = [
    pytest.mark.django_db(transaction=True),
    pytest.mark.usefixtures("in_english"),
]


def wait_for(what: Callable[[], bool], seconds: float = 60) -> None:
    until = time.monotonic() + seconds
    while not what():
        assert time.monotonic() < until, "it did not happen in time"
        time.sleep(0.1)


@pytest.fixture
def queue() -> str:
    return f"imports-{uuid.uuid4()}"


@pytest.fixture
def half_way(tmp_path: Path) -> Path:
    return tmp_path / "half-way"


@pytest.fixture
def worker(queue: str, half_way: Path, tmp_path: Path) -> Iterator[subprocess.Popen[bytes]]:
    """A Celery worker of one process on this test's database and queue."""
    database = connection.settings_dict
    password = f":{quote(database['PASSWORD'])}" if database["PASSWORD"] else ""
    port = f":{database['PORT']}" if database["PORT"] else ""
    environment = os.environ | {
        "DATABASE_URL": f"postgis://{database['USER']}{password}"
        f"@{quote(database['HOST'], safe='')}{port}/{database['NAME']}",
        "DATA_DIR": str(tmp_path),
        "HALF_WAY": str(half_way),
        "DJANGO_SETTINGS_MODULE": "radar.settings.test",
    }
    command = [sys.executable, "-m", "celery", "-A", "tests.imports.worker", "worker"]
    with (tmp_path / "worker.log").open("wb") as log:
        process = subprocess.Popen(
            [*command, "--concurrency", "1", "--queues", queue, "--loglevel", "INFO"],
            cwd=ROOT,
            env=environment,
            stdout=log,
            stderr=log,
        )
        yield process
        process.terminate()
        try:
            process.wait(20)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


@pytest.mark.usefixtures("worker")
def test_a_killed_worker_leaves_nothing_and_the_import_is_done_again(
    queue: str, half_way: Path, tmp_path: Path, settings: Any
) -> None:
    settings.MEDIA_ROOT = tmp_path / "media"
    path = csv_file(tmp_path / "toy.csv", ROWS)
    run = new_run("toy", path)
    with path.open("rb") as stream:
        run.file.save("toy.csv", File(stream))
    with pytest.warns(AlwaysEagerIgnored):
        app.send_task("imports.import_upload", [run.pk], queue=queue)

    wait_for(lambda: half_way.exists() and bool(half_way.read_text()))
    run.refresh_from_db()
    assert run.status == RunStatus.RUNNING
    os.kill(int(half_way.read_text()), signal.SIGKILL)
    assert not School.objects.exists()

    wait_for(lambda: ImportRun.objects.get(pk=run.pk).is_over)
    run.refresh_from_db()
    assert (run.status, run.added, run.attempts) == (RunStatus.DONE, 200, 2)
    assert School.objects.count() == 200
    wait_for(lambda: not list((tmp_path / "media").rglob("*.csv")))


def test_what_a_dead_worker_left_is_marked_by_the_next_run(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(registry._importers, "toy", ToyImporter)
    path = csv_file(tmp_path / "toy.csv", ROWS)
    left = new_run("toy", path)
    ImportRun.objects.filter(pk=left.pk).update(status=RunStatus.RUNNING)
    assert carry_out(new_run("toy", path), path).added == 200
    left.refresh_from_db()
    assert left.status == RunStatus.INTERRUPTED
    assert "Start it again" in left.message
