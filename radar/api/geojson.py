"""The same collections as GeoJSON (RFC 7946), for a caller that accepts `application/geo+json`."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from rest_framework import serializers
from rest_framework.renderers import JSONRenderer
from rest_framework.request import Request


class GeoJsonRenderer(JSONRenderer):
    media_type = "application/geo+json"
    format = "geojson"


def is_geojson(request: Request) -> bool:
    """Whether content negotiation chose GeoJSON."""
    return request.accepted_renderer.media_type == GeoJsonRenderer.media_type


def feature(body: dict[str, Any], key: str) -> dict[str, Any]:
    """A body as a feature; what has no known location has a null geometry, as the RFC wants."""
    properties = {name: value for name, value in body.items() if name != "point"}
    return {
        "type": "Feature",
        "id": body[key],
        "geometry": body.get("point"),
        "properties": properties,
    }


def feature_collection(
    envelope: dict[str, Any], features: Iterable[dict[str, Any]]
) -> dict[str, Any]:
    """A page of features, with the numbers and links of the JSON collection."""
    rest = {name: value for name, value in envelope.items() if name != "items"}
    return {"type": "FeatureCollection", "features": list(features), **rest}


class PointSerializer(serializers.Serializer[Any]):
    """A GeoJSON point, WGS 84, longitude first."""

    type = serializers.ChoiceField(choices=["Point"])
    coordinates = serializers.ListField(child=serializers.FloatField(), min_length=2, max_length=2)
