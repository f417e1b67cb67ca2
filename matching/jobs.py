"""What every job in the background is: owned, watched, taken up when its worker died, dropped."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import ClassVar, Generic, TypeVar
from uuid import UUID, uuid4

from django.conf import settings
from django.db import models, transaction
from django.db.models.functions import Now
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

#: An unfinished job of which nothing was heard for this long is taken up by another worker.
STALLED_AFTER = timedelta(minutes=2)
#: A job that brings down its workers is not tried for ever.
MAX_ATTEMPTS = 3
#: Jobs of a kind that one owner may have under way.
MAX_UNFINISHED = 3


class JobStatus(models.TextChoices):
    """How far a job is."""

    WAITING = "waiting", _("waiting")
    RUNNING = "running", _("running")
    DONE = "done", _("done")
    CANCELLED = "cancelled", _("cancelled")
    FAILED = "failed", _("failed")

    @classmethod
    def unfinished(cls) -> tuple[JobStatus, ...]:
        return cls.WAITING, cls.RUNNING


AnyJob = TypeVar("AnyJob", bound="Job")


class JobQuerySet(models.QuerySet[AnyJob], Generic[AnyJob]):
    def of(self, owner: str) -> JobQuerySet[AnyJob]:
        """The jobs of a caller or user (`radar.api.callers.caller_key`, `owner_key`)."""
        return self.filter(owner=owner)

    def unfinished(self) -> JobQuerySet[AnyJob]:
        return self.filter(status__in=JobStatus.unfinished())

    def stalled(self) -> JobQuerySet[AnyJob]:
        """Unfinished, and so quiet that their worker may have died."""
        return self.unfinished().filter(heard_at__lt=timezone.now() - STALLED_AFTER)

    def expired(self) -> JobQuerySet[AnyJob]:
        return self.filter(created_at__lt=timezone.now() - self.model.KEPT)

    @transaction.atomic
    def begin(self, pk: UUID) -> AnyJob | None:
        """Start on a job, or go on with it; None when there is nothing to do any more.

        One that was started too often is given up.
        """
        job = self.select_for_update().unfinished().filter(pk=pk).first()
        if job is None:
            return None
        if job.attempts >= MAX_ATTEMPTS:
            job.end(JobStatus.FAILED)
            return None
        job.status, job.heard_at = JobStatus.RUNNING, timezone.now()
        job.attempts += 1
        job.save(update_fields=["status", "heard_at", "attempts"])
        return job


class Job(models.Model):
    """Work for an owner, in the language she asked in. `done` of `total` steps are done.

    `KEPT` is how long a job and what it found are kept after it was asked.
    """

    KEPT: ClassVar[timedelta]

    id = models.UUIDField(primary_key=True, default=uuid4, editable=False)
    owner = models.CharField(max_length=255, db_index=True)
    language = models.CharField(max_length=2, choices=settings.LANGUAGES)
    status = models.CharField(max_length=9, choices=JobStatus, default=JobStatus.WAITING)
    total = models.PositiveIntegerField()
    done = models.PositiveIntegerField(default=0)
    attempts = models.PositiveSmallIntegerField(default=0)
    created_at = models.DateTimeField(db_default=Now())
    heard_at = models.DateTimeField(db_default=Now())
    finished_at = models.DateTimeField(null=True)

    class Meta:
        abstract = True
        ordering = ("-created_at", "id")

    def __str__(self) -> str:
        return str(self.pk)

    @property
    def is_finished(self) -> bool:
        return self.status not in JobStatus.unfinished()

    @property
    def is_done(self) -> bool:
        return self.status == JobStatus.DONE

    @property
    def expires_at(self) -> datetime:
        return self.created_at + self.KEPT

    def forget(self) -> None:
        """Drop what it was asked or has found so far: it came to nothing."""

    def end(self, status: JobStatus) -> None:
        """Say how it ended. What did not come to its end has found nothing."""
        self.status, self.finished_at, self.heard_at = status, timezone.now(), timezone.now()
        self.save(update_fields=["status", "finished_at", "heard_at"])
        if status != JobStatus.DONE:
            self.forget()

    @transaction.atomic
    def cancel(self) -> None:
        """Stop it, wherever it is; one that has ended stays as it is."""
        locked = type(self)._default_manager.select_for_update().get(pk=self.pk)
        if not locked.is_finished:
            locked.end(JobStatus.CANCELLED)
        self.refresh_from_db()
