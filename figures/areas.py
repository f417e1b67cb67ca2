"""A drawn area: read from text and refused when nothing can be counted in it."""

from __future__ import annotations

import math

import shapely
from django.contrib.gis.geos import Polygon
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from geo.models import Province

MOST_POINTS = 200


def read_area(text: str) -> Polygon:
    """`longitude,latitude;longitude,latitude;...` as a polygon (WGS 84), closed by itself.

    Raises ValidationError for what is no such text, crosses itself, has no surface, or lies outside
    the Flemish and Brussels-Capital Regions altogether.
    """
    try:
        points = [tuple(map(float, pair.split(","))) for pair in text.strip(" ;").split(";")]
    except ValueError:
        points = []
    if not points or not all(len(pair) == 2 and all(map(math.isfinite, pair)) for pair in points):
        raise ValidationError(
            _("Write an area as longitude,latitude;longitude,latitude;… in degrees."),
            code="invalid",
        )
    if points[0] != points[-1]:
        points.append(points[0])
    if not 4 <= len(points) <= MOST_POINTS + 1:
        raise ValidationError(
            _("An area has 3 to %(most)s corners."), code="corners", params={"most": MOST_POINTS}
        )
    if not all(-180 <= x <= 180 and -90 <= y <= 90 for x, y in points):
        raise ValidationError(
            _("Degrees lie between -180 and 180, and -90 and 90."), code="degrees"
        )
    drawn = shapely.Polygon(points)
    if not shapely.convex_hull(drawn).area:
        raise ValidationError(_("This area has no surface."), code="flat")
    # Asked of shapely: Django's GEOS logs a warning for every such area.
    if not shapely.is_valid(drawn):
        raise ValidationError(_("This area crosses itself. Draw it anew."), code="crosses")
    area = Polygon(points, srid=4326)
    if not Province.objects.filter(boundary__intersects=area).exists():
        raise ValidationError(
            _("This area lies outside Flanders and Brussels: there are no figures of it."),
            code="outside",
        )
    return area
