"""The map's own data: whole, small, and fetched once."""

import gzip
import json
from typing import Any

import pytest
from django.contrib.gis.geos import MultiPolygon, Point, Polygon
from django.core.cache import cache
from django.test import Client

from geo.models import BoundarySource, Municipality, Province
from geo.views import CACHE_KEY

pytestmark = pytest.mark.django_db

SQUARE = MultiPolygon(Polygon(((4, 50), (5, 50), (5, 51), (4, 51), (4, 50))), srid=4326)
ADDRESS = "/kaart/grenzen.geojson"


@pytest.fixture(autouse=True)
def _places() -> None:
    cache.delete(CACHE_KEY)
    province = Province.objects.create(
        code="20001", name="Vlaams-Brabant", name_en="Flemish Brabant", boundary=SQUARE
    )
    Municipality.objects.create(
        nis_code="24062",
        name="Leuven",
        province=province,
        boundary=SQUARE,
        boundary_source=BoundarySource.APPROXIMATE,
        point=Point(4.7, 50.88, srid=4326),
        population=100_000,
    )


def test_it_holds_outlines_and_names(client: Client) -> None:
    features = json.loads(client.get(ADDRESS).content)["features"]
    kinds = {feature["properties"]["kind"]: feature for feature in features}
    assert kinds.keys() == {"municipality", "province", "name"}
    assert kinds["municipality"]["properties"]["approximate"] is True
    assert kinds["name"]["geometry"] == {"type": "Point", "coordinates": [4.7, 50.88]}


def test_it_is_fetched_once(client: Client) -> None:
    first = client.get(ADDRESS)
    again = client.get(ADDRESS, headers={"if-none-match": first["ETag"]})
    assert again.status_code == 304
    assert first["Cache-Control"] == "public, max-age=3600"


def test_it_is_asked_of_the_database_once(client: Client, django_assert_num_queries: Any) -> None:
    client.get(ADDRESS)
    with django_assert_num_queries(0):
        client.get(ADDRESS)


def test_it_is_compressed(client: Client) -> None:
    plain = client.get(ADDRESS).content
    packed = client.get(ADDRESS, headers={"accept-encoding": "gzip"})
    assert packed["Content-Encoding"] == "gzip"
    assert gzip.decompress(packed.content) == plain
