"""A worker that is killed half-way leaves nothing half-served, and its block is done again."""

from __future__ import annotations

import os
import signal
import uuid
from pathlib import Path

import pytest
from celery.exceptions import AlwaysEagerIgnored

from matching.models import Change, RadarFigure, RadarRefresh, RadarSheet, RefreshStatus
from radar.celery import app
from schools.models import Campus, Programme, SchoolYear
from tests.matching.region import scatter
from tests.workers import celery_worker, wait_for

pytestmark = pytest.mark.django_db(transaction=True)


def test_a_killed_worker_leaves_nothing_and_the_block_is_done_again(
    campus: Campus, programme: Programme, tmp_path: Path
) -> None:
    scatter(programme, seed=1, n=20)
    SchoolYear.objects.current()
    half_way, queue = tmp_path / "half-way", f"radar-{uuid.uuid4()}"
    with celery_worker("tests.matching.worker", queue, tmp_path, HALF_WAY=str(half_way)):
        with pytest.warns(AlwaysEagerIgnored):
            app.send_task("matching.refresh_radar", queue=queue)
        wait_for(lambda: half_way.exists() and bool(half_way.read_text()))
        assert RadarRefresh.objects.get().is_running
        os.kill(int(half_way.read_text()), signal.SIGKILL)
        assert not RadarFigure.objects.exists()
        assert not RadarSheet.objects.current().exists()

        wait_for(lambda: not RadarRefresh.objects.running().exists())
    refresh = RadarRefresh.objects.get()
    assert refresh.status == RefreshStatus.DONE
    assert refresh.sheets.current().count() == 2 * Programme.objects.count()
    assert RadarFigure.objects.filter(campus=campus).exists()
    assert not Change.objects.pending().exists()
