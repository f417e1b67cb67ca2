"""The map of a dossier as a drawing: for paper, and where no script runs."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from django.contrib.gis.geos import Polygon

from geo.coordinates import LAMBERT_2008, WGS84, to_lambert, transform
from geo.models import Municipality
from placement.programming.figures import Coordinates, Figures

#: Width and height of the drawing, in its own units.
SIZE = 640.0
#: How much farther than the reach the drawing goes.
MARGIN = 1.08
#: Names are of the largest municipalities only, and not this near each other (across, down).
NAMES = 14
APART = (90.0, 16.0)


@dataclass(frozen=True)
class Named:
    x: float
    y: float
    name: str


@dataclass(frozen=True)
class Drawing:
    """Shapes as SVG path data, rings as radii around the middle, and dots, all in drawing units."""

    size: float
    land: list[str]
    rings: list[float]
    workplaces: list[Coordinates]
    rivals: list[Named]
    names: list[Named]

    @property
    def middle(self) -> float:
        return self.size / 2


def drawing(figures: Figures) -> Drawing | None:
    """The region around the campus in the plane of Lambert 2008, north up; None without a point."""
    if figures.campus is None:
        return None
    east, north = to_lambert(*figures.campus)
    reach = figures.reach * MARGIN
    scale = SIZE / (2 * reach)

    def placed(points: list[Coordinates]) -> list[Coordinates]:
        if not points:
            return []
        x, y = to_lambert(*np.array(points, dtype=float).T)
        across, down = (x - east + reach) * scale, (north + reach - y) * scale
        return list(zip(across.round(1).tolist(), down.round(1).tolist(), strict=True))

    corners = [
        transform(LAMBERT_2008, WGS84, east + dx, north + dy)
        for dx, dy in ((-reach, -reach), (-reach, reach), (reach, reach), (reach, -reach))
    ]
    frame = Polygon((*corners, corners[0]), srid=WGS84)
    municipalities = list(
        Municipality.objects.today()
        .filter(boundary__intersects=frame)
        .only("name", "boundary", "point", "population")
    )
    towns = sorted(
        (town for town in municipalities if town.point and frame.contains(town.point)),
        key=lambda town: (-(town.population or 0), town.name),
    )
    return Drawing(
        size=SIZE,
        land=[
            "".join(
                _path(placed(list(ring))) for polygon in town.boundary.coords for ring in polygon
            )
            for town in municipalities
            if town.boundary
        ],
        rings=[round(metres * scale, 1) for metres in figures.bands],
        workplaces=placed(list(figures.points)),
        rivals=[
            Named(x, y, rival.name)
            for (x, y), rival in zip(
                placed([rival.point for rival in figures.rivals]), figures.rivals, strict=True
            )
        ],
        names=_readable(
            [
                Named(x, y, town.name)
                for (x, y), town in zip(
                    placed([(town.point.x, town.point.y) for town in towns if town.point]),
                    towns,
                    strict=True,
                )
            ]
        ),
    )


def _readable(names: list[Named]) -> list[Named]:
    """The first names that do not cover one before them."""
    kept: list[Named] = []
    for name in names:
        clear = all(
            abs(name.x - other.x) > APART[0] or abs(name.y - other.y) > APART[1] for other in kept
        )
        if clear and len(kept) < NAMES:
            kept.append(name)
    return kept


def _path(points: list[Coordinates]) -> str:
    """A closed line, without the points that fall on the one before."""
    kept = [point for i, point in enumerate(points) if i == 0 or point != points[i - 1]]
    return "M" + "L".join(f"{x:g} {y:g}" for x, y in kept) + "Z"
