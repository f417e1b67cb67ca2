"""The outlines that a map is drawn on, from our own database: no outside server is asked."""

import hashlib
import json
from typing import Any

from django.contrib.auth.decorators import login_not_required
from django.contrib.gis.db.models.functions import AsGeoJSON
from django.core.cache import cache
from django.http import HttpRequest, HttpResponse
from django.views.decorators.cache import cache_control
from django.views.decorators.gzip import gzip_page
from django.views.decorators.http import condition, require_safe

from geo.models import BoundarySource, Municipality, Province

CACHE_KEY = "geo.outlines"
CACHE_SECONDS = 3600
#: Decimals of a degree: ten metres, finer than a screen shows.
PRECISION = 4


def _outlines() -> tuple[str, str]:
    """The GeoJSON of all outlines and its ETag, made anew once an hour."""
    found: tuple[str, str] | None = cache.get(CACHE_KEY)
    if found is None:
        body = json.dumps(
            {"type": "FeatureCollection", "features": [*_municipalities(), *_provinces()]},
            separators=(",", ":"),
            ensure_ascii=False,
        )
        found = body, f'"{hashlib.sha256(body.encode()).hexdigest()[:20]}"'
        cache.set(CACHE_KEY, found, CACHE_SECONDS)
    return found


def _etag(request: HttpRequest) -> str:
    return _outlines()[1]


@login_not_required
@require_safe
@gzip_page
@cache_control(public=True, max_age=CACHE_SECONDS)
@condition(etag_func=_etag)
def outlines(request: HttpRequest) -> HttpResponse:
    """Municipalities (with the centre for a label) and provinces, as one GeoJSON collection."""
    return HttpResponse(_outlines()[0], content_type="application/geo+json")


def _municipalities() -> list[dict[str, Any]]:
    rows = (
        Municipality.objects.today()
        .filter(boundary__isnull=False)
        .annotate(shape=AsGeoJSON("boundary", precision=PRECISION))
        .values_list("nis_code", "name", "boundary_source", "point", "population", "shape")
    )
    features = []
    for code, name, source, point, population, shape in rows:
        approximate = source != BoundarySource.OFFICIAL
        features.append(
            _feature(shape, kind="municipality", code=code, name=name, approximate=approximate)
        )
        if point is not None:
            centre = {"type": "Point", "coordinates": [round(point.x, 4), round(point.y, 4)]}
            features.append(
                _feature(json.dumps(centre), kind="name", name=name, size=population or 0)
            )
    return features


def _provinces() -> list[dict[str, Any]]:
    rows = (
        Province.objects.filter(boundary__isnull=False)
        .annotate(shape=AsGeoJSON("boundary", precision=PRECISION))
        .values_list("code", "name", "shape")
    )
    return [_feature(shape, kind="province", code=code, name=name) for code, name, shape in rows]


def _feature(shape: str, **properties: Any) -> dict[str, Any]:
    return {"type": "Feature", "geometry": json.loads(shape), "properties": properties}
