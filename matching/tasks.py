"""The engine in the background: the stored radar, split over the workers, and jobs."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any
from uuid import UUID

from celery import Task, group, shared_task
from django.db import DatabaseError

from matching.allocation_jobs import AllocationJob, carry_out
from matching.api.match_answers import carry_on
from matching.match_jobs import MatchJob
from matching.refresh import Block, RefreshRunningError, begin, blocks, compute, end
from matching.refreshes import RadarRefresh, RefreshStatus

#: A block that fails is tried again after 2, 4, 8 ... seconds, half a minute in all.
RETRIES = 4


@shared_task(name="matching.refresh_radar")
def refresh_radar() -> int | None:
    """Compute anew what is stale, each block by whichever worker is free.

    The number of the refresh; None when nothing is stale or another refresh is well under way. It
    does not wait for the blocks: whoever fills the last one publishes them. A chord would do that
    by counting deliveries, and a task whose worker died is delivered twice.
    """
    try:
        refresh = begin()
    except RefreshRunningError:
        refresh = RadarRefresh.objects.stalled().first()
    if refresh is None:
        return None
    group(refresh_block.s(**asdict(block)) for block in blocks(refresh)).apply_async()
    return refresh.pk


class BlockTask(Task):
    """A block that fails for good ends its refresh; what it claimed is stale again."""

    def on_failure(
        self, exc: Exception, task_id: str, args: Any, kwargs: dict[str, Any], einfo: Any
    ) -> None:
        refresh = RadarRefresh.objects.filter(pk=kwargs["refresh"]).first()
        if refresh is not None:
            end(refresh, RefreshStatus.FAILED, f"{type(exc).__name__}: {exc}")


@shared_task(
    base=BlockTask,
    name="matching.refresh_block",
    autoretry_for=(DatabaseError, OSError),
    max_retries=RETRIES,
    retry_backoff=2,
)
def refresh_block(refresh: int, school_year: int, programmes: list[int]) -> int:
    """Fill a block of a refresh; how many sheets were filled, none when it was done already."""
    return compute(Block(refresh, school_year, programmes))


@shared_task(name="matching.answer_match_job")
def answer_match_job(pk: str) -> bool:
    """Answer what a job has left; whether it is done."""
    return carry_on(UUID(pk))


@shared_task(name="matching.tend_match_jobs")
def tend_match_jobs() -> int:
    """Take up jobs whose worker died, and drop those that are kept long enough; how many."""
    dropped, _ = MatchJob.objects.expired().delete()
    for pk in MatchJob.objects.stalled().values_list("pk", flat=True):
        answer_match_job.delay(str(pk))
    return dropped


@shared_task(name="matching.allocate")
def allocate(pk: str) -> bool:
    """Work an allocation off; whether it is done."""
    return carry_out(UUID(pk))


@shared_task(name="matching.tend_allocation_jobs")
def tend_allocation_jobs() -> int:
    """Take up allocations whose worker died, and drop those that are kept long enough; how many."""
    dropped, _ = AllocationJob.objects.expired().delete()
    for pk in AllocationJob.objects.stalled().values_list("pk", flat=True):
        allocate.delay(str(pk))
    return dropped
