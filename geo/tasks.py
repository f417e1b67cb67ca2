"""Geocoding in the background."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any

from celery import Task, shared_task

from geo.geocoding import AlreadyRunningError, Report, located_models
from geo.geocoding import geocode_addresses as geocode

#: A task gives its worker back after this time and puts itself at the end of the queue: a worker
#: that is told to stop waits for its task, and other work waits too.
SECONDS_AT_A_TIME = 600


@shared_task(bind=True, name="geo.geocode_addresses")
def geocode_addresses(self: Task, model: str | None = None) -> dict[str, Any] | None:
    """Geocode the records of one model, or of all; the report, None when another run is at it.

    Progress is in the task's state. Whatever kills it, the next call goes on from there.
    """

    def watch(report: Report) -> None:
        if not self.request.is_eager:
            self.update_state(state="PROGRESS", meta=asdict(report))

    models = located_models()
    try:
        report = geocode([models[model]] if model else None, seconds=SECONDS_AT_A_TIME, watch=watch)
    except AlreadyRunningError:
        return None
    if not report.is_finished and not report.is_silent:
        self.apply_async(kwargs={"model": model})
    return asdict(report)
