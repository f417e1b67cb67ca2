"""Coordinates from outside, refused when they cannot be what they are said to be.

All errors are `ValidationError`, so that a form shows them and an importer reports them; `code`
names the mistake: `no_number`, `metres`, `degrees`, `swapped`, `lambert_72`, `lambert_2008`,
`outside`, `far`.
"""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Iterable
from typing import NamedTuple, Self

import numpy as np
import shapely
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from geo.coordinates import LAMBERT_72, LAMBERT_2008, WGS84, Floats, to_lambert, transform
from geo.models import PostalCode, Province


class Box(NamedTuple):
    """West, south, east and north, in the unit of its system."""

    west: float
    south: float
    east: float
    north: float

    def holds(self, x: float, y: float) -> bool:
        return self.west <= x <= self.east and self.south <= y <= self.north


#: Flanders and Brussels with some two kilometres to spare.
REGION = Box(2.51, 50.66, 5.95, 51.53)
REGION_LAMBERT_72 = Box(19_000, 149_000, 261_000, 247_000)
#: Lambert 2008 is Lambert 72 moved by half a million metres both ways, within twenty metres; so an
#: x above half a million is never Lambert 72, and no point lies in both boxes.
REGION_LAMBERT_2008 = Box(*(metres + 500_000 for metres in REGION_LAMBERT_72))

#: The outlines of our provinces are simplified, and a building may stand on the border.
OUTLINE_SLACK_METRES = 2_000
#: With our places and municipal outlines no spot in Flanders lies farther than 11.5 km from a
#: place of its municipality (Dessel). A swapped digit or a namesake elsewhere is nearly always
#: farther.
FAR_METRES = 15_000


def _finite(*numbers: float) -> None:
    if not all(math.isfinite(number) for number in numbers):
        raise ValidationError(_("A coordinate is no number."), code="no_number")


def _in_metres(longitude: float, latitude: float, system: int) -> tuple[float, float]:
    return transform(WGS84, system, longitude, latitude)


def check_degrees(longitude: float, latitude: float) -> None:
    """Refuse WGS 84 degrees outside Flanders and Brussels, and say what they seem to be."""
    _finite(longitude, latitude)
    if REGION.holds(longitude, latitude):
        return
    if REGION.holds(latitude, longitude):
        raise ValidationError(
            _("Longitude and latitude are swapped: the longitude lies between 2.5 and 6."),
            code="swapped",
        )
    if abs(longitude) > 180 or abs(latitude) > 90:
        raise ValidationError(
            _("These are metres and no degrees. Give the coordinates in WGS 84."), code="metres"
        )
    if REGION_LAMBERT_72.holds(*_in_metres(longitude, latitude, LAMBERT_2008)):
        raise ValidationError(
            _("These were Lambert 72 coordinates, converted as if they were Lambert 2008."),
            code="lambert_72",
        )
    if REGION_LAMBERT_2008.holds(*_in_metres(longitude, latitude, LAMBERT_72)):
        raise ValidationError(
            _("These were Lambert 2008 coordinates, converted as if they were Lambert 72."),
            code="lambert_2008",
        )
    raise ValidationError(_("This point lies outside Flanders and Brussels."), code="outside")


def degrees_from_lambert_72(x: float, y: float) -> tuple[float, float]:
    """Longitude and latitude of a point in Belgian Lambert 72 (EPSG:31370), metres."""
    _check_metres(x, y, REGION_LAMBERT_72)
    if REGION_LAMBERT_2008.holds(x, y) or REGION_LAMBERT_2008.holds(y, x):
        raise ValidationError(
            _("These are Lambert 2008 coordinates and not Lambert 72: x is above 500,000."),
            code="lambert_2008",
        )
    return _in_region(x, y, LAMBERT_72, REGION_LAMBERT_72)


