"""The straight line (hemelsbreed): metres, and no travel time."""

from __future__ import annotations

import numpy as np

from geo.coordinates import geodesic_metres
from geo.reach.provider import Answer, Floats, Mode, Provider, Source, Unit


class StraightLine(Provider):
    """Geodesic metres, the same for every mode: they say nothing of the way between."""

    source = Source.STRAIGHT_LINE
    unit = Unit.METRES

    def ask(self, origins: Floats, destinations: Floats, mode: Mode = Mode.CYCLING) -> Answer:
        metres = straight_metres(origins, destinations)
        return Answer(metres, np.isfinite(metres))

    def farthest(self, mode: Mode, minutes: float) -> float:
        return np.inf


def straight_metres(origins: Floats, destinations: Floats) -> Floats:
    """Geodesic metres (k, m) between k and m points."""
    found = np.zeros((len(origins), len(destinations)))
    for row, (longitude, latitude) in enumerate(origins.tolist()):
        found[row] = geodesic_metres(longitude, latitude, *destinations.T)
    return found
