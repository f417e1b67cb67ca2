"""Geocoding in the background."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any

from celery import Task, shared_task

from geo.geocoding import AlreadyRunningError, Report, located_models
from geo.geocoding import geocode_addresses as geocode
from geo.locks import advisory_lock
from geo.models import TravelTime
from geo.reach import ReachError, configured
from geo.reach.timetable import prepare_of_settings

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


@shared_task(name="geo.prepare_timetable")
def prepare_timetable() -> str | None:
    """Read the GTFS feeds of the settings if they changed; the file that came of it."""
    with advisory_lock("prepare-timetable") as held:
        path = prepare_of_settings() if held else None
    return path.name if path else None


@shared_task(name="geo.prune_travel_times")
def prune_travel_times() -> int:
    """Delete travel times that are old, or of roads and timetables that are served no more."""
    try:
        editions = configured().editions()
    except ReachError:
        # Whether the roads of a silent server are the same is not known: keep what it gave.
        editions = None
    return TravelTime.objects.prune(editions)
