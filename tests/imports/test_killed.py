"""A worker that is killed half-way leaves nothing half-written, and the import is done again."""

from __future__ import annotations

import os
import signal
import uuid
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from celery.exceptions import AlwaysEagerIgnored
from django.core.files import File
from django.db import DatabaseError, connection

from imports import registry
from imports.models import ImportRun, RunStatus
from imports.runs import carry_out, new_run
from radar.celery import app
from schools.models import School
from tests.imports.files import csv_file
from tests.imports.toy import ToyImporter
from tests.workers import celery_worker, wait_for

ROWS = [["nummer", "naam"], *([str(number), f"School {number}"] for number in range(1, 201))]

pytestmark = [
    pytest.mark.django_db(transaction=True),
    pytest.mark.usefixtures("in_english"),
]


@pytest.fixture
def queue() -> str:
    return f"imports-{uuid.uuid4()}"


@pytest.fixture
def half_way(tmp_path: Path) -> Path:
    return tmp_path / "half-way"


@pytest.fixture
def worker(queue: str, half_way: Path, tmp_path: Path) -> Iterator[None]:
    with celery_worker("tests.imports.worker", queue, tmp_path, HALF_WAY=str(half_way)):
        yield


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


def test_a_database_that_restarts_half_way_keeps_nothing_and_the_next_run_finishes(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(registry._importers, "toy", ToyImporter)
    path = csv_file(tmp_path / "toy.csv", ROWS)
    written: list[int] = []

    def apply(self: ToyImporter) -> None:
        """Write all, and lose the connection as in a restart: before the end of the transaction."""
        super(ToyImporter, self).apply()
        written.append(School.objects.count())
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_terminate_backend(pg_backend_pid())")

    cut_off = new_run("toy", path)
    with monkeypatch.context() as patch:
        patch.setattr(ToyImporter, "apply", apply)
        with pytest.raises(DatabaseError):
            carry_out(cut_off, path)
    connection.close()
    assert written == [200]
    assert not School.objects.exists()
    cut_off.refresh_from_db()
    assert cut_off.status == RunStatus.FAILED
    assert "Nothing was changed" in cut_off.message

    assert carry_out(new_run("toy", path), path).added == 200
    assert School.objects.count() == 200
