"""Public transport by the timetable: GTFS feeds, routed by `cafein`.

What counts is the fastest journey of a school day that arrives in the last hour before work starts,
from door to door: on foot to a stop, what is ridden and changed, and on foot from the last stop. On
foot is the straight line x 1.3 at 4.5 km/h: the engine can walk along the streets of an
OpenStreetMap extract, which is a long build and one more file to keep for a minute or two.

A feed is read once, by a command or a worker (`prepare`), and opened from a file by all others.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Sequence
from datetime import date, datetime, timedelta
from datetime import time as clock
from hashlib import sha256
from pathlib import Path
from typing import TYPE_CHECKING, Any, Self

import numpy as np
from django.conf import settings
from numpy.typing import NDArray

from geo.coordinates import to_lambert
from geo.reach.provider import Answer, Flags, Floats, Mode, Provider, ReachError, Source
from geo.reach.straight_line import straight_metres

if TYPE_CHECKING:
    from cafein import TransportNetwork
    from scipy.spatial import cKDTree

Rows = NDArray[np.int64]

#: On foot: how much longer than the straight line, and metres a second (4.5 km/h).
WALK_DETOUR = 1.3
WALK_SPEED = 4.5 / 3.6
#: Metres in a straight line that somebody walks to a first stop or from a last one, and between two
#: stops of a change.
TO_STOP, BETWEEN_STOPS = 1_200.0, 400.0
#: Stops to set out from: a next one only when it is more than a change away from those before.
FIRST_STOPS = 4
#: Who lives farther than this from every stop lives outside the feed: it cannot say.
OUTSIDE = 5_000.0
#: Departures are looked at in windows of so many minutes, the first this long before work starts.
WINDOW, HORIZON = 20, 140
#: Whoever would arrive longer than this before work starts takes a later journey.
EARLY = timedelta(minutes=60)
#: Kilometres an hour in a straight line that nobody is faster than, waiting included.
TOP_SPEED = 110.0
#: A new file is looked for after so many seconds.
LOOK_SECONDS = 300.0

NO_WAY = np.iinfo(np.uint32).max


class Timetable(Provider):
    """The feeds of some files, as they were prepared in a folder."""

    source = Source.TIMETABLE
    modes = frozenset({Mode.TRANSIT})

    def __init__(self, feeds: Sequence[Path], folder: Path, starts_at: clock) -> None:
        """`starts_at` is when work starts; arrivals are before it."""
        self._feeds, self._folder, self._starts_at = tuple(feeds), folder, starts_at
        self._opened: _Network | None = None
        self._looked = 0.0
        self._lock = threading.Lock()

    @classmethod
    def of_settings(cls) -> Self:
        """The files of `GTFS_PATH`, prepared in the cache folder."""
        return cls(*_of_settings(), settings.WORK_STARTS_AT)

    def ask(self, origins: Floats, destinations: Floats, mode: Mode) -> Answer:
        network = self._network()
        homes, doors = _plane(origins), _plane(destinations)
        minutes = np.full((len(origins), len(destinations)), np.nan)
        metres = straight_metres(origins, destinations)
        on_foot = metres * WALK_DETOUR / WALK_SPEED / 60
        minutes = np.where(metres <= TO_STOP, on_foot, minutes)
        last = network.last_stops(doors)
        for row, home in enumerate(homes):
            ridden = network.ridden(home, last, len(doors), self._starts_at)
            minutes[row] = np.fmin(minutes[row], ridden)
        known: Flags = np.outer(network.covers(homes), network.covers(doors))
        return Answer(np.where(known, minutes, np.nan), known)

    def farthest(self, mode: Mode, minutes: float) -> float:
        return minutes / 60 * TOP_SPEED * 1000

    def edition(self) -> str:
        return f"{self._network().path.stem} {self._starts_at:%H:%M}"

    def _network(self) -> _Network:
        """The timetable as it was last prepared; a new one takes its place once it is there."""
        with self._lock:
            now = time.monotonic()
            if self._opened is None or now - self._looked > LOOK_SECONDS:
                self._looked = now
                path = prepared_file(self._feeds, self._folder)
                if self._opened is None or (path.exists() and path != self._opened.path):
                    self._opened = _Network.open(path)
            return self._opened


def _of_settings() -> tuple[tuple[Path, ...], Path]:
    return tuple(map(Path, settings.GTFS_PATH)), Path(settings.DATA_DIR) / "cache"


def prepare_of_settings() -> Path | None:
    """`prepare` the feeds of the settings."""
    return prepare(*_of_settings())


def fingerprint(feeds: Sequence[Path]) -> str:
    """A text that differs when a feed's file does. Raises ReachError for one that is not there."""
    try:
        seen = [(path.name, (stat := path.stat()).st_size, stat.st_mtime_ns) for path in feeds]
    except OSError as error:
        raise ReachError(f"{error.filename}: {error.strerror}") from None
    return sha256(repr(seen).encode()).hexdigest()[:16]


