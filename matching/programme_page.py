"""One programme of a campus's radar opened: its workplaces, its rivals, its trend and its map."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from django.core.paginator import Paginator
from django.utils.translation import gettext as _

from matching.distances import metres_from
from matching.presentation import MapData, Rows, reach_drawn
from matching.queries import MAX_RADIUS_KM
from matching.radar import Radar
from matching.radar_rows import Row
from matching.ranking import Way, rank
from matching.trend import TrendYear
from schools.models import Campus, Offering, Programme, SchoolYear

#: Workplaces on the page; the rest is one link away.
BEST = 10


@dataclass(frozen=True)
class Rival:
    """Another campus in reach that offers the programme; `pupils` is None when nobody gave it."""

    campus: Campus
    metres: float
    pupils: int | None


def rivals(
    others: Iterable[Campus], campus: Campus, programme: Programme, school_year: SchoolYear
) -> list[Rival]:
    """The campuses that draw on the same places, nearest first. One query."""
    located = [rival for rival in others if rival.point]
    if campus.point is None:
        return []
    pupils: dict[int, int | None] = dict(
        Offering.objects.filter(
            programme=programme, school_year=school_year, campus__in=located
        ).values_list("campus", "pupils")
    )
    metres = metres_from(campus.point, [rival.point for rival in located if rival.point])
    return [
        Rival(rival, float(distance), pupils.get(rival.pk))
        for rival, distance in zip(located, metres, strict=True)
    ]


def workplaces(row: Row, campus: Campus, school_year: SchoolYear, radar: Radar) -> Any:
    """The first page of the ranked workplaces within the reach."""
    if radar.way is None:
        ranking = rank(campus, row.programme, radar.policy.decay.catchment / 1000, school_year)
    else:
        ranking = rank(campus, row.programme, MAX_RADIUS_KM, school_year, way=radar.way)
    return Paginator(Rows(ranking), BEST).get_page(1)


def map_data(page: Any, found: list[Rival], radar: Radar) -> dict[str, Any]:
    """What the map draws: the campus, the bands of the reach, the workplaces and the rivals."""
    data = MapData(page.paginator.object_list.ranking, page).as_json()
    return data | {"rings": list(radar.policy.decay.metres), "rivals": rival_dots(found)}


def reach_data(campus: Campus, rows: list[Row], radar: Radar) -> dict[str, Any]:
    """What the map of a whole radar draws: no workplaces, but every campus named on the page."""
    others = {rival for row in rows for rival in row.rivals}
    return {
        "campus": list(campus.point.coords) if campus.point else None,
        **reach_drawn(campus, radar.way or Way(), radar.policy.decay.catchment),
        "rings": list(radar.policy.decay.metres),
        "rivals": _dots(sorted(others, key=lambda other: other.pk)),
    }


def rival_dots(found: list[Rival]) -> list[tuple[float, float, str]]:
    return _dots([rival.campus for rival in found])


def _dots(campuses: list[Campus]) -> list[tuple[float, float, str]]:
    """(longitude, latitude, name) per campus."""
    return [
        (round(campus.point.x, 5), round(campus.point.y, 5), str(campus))
        for campus in campuses
        if campus.point
    ]


def chart_data(years: list[TrendYear]) -> dict[str, Any]:
    """What the chart draws: per school year the places given, and the pupils, in reach."""
    return {
        "labels": [year.school_year.name for year in years],
        "series": [
            {"name": _("places in reach"), "colour": "data-places",
             "values": [year.places for year in years]},
            {"name": _("pupils in reach"), "colour": "data-proximity",
             "values": [year.pupils for year in years]},
            {"name": _("of which at this campus"), "colour": "data-competition", "dashed": True,
             "values": [year.here for year in years]},
        ],
    }  # fmt: skip
