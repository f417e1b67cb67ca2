"""The vector tiles hold who is recognised, where it is, and nobody else."""

from typing import Any

import pytest
from django.db import connection

from tests.api.clients import Caller
from tests.factories import EstablishmentFactory, RecognitionFactory

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def drawn_anew(monkeypatch: pytest.MonkeyPatch) -> None:
    """No tile from another test."""
    monkeypatch.setattr("companies.api.tiles.SECONDS", 0)


def around(recognition: Any, zoom: int) -> str:
    """The address of the tile in which a recognition lies."""
    point = recognition.establishment.point
    with connection.cursor() as sql:
        sql.execute(
            "SELECT ST_X(p), ST_Y(p) FROM (SELECT ST_Transform(ST_SetSRID("
            "ST_MakePoint(%s, %s), 4326), 3857) AS p) t",
            point.coords,
        )
        east, north = sql.fetchone()
    half, size = 20037508.342789244, 2 * 20037508.342789244 / 2**zoom
    return f"/api/v1/tiles/{zoom}/{int((east + half) / size)}/{int((half - north) / size)}.mvt"


def test_a_tile_holds_who_is_recognised_and_nobody_else() -> None:
    caller = Caller(["companies:read"])
    shown = RecognitionFactory()
    expired = RecognitionFactory(expired=True)
    stopped = RecognitionFactory(establishment__stopped=True)
    EstablishmentFactory()
    response = caller.get(around(shown, 12))
    assert response["Content-Type"] == "application/vnd.mapbox-vector-tile"
    assert b"establishments" in response.content
    assert shown.establishment.unit_number.encode() in response.content
    for hidden in (expired, stopped):
        assert hidden.establishment.unit_number.encode() not in response.content
    low = caller.get(around(shown, 7)).content
    assert b"clusters" in low
    assert shown.establishment.unit_number.encode() not in low
    other = caller.get(around(shown, 12), {"programme": shown.programme.number + 1})
    assert other.content == b""
    assert other["Content-Type"] == response["Content-Type"]


def test_a_tile_that_did_not_change_is_not_sent_again() -> None:
    caller, url = Caller(["companies:read"]), around(RecognitionFactory(), 12)
    first = caller.get(url)
    again = caller.get(url, headers={"If-None-Match": first["ETag"]})
    assert (again.status_code, again.content) == (304, b"")


@pytest.mark.parametrize(
    ("address", "status"),
    [("19/0/0", 404), ("1/2/0", 404), ("1/0/2", 404), ("x/0/0", 404), ("0/0/0", 200)],
)
def test_there_are_so_many_tiles_and_no_more(address: str, status: int) -> None:
    caller = Caller(["companies:read"])
    assert caller.get(f"/api/v1/tiles/{address}.mvt").status_code == status


def test_what_is_wrong_is_named_and_scopes_are_needed() -> None:
    response = Caller().get("/api/v1/tiles/0/0/0.mvt", {"programme": "x"})
    assert response.status_code == 400
    assert response["Content-Type"] == "application/problem+json"
    assert Caller(["schools:read"]).get("/api/v1/tiles/0/0/0.mvt").status_code == 403
