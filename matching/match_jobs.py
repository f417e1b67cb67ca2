"""Many questions for matches, answered in the background: the job and the answers it has so far."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

from django.db import models
from django.db.models import F, Q

from matching.jobs import Job, JobQuerySet

#: A job and its answers are kept this long after it was asked.
KEPT = timedelta(days=7)


class MatchJob(Job):
    """A list of questions, each a JSON object as the API takes it, in the order of the answers.

    `most` is how many of the best pairs an answer lists. `done` counts the questions answered.
    """

    KEPT = KEPT

    questions = models.JSONField()
    most = models.PositiveSmallIntegerField()

    objects = JobQuerySet["MatchJob"].as_manager()

    class Meta(Job.Meta):
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

    def forget(self) -> None:
        self.parts.all().delete()

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
