"""How far an import is, for whoever watches: a terminal, a page, or nobody."""

from __future__ import annotations

import time
from dataclasses import asdict, dataclass
from typing import Any, Protocol

from django.core.cache import cache

from imports.errors import Text

#: A page that polls need not know more often than this, in seconds.
INTERVAL = 0.5
#: How long the last word on a run is kept.
REMEMBERED = 24 * 3600


class Progress(Protocol):
    """Hears how far an import is."""

    def step(self, name: Text) -> None:
        """A step begins whose length nobody knows, or whose rows will be told."""

    def advance(self, rows: int, share: float | None) -> None:
        """`rows` of the file were read since the last call; `share` of it, 0 to 1, in all."""


class Silent:
    """Nobody watches."""

    def step(self, name: Text) -> None: ...

    def advance(self, rows: int, share: float | None) -> None: ...


@dataclass
class State:
    """What a page shows of an import under way."""

    step: str = ""
    rows: int = 0
    share: float | None = None
    rows_per_second: float | None = None
    seconds_left: float | None = None

    @classmethod
    def of(cls, run_id: int) -> State | None:
        """The state of a run, None when nothing is known."""
        found = cache.get(_key(run_id))
        return cls(**found) if found else None


def _key(run_id: int) -> str:
    return f"imports:progress:{run_id}"


class Cached:
    """Keeps the state in the cache, where the web processes find it.

    Not in the database: nobody sees what the import's transaction writes there before it ends.
    """

    def __init__(self, run_id: int) -> None:
        self._key = _key(run_id)
        self._state = State()
        self._began = self._told = time.monotonic()

    def step(self, name: Text) -> None:
        self._state = State(step=str(name), rows=self._state.rows)
        self._began = time.monotonic()
        self._tell()

    def advance(self, rows: int, share: float | None) -> None:
        state, now = self._state, time.monotonic()
        state.rows += rows
        state.share = share
        if elapsed := now - self._began:
            state.rows_per_second = state.rows / elapsed
            state.seconds_left = elapsed * (1 - share) / share if share else None
        if now - self._told >= INTERVAL:
            self._tell()

    def _tell(self) -> None:
        self._told = time.monotonic()
        state: dict[str, Any] = asdict(self._state)
        cache.set(self._key, state, REMEMBERED)