def prepared_file(feeds: Sequence[Path], folder: Path) -> Path:
    return folder / f"timetable-{fingerprint(feeds)}.cafein"


def prepare(feeds: Sequence[Path], folder: Path) -> Path | None:
    """Read the feeds into a file that opens in a moment, and drop those of before.

    None when that was done already. Raises ReachError for feeds that cannot be read.
    """
    path = prepared_file(feeds, folder)
    if path.exists():
        return None
    from cafein import TransportNetwork

    folder.mkdir(parents=True, exist_ok=True)
    try:
        network = TransportNetwork.from_gtfs(list(feeds), trip_distances=False)
        network.set_transfers(_changes(network))
        network.save(path)
    except (OSError, ValueError, RuntimeError, KeyError) as error:
        raise ReachError(f"The timetable cannot be read: {error}") from None
    for old in folder.glob("timetable-*.cafein"):
        if old != path:
            old.unlink(missing_ok=True)
    return path


def _changes(network: TransportNetwork) -> list[tuple[str, str, int, float]]:
    """Footpaths between stops: (from, to, seconds, metres), one walk for each change."""
    ids = [stop for stop, _latitude, _longitude in network.stops]
    spots = _stops(network)
    pairs = _tree(spots).query_pairs(BETWEEN_STOPS, output_type="ndarray")
    metres = np.hypot(*(spots[pairs[:, 0]] - spots[pairs[:, 1]]).T) * WALK_DETOUR
    return [
        (ids[start], ids[end], round(length / WALK_SPEED), length)
        for (a, b), length in zip(pairs.tolist(), metres.tolist(), strict=True)
        for start, end in ((a, b), (b, a))
    ]


def _plane(points: Floats) -> Floats:
    """Lambert 2008 metres (n, 2) of WGS 84 points (n, 2)."""
    return np.column_stack(to_lambert(points[:, 0], points[:, 1]))


def _stops(network: TransportNetwork) -> Floats:
    """Where the stops are (s, 2), in the order of the engine's columns."""
    spots = [(longitude, latitude) for _stop, latitude, longitude in network.stops]
    return _plane(np.array(spots, dtype=np.float64).reshape(-1, 2))


def _tree(spots: Floats) -> cKDTree:
    """To search places (n, 2) in the plane."""
    # 30 MB, which a web process without a timetable does without.
    from scipy.spatial import cKDTree

    return cKDTree(spots)


