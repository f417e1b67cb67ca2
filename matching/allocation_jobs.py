"""An allocation in the background: the list while it is needed, the proposals for a day."""

from __future__ import annotations

import logging
from collections.abc import Sequence
from datetime import timedelta
from typing import Any
from uuid import UUID

from django.db import models, transaction
from django.db.models import F, Q
from django.utils import timezone, translation

from accounts.models import User
from geo.locks import advisory_lock
from geo.reach import Mode, Source, Trip
from matching.fairness import SchoolShare
from matching.jobs import Job, JobQuerySet, JobStatus
from matching.proposals import METHODS, Block, Placement, Proposals, Pupil, Why, propose
from matching.remedies import Remedy
from schools.models import Campus, Programme, SchoolYear

logger = logging.getLogger(__name__)


class AllocationJob(Job):
    """Pupils to place at once, and what was proposed for them. Its owner's alone.

    `pupils` are rows of reference, campus, programme (primary keys), and, until they have been
    used, the metres at most, the postal code, the mode and the minutes at most. `found` holds the
    proposals, empty before.
    """

    KEPT = timedelta(days=1)

    school_year = models.ForeignKey(SchoolYear, on_delete=models.CASCADE, related_name="+")
    method = models.CharField(max_length=10, choices=[(name, name) for name in METHODS])
    pupils = models.JSONField()
    found = models.JSONField(default=dict)

    objects = JobQuerySet["AllocationJob"].as_manager()

    class Meta(Job.Meta):
        indexes = (models.Index(fields=("created_at",), name="allocation_job_age"),)
        constraints = (
            models.CheckConstraint(
                condition=Q(done__lte=F("total")), name="allocation_job_done_within_total"
            ),
            models.CheckConstraint(
                condition=Q(status__in=["waiting", "running"], finished_at__isnull=True)
                | (~Q(status__in=["waiting", "running"]) & Q(finished_at__isnull=False)),
                name="allocation_job_ended_or_not",
            ),
        )

    def forget(self) -> None:
        self.pupils, self.found = [], {}
        self.save(update_fields=["pupils", "found"])


def owner_key(user: User) -> str:
    """A user of the site as the owner of jobs: as the API names her (`radar.api.callers`)."""
    return f"user:{user.pk}"


def new_job(
    owner: str, pupils: Sequence[Pupil], school_year: SchoolYear, method: str
) -> AllocationJob:
    """Keep a list for whoever works it off; nothing is started yet."""
    return AllocationJob.objects.create(
        owner=owner,
        language=translation.get_language() or "nl",
        school_year=school_year,
        method=method,
        pupils=[
            [
                item.reference,
                item.campus.pk,
                item.programme.pk,
                item.farthest,
                item.postal_code,
                item.mode and item.mode.value,
                item.minutes,
            ]
            for item in pupils
        ],
        total=1,
    )


def carry_out(pk: UUID) -> bool:
    """Work a job off, unless another worker is at it. Whether it is done now.

    Raises what was not foreseen, after the job is marked as failed.
    """
    with advisory_lock(f"allocation-job.{pk}") as held:
        job = AllocationJob.objects.begin(pk) if held else None
        if job is None:
            return False
        try:
            found = propose(
                pupils_of(job),
                job.school_year,
                timezone.localdate(),
                job.method,
                told=lambda done, total: _tell(job, done, total),
            )
            return _keep(job, found)
        except CancelledError:
            return False
        except Exception:
            logger.exception("Allocation job %s failed", pk)
            if AllocationJob.objects.unfinished().filter(pk=pk).exists():
                job.end(JobStatus.FAILED)
            raise


class CancelledError(Exception):
    """The job was stopped while it was worked off."""


def _tell(job: AllocationJob, done: int, total: int) -> None:
    """Note how far it is. Raises CancelledError."""
    running = AllocationJob.objects.filter(pk=job.pk, status=JobStatus.RUNNING)
    if not running.update(done=done, total=total, heard_at=timezone.now()):
        raise CancelledError


@transaction.atomic
def _keep(job: AllocationJob, found: Proposals) -> bool:
    """Keep the proposals, and of the pupils no more than they need; whether anybody waits."""
    running = AllocationJob.objects.filter(status=JobStatus.RUNNING)
    locked = running.select_for_update().filter(pk=job.pk).first()
    if locked is None:
        return False
    locked.pupils = [row[:3] for row in locked.pupils]
    locked.found = _as_json(found)
    locked.save(update_fields=["pupils", "found"])
    locked.end(JobStatus.DONE)
    return True


def pupils_of(job: AllocationJob) -> list[Pupil]:
    """The pupils of a job, in the order of its list. Two queries."""
    campuses = Campus.objects.select_related("school").in_bulk({row[1] for row in job.pupils})
    programmes = Programme.objects.in_bulk({row[2] for row in job.pupils})
    return [
        Pupil(campuses[campus], reference, programmes[programme], **_way(*way))
        for reference, campus, programme, *way in job.pupils
    ]


def _way(
    farthest: float = 0.0,
    postal_code: str = "",
    mode: str | None = None,
    minutes: float | None = None,
) -> dict[str, Any]:
    return {
        "farthest": farthest,
        "postal_code": postal_code,
        "mode": Mode(mode) if mode else None,
        "minutes": minutes,
    }


def _as_json(found: Proposals) -> dict[str, Any]:
    return {
        "placements": [
            [
                item.recognition,
                item.metres,
                item.why and item.why.value,
                item.remedy and list(vars(item.remedy).values()),
                item.trip and [item.trip.mode.value, item.trip.minutes, item.trip.source.value],
            ]
            for item in found.placements
        ],
        "schools": [list(vars(item).values()) for item in found.schools],
        "blocks": [list(vars(item).values()) for item in found.blocks],
        "blocking_pairs": found.blocking_pairs,
    }


def proposals_of(job: AllocationJob) -> Proposals:
    """What was proposed, as `propose` gave it. For a job that is done."""
    return Proposals(
        placements=[
            Placement(
                recognition,
                metres,
                why and Why(why),
                remedy and Remedy(*remedy),
                Trip(Mode(trip[0]), trip[1], Source(trip[2])) if trip else None,
            )
            for recognition, metres, why, remedy, trip in job.found["placements"]
        ],
        schools=[SchoolShare(*item) for item in job.found["schools"]],
        blocks=[Block(*item) for item in job.found["blocks"]],
        blocking_pairs=job.found["blocking_pairs"],
    )
