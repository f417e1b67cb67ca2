"""Locks of the database for work that must not run twice at once."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from contextlib import contextmanager, suppress

from django.db import DatabaseError, connection


def lock_key(name: str) -> int:
    """The number of the advisory lock of that name."""
    digest = hashlib.sha256(f"radar.{name}".encode()).digest()
    return int.from_bytes(digest[:8], "big", signed=True)


@contextmanager
def advisory_lock(name: str) -> Iterator[bool]:
    """Gives True while this process holds the lock of a name, False when another one has it.

    The lock belongs to the connection and goes with it, so that no dead process keeps it.
    """
    key = lock_key(name)
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_try_advisory_lock(%s)", [key])
        (held,) = cursor.fetchone()
    try:
        yield held
    finally:
        if held:
            # A connection that broke took the lock with it.
            with suppress(DatabaseError), connection.cursor() as cursor:
                cursor.execute("SELECT pg_advisory_unlock(%s)", [key])


def is_locked(name: str) -> bool:
    """Whether some connection to this database holds the lock of a name at this moment."""
    key = lock_key(name) & 0xFFFF_FFFF_FFFF_FFFF
    with connection.cursor() as cursor:
        cursor.execute(
            """
            SELECT EXISTS (
                SELECT FROM pg_locks l JOIN pg_database d ON d.oid = l.database
                WHERE l.locktype = 'advisory' AND d.datname = current_database()
                    AND l.classid::bigint = %s AND l.objid::bigint = %s AND l.objsubid = 1
            )
            """,
            [key >> 32, key & 0xFFFF_FFFF],
        )
        (found,) = cursor.fetchone()
    return bool(found)