class _Network:
    """An opened timetable with its stops in the plane."""

    def __init__(self, path: Path, engine: TransportNetwork) -> None:
        self.path, self._engine = path, engine
        self._ids = [stop for stop, _latitude, _longitude in engine.stops]
        self._spots = _stops(engine)
        self._tree = _tree(self._spots)
        self._day = _busiest_weekday(engine)

    @classmethod
    def open(cls, path: Path) -> _Network:
        if not path.exists():
            raise ReachError("the timetable is not prepared yet")
        from cafein import TransportNetwork

        try:
            return cls(path, TransportNetwork.load(path, mmap=True))
        except (OSError, ValueError, RuntimeError) as error:
            raise ReachError(f"{path.name}: {error}") from None

    def covers(self, spots: Floats) -> Flags:
        """Which of n places (n, 2) lie where the feeds have stops (n,)."""
        metres, _stop = self._tree.query(spots)
        return np.asarray(metres <= OUTSIDE)

    def last_stops(self, doors: Floats) -> tuple[Rows, Rows, Floats]:
        """Stops within a walk of m doors: (door, stop, seconds on foot), each array (n,)."""
        near: Any = self._tree.query_ball_point(doors, TO_STOP)
        door = np.repeat(np.arange(len(doors)), [len(stops) for stops in near])
        stop = np.array([s for stops in near for s in stops], dtype=np.int64)
        return door, stop, self._on_foot(doors[door], stop)

    def _on_foot(self, spots: Floats, stops: Rows) -> Floats:
        return np.hypot(*(spots - self._spots[stops]).T) * WALK_DETOUR / WALK_SPEED

    def _first_stops(self, home: Floats) -> Rows:
        """Stops to set out from, nearest first."""
        near = np.array(self._tree.query_ball_point(home, TO_STOP), dtype=np.int64)
        near = near[np.argsort(np.hypot(*(self._spots[near] - home).T), kind="stable")]
        chosen: list[int] = []
        for stop in near.tolist():
            away = np.hypot(*(self._spots[chosen] - self._spots[stop]).T)
            if len(chosen) < FIRST_STOPS and (away > BETWEEN_STOPS).all():
                chosen.append(stop)
        return np.array(chosen, dtype=np.int64)

    def ridden(
        self, home: Floats, last: tuple[Rows, Rows, Floats], doors: int, starts_at: clock
    ) -> Floats:
        """Minutes (m,) of the fastest journey from a home to each door that arrives in time.

        NaN where there is none.
        """
        best = np.full(doors, np.inf)
        first = self._first_stops(home)
        door, stop, off = last
        if not len(first) or not len(door):
            return np.full(doors, np.nan)
        to_first = self._on_foot(np.broadcast_to(home, (len(first), 2)), first)
        deadline = datetime.combine(self._day, starts_at)
        for before in range(HORIZON, 0, -WINDOW):
            leaves = deadline - timedelta(minutes=before)
            ridden = self._fastest([self._ids[s] for s in first.tolist()], leaves)
            # In seconds since the window opened: at the latest, if the last minute was the fastest.
            total = ridden[:, stop] + off[None, :]
            arrives = total + WINDOW * 60
            in_time = arrives <= before * 60
            late_enough = arrives >= before * 60 - EARLY.total_seconds()
            fits = np.isfinite(total) & in_time & late_enough
            whole = np.where(fits, total + to_first[:, None], np.inf).min(axis=0)
            np.minimum.at(best, door, whole)
        return np.where(np.isfinite(best), best / 60, np.nan)

    def _fastest(self, stops: list[str], leaves: datetime) -> Floats:
        """Seconds (k, s) from k stops to all, by the best minute of a window; infinite: no way."""
        seconds: Any = self._engine.travel_time_matrix(
            stops, departure=leaves, departure_time_window=WINDOW, percentiles=[0]
        )
        seconds = np.asarray(seconds).reshape(len(stops), -1)
        return np.where(seconds == NO_WAY, np.inf, seconds.astype(np.float64))


def _busiest_weekday(engine: TransportNetwork) -> date:
    """The weekday with the most trips, the first of equals: a school day, whatever today is."""
    trips = {day.date(): int(count) for day, count in engine.daily_trip_counts.items()}
    weekdays = [day for day, count in trips.items() if day.weekday() < 5 and count]
    if not weekdays:
        raise ReachError("the timetable has no trips on a weekday")
    return max(weekdays, key=lambda day: (trips[day], -day.toordinal()))
