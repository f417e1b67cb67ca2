"""Imports in the background."""

from __future__ import annotations

from pathlib import Path

from celery import shared_task

from imports.errors import BusyError
from imports.models import ImportRun, RunStatus
from imports.progress import Cached
from imports.runs import carry_out


@shared_task(name="imports.import_upload")
def import_upload(run_id: int) -> None:
    """Carry out a run of an uploaded file.

    A task whose worker died is delivered again, and so may one that takes long: a run that has
    ended, or that another worker is at, is left alone.
    """
    run = ImportRun.objects.filter(pk=run_id).first()
    if run is None or run.is_over:
        return
    try:
        done = carry_out(run, Path(run.file.path), Cached(run.pk))
    except BusyError as busy:
        ImportRun.objects.filter(pk=run.pk, status=RunStatus.WAITING).update(
            status=RunStatus.REFUSED, message=str(busy)
        )
        return
    if done.is_over and not done.is_dry_run:
        done.forget_upload()
