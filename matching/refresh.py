"""Keeping the stored radar up to date: what is stale, one refresh at a time, and its publication.

A refresh claims the changes it will have read, lays out an empty sheet for each programme and
school year that is stale, has them filled in blocks by whoever is there (`matching.tasks`, or the
command itself), and is published as a whole when the last is filled. Every step may be done twice
or cut off: what is filled stays filled, and changes of a refresh that came to nothing are pending
again.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass
from datetime import date
from itertools import groupby

from django.db import IntegrityError, transaction
from django.utils import timezone

from matching.changes import Change
from matching.opportunities import radar_policy_in_force
from matching.radar_store import fill
from matching.refreshes import RadarRefresh, RadarSheet, RefreshStatus
from matching.region_cache import current_region
from schools.models import Programme, SchoolYear

#: Programmes in a block: a second of work or so, and some twenty blocks for all of Flanders.
BLOCK = 20

#: (first year of the school year, programme's primary key)
Pair = tuple[int, int]


class RefreshRunningError(Exception):
    """Another refresh is under way."""


@dataclass(frozen=True)
class Block:
    """Sheets of a refresh that one worker fills at a time; it travels as JSON."""

    refresh: int
    school_year: int
    programmes: list[int]


def school_years_served(today: date) -> list[SchoolYear]:
    """This school year and the one that is being prepared."""
    this = SchoolYear.objects.current(today)
    return [this, SchoolYear.objects.starting_in(this.starts_in + 1)]


def begin(
    *,
    everything: bool = False,
    programmes: Collection[int] | None = None,
    school_years: Collection[SchoolYear] | None = None,
) -> RadarRefresh | None:
    """Start a refresh of what is stale, or of `everything`; None when nothing is.

    `programmes` (primary keys) and `school_years` narrow it; then no change is claimed, for others
    may be concerned by it too. Raises RefreshRunningError when another refresh is under way.
    """
    today = timezone.localdate()
    years = school_years or school_years_served(today)
    _give_up_on_silent_ones()
    try:
        with transaction.atomic():
            refresh = RadarRefresh.objects.create(
                policy=radar_policy_in_force().fingerprint, day=today
            )
            concerning = Change.objects.pending()
            if programmes is None and school_years is None:
                # Claimed first and looked at then: what commits in between waits for the next.
                concerning.update(refresh=refresh)
                concerning = Change.objects.filter(refresh=refresh)
            changed: set[int | None] = set(
                concerning.values_list("programme", flat=True).distinct()
            )
            wanted = _pairs(years, programmes)
            if not everything:
                wanted -= _fresh(refresh, changed)
            RadarSheet.objects.bulk_create(
                RadarSheet(refresh=refresh, school_year_id=year, programme_id=programme)
                for year, programme in sorted(wanted)
            )
            if not wanted:
                transaction.set_rollback(True)
    except IntegrityError as error:
        if "radar_refresh_one_running" in str(error):
            raise RefreshRunningError from None
        raise
    return refresh if wanted else None


def _pairs(years: Iterable[SchoolYear], programmes: Collection[int] | None) -> set[Pair]:
    known = Programme.objects.order_by()
    if programmes is not None:
        known = known.filter(pk__in=programmes)
    keys = list(known.values_list("pk", flat=True))
    return {(year.starts_in, key) for year in years for key in keys}


def _fresh(refresh: RadarRefresh, changed: set[int | None]) -> set[Pair]:
    """Pairs whose current sheet is of today, of this policy, and not touched by a change.

    A change without a programme touches all.
    """
    if None in changed:
        return set()
    current = RadarSheet.objects.current().filter(
        refresh__day=refresh.day, refresh__policy=refresh.policy
    )
    pairs = current.exclude(programme__in=changed).values_list("school_year", "programme")
    return set(pairs)


def _give_up_on_silent_ones() -> None:
    for refresh in RadarRefresh.objects.silent():
        end(refresh, RefreshStatus.ABANDONED, "Nothing was heard of it for too long.")


def end(refresh: RadarRefresh, status: RefreshStatus, message: str = "") -> bool:
    """Write down how a running refresh ended; False when it had ended already."""
    ended = (
        RadarRefresh.objects.running()
        .filter(pk=refresh.pk)
        .update(status=status, message=message, finished_at=timezone.now())
    )
    return bool(ended)


def blocks(refresh: RadarRefresh, size: int = BLOCK) -> Iterator[Block]:
    """The sheets of a refresh that are still empty, in blocks of one school year."""
    empty = (
        refresh.sheets.filter(computed_at__isnull=True)
        .order_by("school_year", "programme")
        .values_list("school_year", "programme")
    )
    for year, pairs in groupby(empty, key=lambda pair: pair[0]):
        programmes = [programme for _, programme in pairs]
        for start in range(0, len(programmes), size):
            yield Block(refresh.pk, year, programmes[start : start + size])


def compute(block: Block) -> int:
    """Fill the sheets of a block and publish the refresh when they were the last.

    How many sheets were filled: none when it was done already, or when the refresh has ended.
    """
    refresh = RadarRefresh.objects.running().filter(pk=block.refresh).first()
    policy = radar_policy_in_force()
    if refresh is None or refresh.policy != policy.fingerprint:
        return 0
    year = SchoolYear.objects.get(pk=block.school_year)
    filled = fill(refresh, year, block.programmes, current_region(year, refresh.day), policy)
    publish(refresh)
    return filled


def publish(refresh: RadarRefresh) -> bool:
    """Serve the sheets of a refresh if all are filled, instead of those before; then tidy up.

    False when some are empty, or when it had ended. One transaction: readers see all or nothing.
    """
    with transaction.atomic():
        running = RadarRefresh.objects.running().select_for_update().filter(pk=refresh.pk)
        if not running or refresh.sheets.filter(computed_at__isnull=True).exists():
            return False
        RadarSheet.objects.replaced_by(refresh).update(is_current=False)
        refresh.sheets.update(is_current=True)
        end(refresh, RefreshStatus.DONE)
    prune()
    return True


def prune() -> None:
    """Delete sheets that nobody is served, and what was taken into account long since."""
    unused = RadarSheet.objects.filter(is_current=False)
    unused.exclude(refresh__status=RefreshStatus.RUNNING).delete()
    RadarSheet.objects.filter(school_year__lt=SchoolYear.objects.current()).delete()
    Change.objects.prune()
    RadarRefresh.objects.forgotten().delete()
