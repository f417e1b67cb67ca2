"""Carrying out a run: one at a time per kind, one transaction per file, a record of what happened.

The record is written in the transaction of the data, so that a run is done exactly when its data
is there. A worker that dies leaves a run that says it is running, and nothing else; the next run of
its kind gets the lock, since nobody holds it, and marks what it finds as interrupted.
"""

from __future__ import annotations

import logging
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from pathlib import Path

import pghistory
from django.core.files import File
from django.db import DatabaseError, transaction
from django.utils import timezone, translation
from django.utils.text import format_lazy
from django.utils.translation import gettext as _

from accounts.models import User
from geo.locks import advisory_lock, is_locked
from imports.errors import BusyError, RefusedError
from imports.frame import Importer, Source
from imports.models import ImportRun, RunStatus
from imports.progress import Progress
from imports.registry import importer_of
from imports.staging import execute
from imports.tables import sha256

logger = logging.getLogger(__name__)

#: A file that brings down its worker is not tried for ever.
MAX_ATTEMPTS = 3


def new_run(
    kind: str,
    path: Path,
    *,
    name: str = "",
    user: User | None = None,
    is_dry_run: bool = False,
    options: Mapping[str, bool] | None = None,
) -> ImportRun:
    """A waiting run for a file that lies at `path`. The file is not kept."""
    return ImportRun.objects.create(
        kind=kind,
        file_name=(name or path.name)[-255:],
        file_hash=sha256(path),
        file_size=path.stat().st_size,
        is_dry_run=is_dry_run,
        options=dict(options or {}),
        started_by=user,
        language=translation.get_language() or "nl",
    )


def upload_run(
    kind: str, upload: File[bytes], user: User, options: Mapping[str, bool]
) -> ImportRun:
    """A waiting dry run of an uploaded file, which is kept until it is imported for real."""
    run = ImportRun(
        kind=kind,
        file_name=(upload.name or "")[-255:],
        file_size=upload.size,
        is_dry_run=True,
        options=dict(options),
        started_by=user,
        language=translation.get_language() or "nl",
    )
    run.file.save(upload.name or kind, upload, save=False)
    run.file_hash = sha256(Path(run.file.path))
    run.save()
    return run


def carry_out(run: ImportRun, path: Path, progress: Progress | None = None) -> ImportRun:
    """Import a file as its run says, or rehearse that. The outcome is in the run.

    Raises BusyError when an import of this kind is under way, and whatever was not foreseen; a file
    that is refused is an outcome and no error.
    """
    importer_class = importer_of(run.kind)
    with _alone(run.kind), translation.override(run.language):
        _mark_interrupted(run)
        if not _begin(run):
            return run
        source = Source(path, run.file_name, run.file_hash)
        importer = importer_class(source, run.options, progress, today=timezone.localdate())
        try:
            _load(run, importer)
        except RefusedError as refusal:
            _conclude(run, importer, RunStatus.REFUSED, str(refusal))
        except Exception as error:
            logger.exception("Import %s failed", run.pk)
            _fail(run, importer, error)
            raise
    return run


def _load(run: ImportRun, importer: Importer) -> None:
    context = {"import": run.pk, "kind": run.kind, "user": run.started_by_id}
    with transaction.atomic(durable=True), pghistory.context(**context):
        importer.load()
        if run.is_dry_run:
            # What the database itself refuses is found in a rehearsal too.
            execute("SET CONSTRAINTS ALL IMMEDIATE")
            transaction.set_rollback(True)
        else:
            _conclude(run, importer, RunStatus.DONE)
    if run.is_dry_run:
        _conclude(run, importer, RunStatus.DONE)


@transaction.atomic
def _conclude(run: ImportRun, importer: Importer, status: RunStatus, message: str = "") -> None:
    """Write down the outcome, with the rows that were left out."""
    for name, value in importer.report().items():
        setattr(run, name, value)
    run.status = status
    run.message = "\n".join([*filter(None, [message]), *map(str, importer.notes)])
    run.finished_at = timezone.now()
    run.save()
    importer.rejections.save(run)


def _fail(run: ImportRun, importer: Importer, error: Exception) -> None:
    """Write down that something unforeseen happened, if the database is there to write it in."""
    message = format_lazy(
        _(
            "Something went wrong that the import did not foresee ({error}). Nothing was changed. "
            "Try again; if it happens again, tell the administrators of the site."
        ),
        error=f"{type(error).__name__}: {error}".splitlines()[0][:300],
    )
    with suppress(DatabaseError):
        _conclude(run, importer, RunStatus.FAILED, str(message))


def _mark_interrupted(run: ImportRun) -> None:
    """Who holds the lock knows that runs of the kind that say they are running are not."""
    ImportRun.objects.of_kind(run.kind).filter(status=RunStatus.RUNNING).exclude(pk=run.pk).update(
        status=RunStatus.INTERRUPTED,
        finished_at=timezone.now(),
        message=_("The import was cut off half-way. Nothing was changed. Start it again."),
    )


def _begin(run: ImportRun) -> bool:
    """Mark the run as running; False when it was cut off too often to try again."""
    if run.attempts >= MAX_ATTEMPTS:
        run.status = RunStatus.INTERRUPTED
        run.message = _(
            "The import was cut off every time it was tried. Nothing was changed. The file may be "
            "too large for the server."
        )
        run.finished_at = timezone.now()
        run.save()
        return False
    run.status = RunStatus.RUNNING
    run.attempts += 1
    run.started_at = timezone.now()
    run.save()
    return True


def _lock_name(kind: str) -> str:
    return f"imports.{kind}"


def is_under_way(kind: str) -> bool:
    """Whether an import of a kind is under way at this moment."""
    return is_locked(_lock_name(kind))


@contextmanager
def _alone(kind: str) -> Iterator[None]:
    """Hold the lock of a kind. Raises BusyError when another import of the kind holds it."""
    with advisory_lock(_lock_name(kind)) as held:
        if not held:
            raise BusyError(
                _("Another import of this kind is under way. Try again when it has finished.")
            )
        yield
