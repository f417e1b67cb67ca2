"""The map of a forum: the province, its requests, and the requests they overlap with."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from figures.forum.requests import Agenda, Asked
from geo.drawing import Frame, Named
from schools.models import Offering


@dataclass(frozen=True)
class Dot(Named):
    """A request: the colour of its radar advice is its kind."""

    kind: str


@dataclass(frozen=True)
class ProvinceDrawing:
    """Shapes as SVG path data, lines and dots in drawing units."""

    size: float
    land: list[str]
    province: str
    lines: list[tuple[float, float, float, float]]
    dots: list[Dot]
    names: list[Named]


def province_drawing(agenda: Agenda) -> ProvinceDrawing | None:
    """The province with its requests; None while its boundary is unknown. One query."""
    boundary = agenda.province.boundary
    if boundary is None:
        return None
    frame = Frame.around(boundary)
    located = [item for item in agenda.asked if item.offering.campus.point]
    places = _placed(frame, [item.offering for item in located])
    return ProvinceDrawing(
        size=frame.size,
        land=frame.land(),
        province=frame.path(boundary),
        lines=list(_lines(frame, located)),
        dots=[
            Dot(x, y, f"{item.offering.programme} · {item.offering.campus}", _kind(item))
            for (x, y), item in zip(places, located, strict=True)
        ],
        names=frame.names(),
    )


def _kind(item: Asked) -> str:
    return item.opportunity.advice.value if item.opportunity else "unknown"


def _placed(frame: Frame, offerings: list[Offering]) -> list[tuple[float, float]]:
    points = [offering.campus.point for offering in offerings]
    return frame.placed([(point.x, point.y) for point in points if point])


def _lines(frame: Frame, located: list[Asked]) -> Iterable[tuple[float, float, float, float]]:
    """From each request to those it overlaps with; a pair within the province once."""
    inside = {item.offering.pk for item in located}
    for item in located:
        for overlap in item.overlaps:
            other = overlap.offering
            if other.pk in inside and other.pk < item.offering.pk:
                continue
            (x1, y1), (x2, y2) = _placed(frame, [item.offering, other])
            yield x1, y1, x2, y2
