"""The two coordinate systems of the project, and the passage between them.

Points are stored as WGS 84 (EPSG:4326, longitude then latitude) and searched in Belgian
Lambert 2008 (EPSG:3812, metres). Within Flanders the planar distance equals the geodesic one
within 0.1 %.
"""

from functools import cache
from typing import TypeVar

import numpy as np
from numpy.typing import NDArray
from pyproj import Geod, Transformer

WGS84 = 4326
LAMBERT_2008 = 3812
LAMBERT_72 = 31370

#: How far the planar distance may differ from the geodesic one; candidates are cut with this slack.
PLANAR_SLACK = 1.002

Floats = NDArray[np.float64]

_ellipsoid = Geod(ellps="WGS84")


@cache
def _transformer(source: int, target: int) -> Transformer:
    return Transformer.from_crs(source, target, always_xy=True)


Number = TypeVar("Number", float, Floats)


def transform(source: int, target: int, x: Number, y: Number) -> tuple[Number, Number]:
    """From one EPSG system to another, x (or longitude) first; elementwise over arrays."""
    return _transformer(source, target).transform(x, y)


def to_lambert(longitude: Number, latitude: Number) -> tuple[Number, Number]:
    """WGS 84 degrees to Lambert 2008 metres (x, y): of one point, or elementwise over arrays."""
    return transform(WGS84, LAMBERT_2008, longitude, latitude)


def geodesic_metres(
    longitude: float | Floats, latitude: float | Floats, longitudes: Floats, latitudes: Floats
) -> Floats:
    """Geodesic distance in metres (WGS 84 ellipsoid) from one point to each of n points.

    From n points to one, or to as many, alike. Karney's algorithm through PROJ: the same numbers
    as `geopy.distance.geodesic`, for arrays.
    """
    start_x, start_y, end_x, end_y = map(
        np.array, np.broadcast_arrays(longitude, latitude, longitudes, latitudes)
    )
    _, _, metres = _ellipsoid.inv(start_x, start_y, end_x, end_y)
    return np.asarray(metres, dtype=np.float64)
