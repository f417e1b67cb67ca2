"""The providers of the settings, asked one after the other; the estimate answers for the rest."""

from __future__ import annotations

import logging
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache
from hashlib import sha256
from pathlib import Path
from typing import Any

import numpy as np
from django.conf import settings
from django.core.cache import cache as shapes
from django.core.signals import setting_changed
from django.dispatch import receiver
from numpy.typing import NDArray

from geo.reach.estimate import Estimate
from geo.reach.provider import Flags, Floats, Mode, Provider, ReachError, Shape, Source
from geo.reach.straight_line import straight_metres
from geo.reach.timetable import Timetable
from geo.reach.travel_times import TravelTime, place_keys
from geo.reach.valhalla import Engine, Valhalla
from geo.reach.valhalla_engines import ValhallaLibrary, ValhallaServer

logger = logging.getLogger(__name__)

SOURCES = tuple(Source)

#: A shape is kept for a day.
SHAPE_SECONDS = 86_400
_NOT_DRAWN: Any = object()


@dataclass(frozen=True)
class Trip:
    """One way: its minutes, None where there is none, and who says so."""

    mode: Mode
    minutes: float | None
    source: Source

    def as_json(self) -> dict[str, Any]:
        """In whole minutes, which are left out where there is no way."""
        found: dict[str, Any] = {"mode": self.mode.value, "source": self.source.value}
        return found if self.minutes is None else found | {"minutes": round(self.minutes)}


@dataclass(frozen=True)
class Travel:
    """Minutes (k, m) by a mode, NaN where there is no way, and who gave each of them (k, m).

    `given_by` holds row numbers of `SOURCES`: `source()` reads them.
    """

    mode: Mode
    minutes: Floats
    given_by: NDArray[np.int8]

    def source(self, origin: int, destination: int) -> Source:
        return SOURCES[self.given_by[origin, destination]]

    def trip(self, origin: int, destination: int) -> Trip:
        minutes = float(self.minutes[origin, destination])
        source = self.source(origin, destination)
        return Trip(self.mode, None if np.isnan(minutes) else minutes, source)

    def to(self, keep: Flags | NDArray[np.int64]) -> Travel:
        """The same to some of the destinations: where (m,) is true, or of these row numbers."""
        return Travel(self.mode, self.minutes[:, keep], self.given_by[:, keep])

    def of(self, origins: NDArray[np.int64]) -> Travel:
        """The same from some of the origins, by their row numbers."""
        return Travel(self.mode, self.minutes[origins], self.given_by[origins])

    @property
    def sources(self) -> list[Source]:
        """Everybody who gave a value that is a way, in the order of `SOURCES`."""
        return [SOURCES[n] for n in np.unique(self.given_by[~np.isnan(self.minutes)]).tolist()]


class Reach:
    """Providers in the order of preference; the last one always has an answer."""

    def __init__(self, providers: Iterable[Provider]) -> None:
        self.providers = (*providers, Estimate())

    def editions(self) -> list[str]:
        """What the engines answer from now. Raises ReachError when one of them is silent."""
        return [edition for provider in self.providers if (edition := provider.edition())]

    def serving(self, mode: Mode) -> list[Provider]:
        return [provider for provider in self.providers if mode in provider.modes]

    def farthest(self, mode: Mode, minutes: float) -> float:
        """Metres in a straight line beyond which nothing is within the minutes, whoever answers."""
        return max(provider.farthest(mode, minutes) for provider in self.serving(mode))

    def travel(
        self,
        origins: Floats,
        destinations: Floats,
        mode: Mode,
        at_most: Floats | float | None = None,
    ) -> Travel:
        """Minutes from k origins (k, 2) to m destinations (m, 2), WGS 84, by a mode.

        `at_most`, one number or one for each origin (k,), says that longer ways need not be known:
        pairs that are too far for it in a straight line are not asked, and have no way. Equal
        origins are asked once. Never raises: what no engine gives is estimated, and says so.
        """
        minutes = np.full((len(origins), len(destinations)), np.nan)
        given_by = np.full(minutes.shape, SOURCES.index(Source.ESTIMATE), dtype=np.int8)
        if not minutes.size:
            return Travel(mode, minutes, given_by)
        bounds = np.full(len(origins), np.inf)
        if at_most is not None:
            limits = np.broadcast_to(np.asarray(at_most, dtype=np.float64), bounds.shape)
            bounds = np.array([self.farthest(mode, limit) for limit in limits.tolist()])
        places, first, row_of = np.unique(origins, axis=0, return_index=True, return_inverse=True)
        for n, origin in enumerate(places):
            rows = np.flatnonzero(row_of.ravel() == n)
            metres = straight_metres(origins[first[n]][None, :], destinations)[0]
            wanted = metres <= bounds[rows].max()
            found, by = self._from(origin, destinations[wanted], mode)
            minutes[np.ix_(rows, wanted)] = found
            given_by[np.ix_(rows, wanted)] = by
        return Travel(mode, minutes, given_by)

    def _from(
        self, origin: Floats, destinations: Floats, mode: Mode
    ) -> tuple[Floats, NDArray[np.int8]]:
        """Minutes (m,) from one point (2,), and who gave each."""
        minutes = np.full(len(destinations), np.nan)
        given_by = np.zeros(len(destinations), dtype=np.int8)
        unknown: Flags = np.ones(len(destinations), dtype=bool)
        for provider in self.serving(mode):
            if not unknown.any():
                break
            rows = np.flatnonzero(unknown)
            try:
                found, known = _ask(provider, origin, destinations[rows], mode)
            except ReachError as error:
                logger.warning("%s does not answer: %s", provider.source.value, error)
                continue
            told = rows[known]
            minutes[told] = found[known]
            given_by[told] = SOURCES.index(provider.source)
            unknown[told] = False
        return minutes, given_by

    def shape(self, origin: Floats, mode: Mode, minutes: float) -> tuple[Shape, Source] | None:
        """What is within the minutes of a point (2,), and who drew it; None for a plain circle."""
        for provider in self.serving(mode):
            try:
                found = _drawn(provider, origin, mode, minutes)
            except ReachError as error:
                logger.warning("%s draws nothing: %s", provider.source.value, error)
                continue
            if found is not None:
                return found, provider.source
        return None


