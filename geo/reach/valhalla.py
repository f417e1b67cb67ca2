"""Valhalla: minutes along the roads by bicycle and by car, and the shape of what is in reach.

The same questions go to a server (`geo.reach.valhalla_engines`) or to the library in this process.
Documentation: https://valhalla.github.io/valhalla/api/matrix/api-reference/
"""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

from geo.reach.estimate import PACES
from geo.reach.provider import Answer, Flags, Floats, Mode, Provider, ReachError, Shape, Source

#: A pupil's bicycle goes as fast on the road as in the estimate.
OPTIONS: dict[Mode, dict[str, Any]] = {
    Mode.CYCLING: {
        "costing": "bicycle",
        "costing_options": {"bicycle": {"cycling_speed": PACES[Mode.CYCLING].kmh}},
    },
    Mode.CAR: {"costing": "auto"},
}
#: Who is farther than this from every road lies outside its map; it would look 35 km around.
TO_ROAD_METRES = 1_000
#: Kilometres an hour that nobody goes faster than over a whole way.
TOP_SPEED = {Mode.CYCLING: 30.0, Mode.CAR: 130.0}
#: What its roads are is asked anew after so many seconds.
EDITION_SECONDS = 300.0
#: Metres by which a drawn shape may differ from the computed one.
GENERALISE_METRES = 75

#: What it says of a place without a road, of too long a list, of too long a time or way.
NO_ROAD, TOO_MANY = "No suitable edges", "Exceeded max locations"


class Refused(Exception):  # noqa: N818
    """It understood the question and declined it: the message says why."""


class Engine(Protocol):
    """How a question reaches Valhalla."""

    def call(self, action: str, question: dict[str, Any]) -> Any:
        """Its answer as read from JSON. Raises Refused, or ReachError when there is none."""


class Valhalla(Provider):
    """A matrix is asked in pieces of at most `pairs` pairs."""

    source = Source.ROUTE
    modes = frozenset(OPTIONS)

    def __init__(self, engine: Engine, pairs: int) -> None:
        self._engine, self._pairs = engine, pairs
        self._edition: tuple[float, str] | None = None
        self._lock = threading.Lock()

    def ask(self, origins: Floats, destinations: Floats, mode: Mode) -> Answer:
        minutes = np.full((len(origins), len(destinations)), np.nan)
        known: Flags = np.zeros(minutes.shape, dtype=bool)
        for rows, columns in self._pieces(*minutes.shape):
            piece = np.ix_(rows, columns)
            found = self._matrix(origins[rows], destinations[columns], mode)
            minutes[piece], known[piece] = found.values, found.known
        return Answer(minutes, known)

    def _pieces(self, k: int, m: int) -> Iterator[tuple[NDArray[np.int64], NDArray[np.int64]]]:
        wide = min(m, self._pairs) or 1
        high = max(self._pairs // wide, 1)
        for top in range(0, k, high):
            for left in range(0, m, wide):
                yield np.arange(top, min(top + high, k)), np.arange(left, min(left + wide, m))

    def _matrix(self, origins: Floats, destinations: Floats, mode: Mode) -> Answer:
        """One question; in halves when it is too much, and without the places that have no road."""
        shape = (len(origins), len(destinations))
        question = {
            "sources": _locations(origins),
            "targets": _locations(destinations),
            **OPTIONS[mode],
        }
        try:
            return _read(self._engine.call("sources_to_targets", question), shape)
        except Refused as refusal:
            if TOO_MANY in str(refusal) and shape[1] > 1:
                half = shape[1] // 2
                parts = [
                    self._matrix(origins, part, mode)
                    for part in (destinations[:half], destinations[half:])
                ]
                return Answer(
                    np.hstack([part.values for part in parts]),
                    np.hstack([part.known for part in parts]),
                )
            if NO_ROAD not in str(refusal):
                raise ReachError(str(refusal)) from None
        on_road = self._on_road(np.vstack([origins, destinations]), mode)
        starts, ends = on_road[: shape[0]], on_road[shape[0] :]
        minutes, known = np.full(shape, np.nan), np.outer(starts, ends)
        if known.all():
            raise ReachError(f"{NO_ROAD}, but every place has one.")
        if known.any():
            found = self._matrix(origins[starts], destinations[ends], mode)
            minutes[np.ix_(starts, ends)] = found.values
            known[np.ix_(starts, ends)] = found.known
        return Answer(minutes, known)

    def _on_road(self, points: Floats, mode: Mode) -> Flags:
        """Which of n points lie at a road that the mode may use (n,)."""
        question = {"locations": _locations(points), **OPTIONS[mode], "verbose": False}
        try:
            found = self._engine.call("locate", question)
            return np.array([bool(place["edges"]) for place in found], dtype=bool)
        except Refused as refusal:
            if NO_ROAD in str(refusal):
                return np.zeros(len(points), dtype=bool)
            raise ReachError(str(refusal)) from None
        except (KeyError, TypeError):
            raise ReachError("What it says of places cannot be read.") from None

    def farthest(self, mode: Mode, minutes: float) -> float:
        return minutes / 60 * TOP_SPEED[mode] * 1000

    def shape(self, origin: Floats, mode: Mode, minutes: float) -> Shape | None:
        question = {
            "locations": _locations(origin[None, :]),
            **OPTIONS[mode],
            "contours": [{"time": minutes}],
            "polygons": True,
            "generalize": GENERALISE_METRES,
        }
        try:
            geometry = self._engine.call("isochrone", question)["features"][0]["geometry"]
            return {"type": geometry["type"], "coordinates": geometry["coordinates"]}
        except Refused:
            # No road near, or more minutes than it draws: a circle will do.
            return None
        except (KeyError, IndexError, TypeError):
            raise ReachError("Its shape cannot be read.") from None

    def edition(self) -> str:
        with self._lock:
            now = time.monotonic()
            if self._edition is None or now - self._edition[0] > EDITION_SECONDS:
                try:
                    status = self._engine.call("status", {})
                    roads = f"{status['version']} {status.get('tileset_last_modified', 0)}"
                except Refused as refusal:
                    raise ReachError(str(refusal)) from None
                except (KeyError, TypeError, AttributeError):
                    raise ReachError("Its status cannot be read.") from None
                pace = f"{PACES[Mode.CYCLING].kmh:g} km/h"
                self._edition = (now, f"valhalla {roads} {pace}"[:80])
            return self._edition[1]


def _locations(points: Floats) -> list[dict[str, float]]:
    return [
        {"lon": lon, "lat": lat, "search_cutoff": TO_ROAD_METRES} for lon, lat in points.tolist()
    ]


def _read(answer: Any, shape: tuple[int, int]) -> Answer:
    """Minutes from a matrix of seconds. Raises ReachError for what is no such matrix."""
    try:
        seconds = [[pair["time"] for pair in row] for row in answer["sources_to_targets"]]
        minutes = np.array(seconds, dtype=np.float64) / 60
    except (KeyError, TypeError, ValueError):
        raise ReachError("Its matrix cannot be read.") from None
    if minutes.shape != shape or (minutes < 0).any():
        raise ReachError("Its matrix does not fit the question.")
    return Answer(minutes, np.ones(shape, dtype=bool))
