"""Straight-line (hemelsbreed) distances in the plane of Lambert 2008, as the engine measures."""

from collections.abc import Sequence

import numpy as np
from django.contrib.gis.geos import Point

from geo.coordinates import to_lambert
from matching.catchment import Floats


def metres_from(centre: Point, points: Sequence[Point]) -> Floats:
    """Metres (n,) from a point to n others, all WGS 84."""
    if not points:
        return np.zeros(0)
    x, y = to_lambert(*centre.coords)
    east, north = to_lambert(*np.array([point.coords for point in points]).T)
    return np.asarray(np.hypot(east - x, north - y))
