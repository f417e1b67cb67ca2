"""The map of a dossier: the campus in its reach, the workplaces and the rivals."""

from __future__ import annotations

from dataclasses import dataclass

from geo.coordinates import to_lambert
from geo.drawing import Coordinates, Frame, Named
from placement.programming.figures import Figures

#: How much farther than the reach the drawing goes.
MARGIN = 1.08


@dataclass(frozen=True)
class Drawing:
    """Shapes as SVG path data, rings as radii around the middle, and dots, all in drawing units."""

    size: float
    middle: float
    land: list[str]
    rings: list[float]
    workplaces: list[Coordinates]
    rivals: list[Named]
    names: list[Named]


def drawing(figures: Figures) -> Drawing | None:
    """The region around the campus; None without its place. One query."""
    if figures.campus is None:
        return None
    east, north = to_lambert(*figures.campus)
    frame = Frame(east, north, figures.reach * MARGIN)
    rivals = frame.placed([rival.point for rival in figures.rivals])
    return Drawing(
        size=frame.size,
        middle=frame.middle,
        land=frame.land(),
        rings=[round(metres * frame.scale, 1) for metres in figures.bands],
        workplaces=frame.placed(figures.points),
        rivals=[
            Named(x, y, rival.name) for (x, y), rival in zip(rivals, figures.rivals, strict=True)
        ],
        names=frame.names(),
    )
