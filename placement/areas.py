"""An area that somebody drew on the map, as the address of a page holds it."""

from __future__ import annotations

import re

import numpy as np
import shapely
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _
from numpy.typing import NDArray

from geo.coordinates import Floats

#: Corners that an area may have: what fits in an address, and more than anybody clicks.
MAX_CORNERS = 100
_CORNER = re.compile(r"-?\d{1,3}(?:\.\d{1,8})?,-?\d{1,2}(?:\.\d{1,8})?", re.ASCII)


def read_area(text: str) -> shapely.Polygon:
    """The polygon of `3.70,51.05 3.80,51.05 3.75,51.10`: longitude and latitude, WGS 84.

    Raises ValidationError for anything that is no polygon.
    """
    corners = text.split()
    if not all(_CORNER.fullmatch(corner) for corner in corners):
        raise ValidationError(_("This area cannot be read: draw it again."), code="invalid")
    if not 3 <= len(corners) <= MAX_CORNERS:
        raise ValidationError(
            _("An area has 3 to %(most)s corners."), code="corners", params={"most": MAX_CORNERS}
        )
    area = shapely.Polygon([tuple(map(float, corner.split(","))) for corner in corners])
    if not area.is_valid or not area.area:
        raise ValidationError(_("The lines of an area do not cross."), code="crossing")
    return area


def inside(area: shapely.Polygon, longitudes: Floats, latitudes: Floats) -> NDArray[np.bool_]:
    """Which of n points (n,) lie in an area, its border included."""
    return np.asarray(shapely.intersects_xy(area, longitudes, latitudes), dtype=np.bool_)
