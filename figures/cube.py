"""Refreshing the cube: when the data changed, and what takes the place of what."""

from __future__ import annotations

from datetime import timedelta

from django.db import connection, transaction
from django.db.models import Count, Max
from django.utils import timezone

from figures.facts import fill
from figures.models import Cube, Touch
from figures.protection import protect
from matching.changes import Change
from matching.refreshes import RadarRefresh, RefreshStatus

#: While data keeps changing, the figures are counted anew no more often than this.
PAUSE = timedelta(minutes=5)
#: Touches that a cube took into account are kept this long.
KEPT = timedelta(days=2)
#: Taken while a refresh is under way, so that there is one at a time.
LOCK = 8_150_008


class RefreshRunningError(Exception):
    """Another refresh is under way."""


def stamp() -> str:
    """A text that differs whenever committed data that the figures count differs.

    It holds the changes that a ranking depends on, those of agreements, contacts and names, and
    the radar that was published last.
    """
    touched = Touch.objects.aggregate(last=Max("pk"), n=Count("pk"))
    radar = RadarRefresh.objects.filter(status=RefreshStatus.DONE).aggregate(last=Max("pk"))
    own = f"{touched['last'] or 0}-{touched['n']}"
    return f"{Change.objects.stamp()}/{own}/{radar['last'] or 0}"


def is_stale() -> bool:
    """Whether the data, or the day, is another one than the current cube's."""
    cube = Cube.objects.current()
    return cube is None or cube.stamp != stamp() or cube.day != timezone.localdate()


def refresh() -> Cube:
    """Count everything anew and serve it when all of it is done.

    One transaction: readers see the cube before until the last moment, and nobody waits. Raises
    RefreshRunningError when another refresh is under way.
    """
    with transaction.atomic():
        _lock()
        _prune_touches()
        before = Cube.objects.current()
        cube = Cube.objects.create(stamp=stamp(), day=timezone.localdate())
        fill(cube)
        _count()
        protect(cube, before)
        Cube.objects.filter(is_current=True).update(is_current=False)
        Cube.objects.filter(pk=cube.pk).update(is_current=True, computed_at=timezone.now())
        _drop_old(before)
    cube.refresh_from_db()
    return cube


def refresh_if_stale() -> Cube | None:
    """`refresh`, unless nothing changed or the last one is a moment ago; None then."""
    cube = Cube.objects.current()
    if cube is not None and cube.computed_at > timezone.now() - PAUSE:
        return None
    return refresh() if is_stale() else None


def _lock() -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_try_advisory_xact_lock(%s)", [LOCK])
        if not cursor.fetchone()[0]:
            raise RefreshRunningError


def _count() -> None:
    """Have PostgreSQL count the new rows: a query planned for an empty table takes long."""
    with connection.cursor() as cursor:
        cursor.execute(
            "ANALYZE figures_offeringfact, figures_supplyfact, figures_gapfact, "
            "figures_termfact, figures_contactfact, figures_vacancyfact"
        )


def _drop_old(before: Cube | None) -> None:
    """Delete all cubes but this one and the one before, which a reader may still be reading."""
    old = Cube.objects.old()
    (old.exclude(pk=before.pk) if before else old).delete()


def _prune_touches() -> None:
    """Delete touches of a while ago; the last one stays, for the stamp."""
    last = Touch.objects.aggregate(last=Max("pk"))["last"] or 0
    Touch.objects.filter(pk__lt=last, at__lt=timezone.now() - KEPT).delete()
