"""A square of the region as a drawing: for paper, and where no script runs."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
import shapely
from django.contrib.gis.geos import GEOSGeometry, MultiPolygon, Polygon

from geo.coordinates import LAMBERT_2008, WGS84, Floats, to_lambert, transform
from geo.models import Municipality

Coordinates = tuple[float, float]

#: Width and height of a drawing, in its own units.
SIZE = 640.0
#: Names are of the largest municipalities only, and not this near each other (across, down).
NAMES = 14
APART = (90.0, 16.0)


@dataclass(frozen=True)
class Named:
    """A place in a drawing, and what it is called."""

    x: float
    y: float
    name: str


@dataclass(frozen=True)
class Frame:
    """A square in the plane of Lambert 2008, north up: its middle and half its side, in metres."""

    east: float
    north: float
    half: float

    @classmethod
    def around(cls, geometry: GEOSGeometry, margin: float = 1.04) -> Frame:
        """The square around a WGS 84 geometry, with room to spare."""
        west, south, east, north = geometry.extent
        x, y = to_lambert(
            np.array([west, west, east, east]), np.array([south, north, south, north])
        )
        half = max(np.ptp(x), np.ptp(y)) / 2 * margin
        return cls(float(x.min() + x.max()) / 2, float(y.min() + y.max()) / 2, float(half))

    @property
    def scale(self) -> float:
        """Drawing units in a metre."""
        return SIZE / (2 * self.half)

    @property
    def middle(self) -> float:
        return SIZE / 2

    @property
    def size(self) -> float:
        return SIZE

    @cached_property
    def _corners(self) -> Polygon:
        """The square in WGS 84."""
        corners = [
            transform(LAMBERT_2008, WGS84, self.east + dx, self.north + dy)
            for dx, dy in (
                (-self.half, -self.half),
                (-self.half, self.half),
                (self.half, self.half),
                (self.half, -self.half),
            )
        ]
        return Polygon((*corners, corners[0]), srid=WGS84)

    @cached_property
    def _towns(self) -> list[Municipality]:
        """The municipalities of today in the square, the largest first. One query."""
        found = Municipality.objects.today().filter(boundary__intersects=self._corners)
        return sorted(
            found.only("name", "boundary", "point", "population"),
            key=lambda town: (-(town.population or 0), town.name),
        )

    def placed(self, points: Sequence[Coordinates] | Floats) -> list[Coordinates]:
        """Where WGS 84 points lie in the drawing, to a tenth of a unit."""
        if not len(points):
            return []
        x, y = to_lambert(*np.array(points, dtype=float).T)
        across = (x - self.east + self.half) * self.scale
        down = (self.north + self.half - y) * self.scale
        return list(zip(across.round(1).tolist(), down.round(1).tolist(), strict=True))

    def land(self) -> list[str]:
        """The municipalities as SVG path data."""
        return self._paths([town.boundary for town in self._towns if town.boundary])

    def path(self, boundary: MultiPolygon) -> str:
        """A multipolygon in WGS 84 as SVG path data."""
        return self._paths([boundary])[0]

    def _paths(self, boundaries: Sequence[MultiPolygon]) -> list[str]:
        """Each of them as SVG path data. All corners are placed at once: there are thousands."""
        shapes = shapely.from_wkb([bytes(boundary.wkb) for boundary in boundaries])
        polygons, shape = shapely.get_parts(shapes, return_index=True)
        rings, polygon = shapely.get_rings(polygons, return_index=True)
        corners, ring = shapely.get_coordinates(rings, return_index=True)
        placed = self.placed(corners)
        ends = np.searchsorted(ring, np.arange(len(rings) + 1)).tolist()
        paths = [""] * len(boundaries)
        for number, row in enumerate(shape[polygon].tolist()):
            paths[row] += _closed(placed[ends[number] : ends[number + 1]])
        return paths

    def names(self) -> list[Named]:
        """The names of the largest municipalities that do not cover each other."""
        towns = [town for town in self._towns if town.point and self._corners.contains(town.point)]
        places = self.placed([(town.point.x, town.point.y) for town in towns if town.point])
        kept: list[Named] = []
        for (x, y), town in zip(places, towns, strict=True):
            clear = all(abs(x - k.x) > APART[0] or abs(y - k.y) > APART[1] for k in kept)
            if clear and len(kept) < NAMES:
                kept.append(Named(x, y, town.name))
        return kept


def _closed(points: list[Coordinates]) -> str:
    """A closed line, without the points that fall on the one before."""
    kept = [point for i, point in enumerate(points) if i == 0 or point != points[i - 1]]
    return "M" + "L".join(f"{x:g} {y:g}" for x, y in kept) + "Z"
