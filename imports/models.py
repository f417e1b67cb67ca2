"""The history of imports: who loaded what, when, what it changed and what was wrong with it."""

from __future__ import annotations

import uuid
from datetime import timedelta
from pathlib import Path
from typing import Any, Self

from django.conf import settings
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _


class RunStatus(models.TextChoices):
    """Where an import stands."""

    WAITING = "waiting", _("waiting")
    RUNNING = "running", _("running")
    DONE = "done", _("done")
    REFUSED = "refused", _("refused")
    FAILED = "failed", _("failed")
    INTERRUPTED = "interrupted", _("interrupted")


#: In these a run will change no more.
OVER = (RunStatus.DONE, RunStatus.REFUSED, RunStatus.FAILED, RunStatus.INTERRUPTED)
#: How long a file that was uploaded is kept for a run that nobody confirmed.
UPLOADS_LAST = timedelta(days=7)


def upload_path(run: ImportRun, name: str) -> str:
    """Where an upload is kept: under a name that nobody chose."""
    return f"imports/{uuid.uuid4()}{Path(name).suffix.lower()[:8]}"


class ImportRunQuerySet(models.QuerySet["ImportRun"]):
    def of_kind(self, kind: str) -> Self:
        return self.filter(kind=kind)

    def effective(self) -> Self:
        """Runs that wrote what they found."""
        return self.filter(status=RunStatus.DONE, is_dry_run=False)

    def forget_uploads(self) -> None:
        """Delete the files of runs that nobody came back to. Their history stays."""
        old = timezone.now() - UPLOADS_LAST
        for run in self.exclude(file="").filter(created_at__lt=old, status__in=OVER):
            run.forget_upload()


class ImportRun(models.Model):
    """One import of one file, or one rehearsal of it (a dry run)."""

    kind = models.CharField(_("kind"), max_length=40)
    file = models.FileField(_("file"), upload_to=upload_path, blank=True)
    file_name = models.CharField(_("file name"), max_length=255, blank=True)
    file_hash = models.CharField(_("SHA-256 of the file"), max_length=64, blank=True)
    file_size = models.BigIntegerField(_("size of the file in bytes"), default=0)
    is_dry_run = models.BooleanField(_("dry run"), default=False)
    options = models.JSONField(_("options"), default=dict, blank=True)
    started_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.SET_NULL,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("started by"),
    )
    language = models.CharField(_("language of the messages"), max_length=5, default="nl")
    # The dry run that somebody looked at before she started this one.
    rehearsal = models.ForeignKey(
        "self",
        on_delete=models.SET_NULL,
        null=True,
        blank=True,
        related_name="performances",
        verbose_name=_("dry run before it"),
    )
    status = models.CharField(
        _("status"), max_length=11, choices=RunStatus, default=RunStatus.WAITING
    )
    attempts = models.PositiveSmallIntegerField(_("attempts"), default=0)
    created_at = models.DateTimeField(_("created at"), auto_now_add=True)
    started_at = models.DateTimeField(_("started at"), null=True, blank=True)
    finished_at = models.DateTimeField(_("finished at"), null=True, blank=True)
    added = models.PositiveIntegerField(_("added"), default=0)
    changed = models.PositiveIntegerField(_("changed"), default=0)
    ended = models.PositiveIntegerField(_("ended"), default=0)
    unchanged = models.PositiveIntegerField(_("unchanged"), default=0)
    rejected = models.PositiveIntegerField(_("rejected"), default=0)
    # Per table: {"table": "schools.school", "added": 3, …}; the totals above are their sums.
    tables = models.JSONField(_("per table"), default=list, blank=True)
    # A few of each: {"table": …, "action": "changed", "label": …, "values": [[field, old, new]]}.
    examples = models.JSONField(_("examples"), default=list, blank=True)
    message = models.TextField(_("message"), blank=True)
    # Of sources that come as a full set and numbered updates.
    extract = models.PositiveIntegerField(_("number of the extract"), null=True, blank=True)
    # Of what it left in our tables, for importers that recognise a file they need not read again.
    fingerprint = models.CharField(
        _("fingerprint of the data"), max_length=40, blank=True, default="", db_default=""
    )

    objects = ImportRunQuerySet.as_manager()

    class Meta:
        ordering = ("-created_at", "-pk")
        verbose_name = _("import")
        verbose_name_plural = _("imports")
        indexes = (models.Index(fields=("kind", "-created_at"), name="import_run_kind"),)

    def __str__(self) -> str:
        return f"{self.kind} {self.created_at:%Y-%m-%d %H:%M}"

    @property
    def is_over(self) -> bool:
        return self.status in OVER

    @property
    def duration(self) -> timedelta | None:
        """How long it took, or takes until now."""
        if self.started_at is None:
            return None
        return (self.finished_at or timezone.now()) - self.started_at

    @property
    def may_be_performed(self) -> bool:
        """Whether this is a rehearsal whose file is still there to be imported."""
        done = self.status == RunStatus.DONE or (
            self.status == RunStatus.REFUSED and self.ended > 0
        )
        return self.is_dry_run and done and bool(self.file)

    def earlier_with_the_same_file(self) -> ImportRun | None:
        """The last run before this one that imported the very same file."""
        return (
            ImportRun.objects.of_kind(self.kind)
            .effective()
            .filter(file_hash=self.file_hash, created_at__lt=self.created_at)
            .first()
        )

    def perform(self, user: Any, **options: bool) -> ImportRun:
        """A waiting run that does what this dry run rehearsed, with some options changed."""
        return ImportRun.objects.create(
            kind=self.kind,
            file=self.file.name,
            file_name=self.file_name,
            file_hash=self.file_hash,
            file_size=self.file_size,
            options=self.options | options,
            started_by=user,
            language=self.language,
            rehearsal=self,
        )

    def forget_upload(self) -> None:
        """Delete the uploaded file, here and at the runs that share it."""
        if name := self.file.name:
            self.file.storage.delete(name)
            ImportRun.objects.filter(file=name).update(file="")
            self.file = ""


class ImportRejection(models.Model):
    """A row that was left out: where it stands, and what is wrong with it."""

    run = models.ForeignKey(
        ImportRun, on_delete=models.CASCADE, related_name="rejections", verbose_name=_("import")
    )
    line = models.PositiveIntegerField(_("line"))
    column = models.CharField(_("column"), max_length=100, blank=True)
    value = models.CharField(_("value"), max_length=200, blank=True)
    reason = models.TextField(_("reason"))

    class Meta:
        ordering = ("run", "line", "pk")
        verbose_name = _("rejected row")
        verbose_name_plural = _("rejected rows")

    def __str__(self) -> str:
        return f"{self.line}: {self.reason}"
