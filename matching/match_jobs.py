"""Many questions for matches, answered in the background: the job and the answers it has so far."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import timedelta
from typing import Any, Self
from uuid import uuid4

from django.conf import settings
from django.db import models, transaction
from django.db.models import F, Q
from django.db.models.functions import Now
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

#: A job and its answers are kept this long after it was asked.
KEPT = timedelta(days=7)
#: An unfinished job of which nothing was heard for this long is taken up by another worker.
STALLED_AFTER = timedelta(minutes=2)
#: A job that brings down its workers is not tried for ever.
MAX_ATTEMPTS = 3
#: Jobs that one caller may have under way.
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


class MatchJobQuerySet(models.QuerySet["MatchJob"]):
    def of(self, owner: str) -> Self:
        """The jobs of a caller (`radar.api.callers.caller_key`)."""
        return self.filter(owner=owner)

    def unfinished(self) -> Self:
        return self.filter(status__in=JobStatus.unfinished())

    def stalled(self) -> Self:
        """Unfinished, and so quiet that their worker may have died."""
        return self.unfinished().filter(heard_at__lt=timezone.now() - STALLED_AFTER)

    def expired(self) -> Self:
        return self.filter(created_at__lt=timezone.now() - KEPT)


class MatchJob(models.Model):
    """A list of questions, each a JSON object as the API takes it, in the order of the answers.

    `most` is how many of the best pairs an answer lists. `done` counts the questions answered.
    """

    id = models.UUIDField(primary_key=True, default=uuid4, editable=False)
    owner = models.CharField(max_length=255, db_index=True)
    language = models.CharField(max_length=2, choices=settings.LANGUAGES)
    questions = models.JSONField()
    most = models.PositiveSmallIntegerField()
    status = models.CharField(max_length=9, choices=JobStatus, default=JobStatus.WAITING)
    total = models.PositiveIntegerField()
    done = models.PositiveIntegerField(default=0)
    attempts = models.PositiveSmallIntegerField(default=0)
    created_at = models.DateTimeField(db_default=Now())
    heard_at = models.DateTimeField(db_default=Now())
    finished_at = models.DateTimeField(null=True)

    objects = MatchJobQuerySet.as_manager()

    class Meta:
        ordering = ("-created_at", "id")
        indexes = (models.Index(fields=("created_at",), name="match_job_age"),)
        constraints = (
            models.CheckConstraint(
                condition=Q(done__lte=F("total")), name="match_job_done_within_total"
            ),
            models.CheckConstraint(
                condition=Q(status__in=["waiting", "running"], finished_at__isnull=True)
                | (~Q(status__in=["waiting", "running"]) & Q(finished_at__isnull=False)),
                name="match_job_ended_or_not",
            ),
        )

    def __str__(self) -> str:
        return str(self.pk)

    @property
    def is_finished(self) -> bool:
        return self.status not in JobStatus.unfinished()

    @property
    def expires_at(self) -> Any:
        return self.created_at + KEPT

    def end(self, status: JobStatus) -> None:
        """Say how it ended. What did not come to its end has no answers."""
        self.status, self.finished_at, self.heard_at = status, timezone.now(), timezone.now()
        self.save(update_fields=["status", "finished_at", "heard_at"])
        if status != JobStatus.DONE:
            self.parts.all().delete()

    @transaction.atomic
    def cancel(self) -> None:
        """Stop it, wherever it is; one that has ended stays as it is."""
        locked = MatchJob.objects.select_for_update().get(pk=self.pk)
        if not locked.is_finished:
            locked.end(JobStatus.CANCELLED)
        self.refresh_from_db()

    def answers(self) -> Iterator[dict[str, Any]]:
        """The answers so far, in the order of the questions, a part in memory at a time."""
        for lines in self.parts.order_by("first").values_list("lines", flat=True).iterator(1):
            yield from map(json.loads, lines.splitlines())


class MatchJobPart(models.Model):
    """The answers to some questions of a job from `first` on, each a line of JSON."""

    job = models.ForeignKey(MatchJob, on_delete=models.CASCADE, related_name="parts")
    first = models.PositiveIntegerField()
    lines = models.TextField()

    class Meta:
        constraints = (
            models.UniqueConstraint(fields=("job", "first"), name="match_job_part_once"),
        )

    def __str__(self) -> str:
        return f"{self.job_id} {self.first}"
