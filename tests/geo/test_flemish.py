"""The Flemish geolocation service: what we ask, and what we make of its answers."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial
from typing import Any

import pytest
from geopy.adapters import RequestsAdapter, URLLibAdapter
from geopy.exc import (
    ConfigurationError,
    GeocoderParseError,
    GeocoderQueryError,
    GeocoderRateLimited,
    GeocoderServiceError,
    GeocoderTimedOut,
    GeocoderUnavailable,
)
from geopy.point import Point

from geo.geocoders.flemish import FlemishGeolocation, precision_of
from tests.stub_server import Stub


def result(**values: Any) -> dict[str, Any]:
    """An answer in the shape of version 4, for Fonteinstraat 75 in Leuven."""
    point = {
        "Lat_WGS84": 50.883485330273977,
        "Lon_WGS84": 4.6941590167952487,
        "X_Lambert72": 172899.0,
        "Y_Lambert72": 174842.0,
    }
    return {
        "ID": 201984,
        "Municipality": "Leuven",
        "Zipcode": "3000",
        "Thoroughfarename": "Fonteinstraat",
        "Housenumber": "75",
        "FormattedAddress": "Fonteinstraat 75, 3000 Leuven",
        "Location": point,
        "LocationType": "basisregisters_huisnummer_afgeleidVanGebouw",
        "BoundingBox": {"LowerLeft": point, "UpperRight": point},
    } | values


LEUVEN = {"LocationResult": [result()]}


@pytest.fixture
def geocoder(stub: Stub) -> Iterator[FlemishGeolocation]:
    stub.answer = lambda path, parameters: LEUVEN
    with FlemishGeolocation(
        domain=stub.domain,
        scheme="http",
        timeout=2,
        user_agent="radar-test",
        adapter_factory=partial(RequestsAdapter, max_retries=0),
    ) as geocoder:
        yield geocoder


def test_it_asks_for_one_and_gives_one(geocoder: FlemishGeolocation, stub: Stub) -> None:
    location = geocoder.geocode("Fonteinstraat 75, 3000 Leuven")
    assert stub.asked == [
        ("/geolocation/v4/Location", {"q": "Fonteinstraat 75, 3000 Leuven", "c": "1"})
    ]
    assert stub.headers[0]["user-agent"] == "radar-test"
    assert location.address == "Fonteinstraat 75, 3000 Leuven"
    assert location.latitude == pytest.approx(50.883485, abs=1e-6)
    assert location.longitude == pytest.approx(4.694159, abs=1e-6)
    assert location.raw["LocationType"] == "basisregisters_huisnummer_afgeleidVanGebouw"


def test_it_gives_a_list_when_asked(geocoder: FlemishGeolocation, stub: Stub) -> None:
    locations = geocoder.geocode("Fonteinstraat 75", exactly_one=False)
    assert [location.raw["ID"] for location in locations] == [201984]
    geocoder.geocode("Fonteinstraat 75", exactly_one=False, limit=3)
    geocoder.geocode("Leuven", location_type="Municipality")
    assert [asked[1] for asked in stub.asked] == [
        {"q": "Fonteinstraat 75", "c": "5"},
        {"q": "Fonteinstraat 75", "c": "3"},
        {"q": "Leuven", "c": "1", "type": "Municipality"},
    ]


@pytest.mark.parametrize("limit", [0, 6, -1])
def test_a_limit_that_the_service_refuses_is_not_sent(
    geocoder: FlemishGeolocation, stub: Stub, limit: int
) -> None:
    with pytest.raises(ValueError, match="between 1 and 5"):
        geocoder.geocode("Leuven", exactly_one=False, limit=limit)
    assert stub.asked == []


def test_what_a_url_cannot_hold_is_escaped(geocoder: FlemishGeolocation, stub: Stub) -> None:
    query = "Rue de l'Été 1 & 2?c=9#x, 1000 Brussel/Bruxelles"
    geocoder.geocode(query)
    assert stub.asked[0][1] == {"q": query, "c": "1"}


@pytest.mark.parametrize("exactly_one", [True, False])
def test_an_unknown_address_is_an_empty_answer(
    geocoder: FlemishGeolocation, stub: Stub, exactly_one: bool
) -> None:
    stub.answer = lambda path, parameters: {"LocationResult": []}
    assert geocoder.geocode("Nergensstraat 1", exactly_one=exactly_one) is None
    stub.answer = lambda path, parameters: {"LocationResult": None}
    assert geocoder.geocode("Nergensstraat 1", exactly_one=exactly_one) is None


def test_a_place_without_a_point_of_its_own_is_left_out(
    geocoder: FlemishGeolocation, stub: Stub
) -> None:
    nowhere = {"Lat_WGS84": None, "Lon_WGS84": None, "X_Lambert72": None, "Y_Lambert72": None}
    without = [result(ID=1, Location=None), result(ID=2, Location=nowhere)]
    stub.answer = lambda path, parameters: {"LocationResult": without}
    assert geocoder.geocode("Deurne") is None
    stub.answer = lambda path, parameters: {"LocationResult": [*without, result(ID=3)]}
    assert geocoder.geocode("Deurne").raw["ID"] == 3


@pytest.mark.parametrize(
    "query", [(50.883485, 4.694159), "50.883485, 4.694159", Point(50.883485, 4.694159)]
)
def test_it_finds_the_address_at_a_point(
    geocoder: FlemishGeolocation, stub: Stub, query: Any
) -> None:
    assert geocoder.reverse(query).address == "Fonteinstraat 75, 3000 Leuven"
    assert stub.asked == [("/geolocation/v4/Location", {"latlon": "50.883485,4.694159", "c": "1"})]


def test_a_point_that_is_none_is_refused(geocoder: FlemishGeolocation, stub: Stub) -> None:
    with pytest.raises(ValueError, match="coordinate pair"):
        geocoder.reverse("Leuven")
    assert stub.asked == []


@pytest.mark.parametrize(
    ("status", "error"),
    [
        (400, GeocoderQueryError),
        (404, GeocoderServiceError),
        (429, GeocoderRateLimited),
        (500, GeocoderServiceError),
        (503, GeocoderTimedOut),
    ],
)
def test_errors_are_of_geopys_family(
    geocoder: FlemishGeolocation, stub: Stub, status: int, error: type[Exception]
) -> None:
    stub.answer = lambda path, parameters: (status, {"Message": "no"})
    with pytest.raises(error):
        geocoder.geocode("Leuven")


@pytest.mark.parametrize(
    "body",
    [
        b"<html>maintenance</html>",
        {"Message": "An error has occurred."},
        [],
        {"LocationResult": [{"Location": 3}]},
        {"LocationResult": [{"Location": {"Lat_WGS84": "x", "Lon_WGS84": "y"}}]},
        {"LocationResult": 7},
    ],
)
def test_an_answer_in_another_shape_is_an_error(
    geocoder: FlemishGeolocation, stub: Stub, body: Any
) -> None:
    stub.answer = lambda path, parameters: body
    with pytest.raises(GeocoderParseError):
        geocoder.geocode("Leuven")


def test_a_slow_service_is_given_up(geocoder: FlemishGeolocation, stub: Stub) -> None:
    stub.delay = 0.5
    with pytest.raises(GeocoderTimedOut):
        geocoder.geocode("Leuven", timeout=0.1)


def test_a_service_that_is_not_there_is_unavailable() -> None:
    with (
        FlemishGeolocation(domain="127.0.0.1:9", scheme="http") as geocoder,
        pytest.raises(GeocoderUnavailable),
    ):
        geocoder.geocode("Leuven")


def test_it_works_with_the_standard_librarys_adapter(stub: Stub) -> None:
    stub.answer = lambda path, parameters: LEUVEN
    geocoder = FlemishGeolocation(
        domain=stub.domain, scheme="http", timeout=2, adapter_factory=URLLibAdapter
    )
    assert geocoder.geocode("Leuven").raw["Zipcode"] == "3000"


def test_its_default_is_the_public_service_over_https() -> None:
    with FlemishGeolocation() as geocoder:
        assert geocoder.api == "https://geo.api.vlaanderen.be/geolocation/v4/Location"
    with pytest.raises(ConfigurationError):
        FlemishGeolocation(scheme="ftp")


@pytest.mark.parametrize(
    ("location_type", "precision"),
    [
        ("basisregisters_huisnummer", "house_number"),
        ("basisregisters_huisnummer_afgeleidVanGebouw", "house_number"),
        ("basisregisters_huisnummer_aangeduidDoorBeheerder", "house_number"),
        ("basisregisters_huisnummer_afgeleidVanObject", "house_number"),
        ("basisregisters_huisnummer_lijnid", "house_number"),
        ("crab_huisnummer_afgeleidVanGebouw", "house_number"),
        ("basisregisters_straat", "street"),
        ("crab_straat", "street"),
        ("basisregisters_postinfo", "postal_code"),
        ("basisregisters_gemeente", "municipality"),
        ("basisregisters_iets_straat", None),
        ("interesse", None),
        ("", None),
    ],
)
def test_the_type_of_location_tells_the_precision(
    location_type: str, precision: str | None
) -> None:
    assert precision_of(location_type) == precision
