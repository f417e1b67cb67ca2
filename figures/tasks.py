"""Keeping the figures up to date in the background."""

from __future__ import annotations

from celery import shared_task

from figures import cube


@shared_task(name="figures.refresh_if_stale")
def refresh_if_stale() -> int | None:
    """Count anew what changed; the number of the cube, None when nothing did or one is at work."""
    try:
        made = cube.refresh_if_stale()
    except cube.RefreshRunningError:
        return None
    return made.pk if made else None


@shared_task(name="figures.refresh")
def refresh() -> int | None:
    """Count everything anew, whatever changed; None when another one is at work."""
    try:
        return cube.refresh().pk
    except cube.RefreshRunningError:
        return None