def degrees_from_lambert_2008(x: float, y: float) -> tuple[float, float]:
    """Longitude and latitude of a point in Belgian Lambert 2008 (EPSG:3812), metres."""
    _check_metres(x, y, REGION_LAMBERT_2008)
    if REGION_LAMBERT_72.holds(x, y) or REGION_LAMBERT_72.holds(y, x):
        raise ValidationError(
            _("These are Lambert 72 coordinates and not Lambert 2008: x is below 500,000."),
            code="lambert_72",
        )
    return _in_region(x, y, LAMBERT_2008, REGION_LAMBERT_2008)


def _check_metres(x: float, y: float, region: Box) -> None:
    _finite(x, y)
    if REGION.holds(x, y) or REGION.holds(y, x):
        raise ValidationError(
            _("These are degrees and no metres. Give the coordinates in Lambert."), code="degrees"
        )
    # Where x and y both lie between 149 and 247 km either order lies in the region; there only
    # `Places` can tell, from the postal code.
    if not region.holds(x, y) and region.holds(y, x):
        raise ValidationError(_("x and y are swapped."), code="swapped")


def _in_region(x: float, y: float, system: int, region: Box) -> tuple[float, float]:
    if not region.holds(x, y):
        raise ValidationError(_("This point lies outside Flanders and Brussels."), code="outside")
    return transform(system, WGS84, x, y)


class Places:
    """Checks against the outlines of the region and the places of each postal code.

    Made once for many points: it holds what it needs in memory, in Lambert 2008.
    """

    def __init__(
        self, outlines: Iterable[bytes], places: Iterable[tuple[str, float, float]]
    ) -> None:
        """Outlines as WKB in degrees; places as (postal code, longitude, latitude)."""
        shapes = shapely.from_wkb(list(outlines))
        self._region = shapely.union_all(
            shapely.transform(shapes, lambda xy: np.column_stack(to_lambert(xy[:, 0], xy[:, 1])))
        ).buffer(OUTLINE_SLACK_METRES)
        shapely.prepare(self._region)
        by_code: dict[str, list[tuple[float, float]]] = defaultdict(list)
        for code, longitude, latitude in places:
            by_code[code].append(to_lambert(longitude, latitude))
        self._places: dict[str, Floats] = {
            code: np.array(points) for code, points in by_code.items()
        }

    @classmethod
    def load(cls) -> Self:
        """With the outlines and places of the database, in two queries."""
        outlines = Province.objects.filter(boundary__isnull=False).values_list(
            "boundary", flat=True
        )
        places = PostalCode.objects.filter(point__isnull=False).values_list("code", "point")
        return cls(
            [bytes(outline.wkb) for outline in outlines if outline],
            [(code, point.x, point.y) for code, point in places if point],
        )

    def check(self, longitude: float, latitude: float, postal_code: str = "") -> None:
        """Refuse WGS 84 degrees outside the region, or far from the postal code if that is known.

        Without outlines in the database only the rectangle around the region counts.
        """
        check_degrees(longitude, latitude)
        x, y = to_lambert(longitude, latitude)
        if not self._region.is_empty and not self._region.contains(shapely.Point(x, y)):
            raise ValidationError(
                _("This point lies outside Flanders and Brussels."), code="outside"
            )
        metres = self._metres_from(postal_code, x, y)
        if metres <= FAR_METRES:
            return
        # Half a million metres off in both directions, Lambert 2008 swaps as Lambert 72 does.
        if self._metres_from(postal_code, y, x) <= FAR_METRES:
            raise ValidationError(
                _("x and y are swapped: the other way around they suit postal code %(code)s."),
                code="swapped",
                params={"code": postal_code},
            )
        raise ValidationError(
            _("This point lies %(km)s km from postal code %(code)s."),
            code="far",
            params={"km": round(metres / 1000), "code": postal_code},
        )

    def _metres_from(self, postal_code: str, x: float, y: float) -> float:
        """Planar distance to the nearest place of a postal code; 0 if we do not know it."""
        places = self._places.get(postal_code)
        if places is None:
            return 0.0
        return float(np.hypot(places[:, 0] - x, places[:, 1] - y).min())
