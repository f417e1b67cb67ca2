"""`GET /api/v1/tiles/{z}/{x}/{y}.mvt`."""

from __future__ import annotations

from hashlib import sha256
from typing import Any

from django import forms
from django.core.cache import cache
from django.http import Http404, HttpResponse
from django.utils import timezone
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import extend_schema
from rest_framework.renderers import BaseRenderer, JSONRenderer
from rest_framework.request import Request
from rest_framework.views import APIView

from companies.tiles import CLUSTER_BELOW, Tile
from radar.api.etags import matches
from radar.api.parameter_schema import parameter
from radar.api.parameters import form_data, require_valid
from schools.api.resources import MAX_INTEGER

#: A tile may be this much behind.
SECONDS = 60


class TileRenderer(BaseRenderer):
    media_type = "application/vnd.mapbox-vector-tile"
    format = "mvt"
    charset = None
    render_style = "binary"

    def render(self, data: Any, *args: Any, **kwargs: Any) -> Any:
        return data


class TileQuery(forms.Form):
    programme = forms.IntegerField(required=False, min_value=0, max_value=MAX_INTEGER)


class Tiles(APIView):
    """Where pupils can train today, as a vector tile; at most a minute behind."""

    scopes = {"read": "companies:read"}
    administrators_only = True
    renderer_classes = [TileRenderer, JSONRenderer]

    @extend_schema(
        operation_id="getTile",
        tags=["tiles"],
        description=(
            "Where pupils can train today: a layer `establishments` (`unitNumber`, `name`, "
            f"`recognitions`), and below zoom {CLUSTER_BELOW} a layer `clusters` "
            "(`establishments`, `recognitions`). Scope: `companies:read`."
        ),
        parameters=[parameter("programme", TileQuery.base_fields["programme"], "official number")],
        responses={(200, TileRenderer.media_type): OpenApiTypes.BINARY},
    )
    def get(self, request: Request, z: int, x: int, y: int) -> HttpResponse:
        query = TileQuery(form_data(request, TileQuery))
        require_valid(query)
        try:
            tile = Tile(z, x, y)
        except ValueError:
            raise Http404 from None
        body = _drawn(tile, query.cleaned_data["programme"])
        etag = f'"{sha256(body).hexdigest()[:24]}"'
        headers = {"ETag": etag, "Cache-Control": f"private, max-age={SECONDS}"}
        if matches(request, "If-None-Match", etag):
            return HttpResponse(status=304, headers=headers)
        return HttpResponse(body, content_type=TileRenderer.media_type, headers=headers)


def _drawn(tile: Tile, programme: int | None) -> bytes:
    """The tile, from the cache when it was drawn a moment ago."""
    today = timezone.localdate()
    key = f"api.tile.{tile.zoom}.{tile.x}.{tile.y}.{programme}.{today:%Y%m%d}"
    body: bytes | None = cache.get(key)
    if body is None:
        body = tile.draw(today, programme)
        cache.set(key, body, SECONDS)
    return body
