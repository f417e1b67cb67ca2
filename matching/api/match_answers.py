"""Working a job off: some questions at a time, so that it can be watched, stopped and taken up."""

from __future__ import annotations

import json
import logging
from typing import Any
from uuid import UUID

from django.db import transaction
from django.utils import timezone, translation

from geo.locks import advisory_lock
from matching.api.questions import answer
from matching.jobs import JobStatus
from matching.match_jobs import MatchJob, MatchJobPart

logger = logging.getLogger(__name__)

#: Questions answered in one transaction: a second or so of work.
PART = 50


def carry_on(pk: UUID) -> bool:
    """Answer what a job has left, unless another worker is at it. Whether it is done now.

    Raises what was not foreseen, after the job is marked as failed.
    """
    with advisory_lock(f"match-job.{pk}") as held:
        if not held or not MatchJob.objects.begin(pk):
            return False
        try:
            while _answer_some(pk):
                pass
        except Exception:
            logger.exception("Match job %s failed", pk)
            MatchJob.objects.get(pk=pk).end(JobStatus.FAILED)
            raise
    return MatchJob.objects.filter(pk=pk, status=JobStatus.DONE).exists()


def _answer_some(pk: UUID) -> bool:
    """Answer the next questions; whether there are more."""
    job = MatchJob.objects.filter(pk=pk, status=JobStatus.RUNNING).first()
    if job is None:
        return False
    questions = job.questions[job.done : job.done + PART]
    with translation.override(job.language):
        lines = [
            _line({"question": number, **answer(question, job.most)})
            for number, question in enumerate(questions, start=job.done)
        ]
    with transaction.atomic():
        locked = MatchJob.objects.select_for_update().get(pk=pk)
        if locked.status != JobStatus.RUNNING:
            return False  # cancelled meanwhile
        if lines:
            MatchJobPart.objects.create(job=locked, first=locked.done, lines="\n".join(lines))
        locked.done += len(questions)
        locked.heard_at = timezone.now()
        locked.save(update_fields=["done", "heard_at"])
        if locked.done < locked.total:
            return True
        locked.end(JobStatus.DONE)
        return False


def _line(value: dict[str, Any]) -> str:
    return json.dumps(value, ensure_ascii=False, default=str)
