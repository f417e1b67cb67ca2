"""The feed of changes: nothing is lost between two readings, whatever commits late.

A transaction that is still open may have written an entry that nobody sees yet. Therefore only
entries of transactions older than every open one are given out (the `xmin` of a snapshot), in the
order of those transactions: when a reader has come past a transaction, nothing can appear in it.
"""

from __future__ import annotations

import re
import time
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db import connection
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext as _
from rest_framework import exceptions, status

from radar.api.models import FeedEntry

#: Entries are kept this long; a cursor works a day less.
KEPT = timedelta(days=90)


class CursorGone(exceptions.APIException):
    """410: the entries after this cursor are not all kept any more."""

    status_code = status.HTTP_410_GONE
    belgif_type = "cursorExpired"

    def __init__(self) -> None:
        super().__init__(_("This cursor is too old: take the whole with “initial” once more."))


@dataclass(frozen=True)
class Cursor:
    """A place in the feed: everything up to this entry of this transaction was read."""

    transaction: int
    entry: int
    issued: int

    def __str__(self) -> str:
        return f"{self.transaction}-{self.entry}-{self.issued}"

    @classmethod
    def parse(cls, text: str) -> Cursor:
        """The cursor that was given out as this text. Raises ValueError for any other text."""
        match = re.fullmatch(r"(\d{1,18})-(\d{1,18})-(\d{1,12})", text, re.ASCII)
        if not match:
            raise ValueError(text)
        return cls(*map(int, match.groups()))

    @classmethod
    def now(cls) -> Cursor:
        """The place before everything that is not settled yet.

        Of what lies before it, the snapshot in which this is called sees all.
        """
        return cls(_oldest_open_transaction(), 0, int(time.time()))

    @classmethod
    def start(cls) -> Cursor:
        """The place before everything that is kept."""
        return cls(0, 0, int(time.time()))

    def check(self) -> None:
        """Raises CursorGone when entries after it were dropped, or the database was put back."""
        age = time.time() - self.issued
        if age > (KEPT - timedelta(days=1)).total_seconds() or age < -3600:
            raise CursorGone
        if self.transaction > _oldest_open_transaction():
            raise CursorGone


@dataclass(frozen=True)
class Stretch:
    """Entries of the feed, in order, and the cursor from which to read on."""

    entries: list[FeedEntry]
    cursor: Cursor
    has_more: bool


def read(
    resource: str,
    cursor: Cursor,
    limit: int,
    window: tuple[datetime, datetime] | None = None,
) -> Stretch:
    """At most `limit` settled entries after the cursor; those of a window of time, if given."""
    settled = Cursor.now()
    entries = FeedEntry.objects.filter(
        Q(transaction__gt=cursor.transaction)
        | Q(transaction=cursor.transaction, id__gt=cursor.entry),
        transaction__gte=cursor.transaction,
        resource=resource,
        transaction__lt=settled.transaction,
    )
    if window:
        entries = entries.filter(at__gte=window[0], at__lt=window[1])
    found = list(entries.order_by("transaction", "id")[: limit + 1])
    if len(found) <= limit:
        return Stretch(found, settled, has_more=False)
    last = found[limit - 1]
    here = Cursor(last.transaction, last.pk, settled.issued)
    return Stretch(found[:limit], here, has_more=True)


def prune() -> int:
    """Drop the entries that are kept long enough; how many."""
    return FeedEntry.objects.filter(at__lt=timezone.now() - KEPT).delete()[0]


def _oldest_open_transaction() -> int:
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_snapshot_xmin(pg_current_snapshot())::text::bigint")
        return int(cursor.fetchone()[0])