def _ask(
    provider: Provider, origin: Floats, destinations: Floats, mode: Mode
) -> tuple[Floats, Flags]:
    """One provider's minutes and what it knows, both (m,): from the table, else by asking it."""
    edition = provider.edition()
    minutes = np.full(len(destinations), np.nan)
    known: Flags = np.zeros(len(destinations), dtype=bool)
    if edition:
        kept = TravelTime.objects.between(edition, mode, origin, destinations)
        minutes, known = kept.values, kept.known
    rest = np.flatnonzero(~known)
    if len(rest):
        answer = provider.ask(origin[None, :], destinations[rest], mode)
        told = rest[answer.known[0]]
        minutes[rest], known[told] = answer.values[0], True
        if edition and len(told):
            TravelTime.objects.keep(edition, mode, origin, destinations[told], minutes[told])
    return minutes, known


def _drawn(provider: Provider, origin: Floats, mode: Mode, minutes: float) -> Shape | None:
    """One provider's shape, from the cache where it was drawn before."""
    edition = provider.edition()
    if not edition:
        return provider.shape(origin, mode, minutes)
    place = int(place_keys(origin[None, :])[0])
    question = f"{edition} {mode.value} {minutes:g} {place}"
    key = f"reach-{sha256(question.encode()).hexdigest()}"
    found: Shape | None = shapes.get(key, _NOT_DRAWN)
    if found is _NOT_DRAWN:
        found = provider.shape(origin, mode, minutes)
        shapes.set(key, found, SHAPE_SECONDS)
    return found


@cache
def configured() -> Reach:
    """The chain that the settings ask for; one for each process, since engines are kept open.

    An engine that cannot be opened is left out, and an error is logged.
    """
    opened = []
    for open_ in (_valhalla, _timetable):
        try:
            provider = open_()
        except ReachError:
            logger.exception("An engine of the settings cannot be opened.")
        else:
            opened += [provider] if provider else []
    return Reach(opened)


def _valhalla() -> Provider | None:
    engine: Engine
    if settings.VALHALLA_URL:
        engine = ValhallaServer(
            settings.VALHALLA_URL,
            timeout=settings.VALHALLA_TIMEOUT,
            retries=settings.VALHALLA_RETRIES,
            failures=settings.VALHALLA_FAILURES,
            rest=settings.VALHALLA_REST,
        )
    elif settings.VALHALLA_CONFIG:
        engine = ValhallaLibrary(Path(settings.VALHALLA_CONFIG))
    else:
        return None
    return Valhalla(engine, settings.VALHALLA_PAIRS)


def _timetable() -> Provider | None:
    return Timetable.of_settings() if settings.GTFS_PATH else None


@receiver(setting_changed)
def _forget(setting: str, **kwargs: object) -> None:
    if setting.startswith(("VALHALLA_", "GTFS_", "WORK_")):
        configured.cache_clear()
