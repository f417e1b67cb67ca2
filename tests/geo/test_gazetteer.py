"""The offline gazetteer, over a few places and over our own data."""

from __future__ import annotations

from typing import Any

import pytest

from geo.geocoders.gazetteer import Gazetteer, Place
from geo.models import Municipality, PostalCode
from geo.reference import load

GENT = Place("Gent", "9000", "Gent", "44021", 3.72, 51.05)
DRONGEN = Place("Drongen", "9031", "Gent", "44021", 3.66, 51.05)
GOOIK = Place("Gooik", "1755", "Pajottegem", "23106", 4.11, 50.79)
LEERBEEK = Place("Leerbeek", "1755", "Pajottegem", "23106", 4.12, 50.78)
PLACES = [
    GENT,
    DRONGEN,
    GOOIK,
    LEERBEEK,
    Place("Gent", "", "Gent", "44021", 3.71, 51.06),
    Place("Pajottegem", "", "Pajottegem", "23106", 4.05, 50.75),
    Place("Gooik", "", "Pajottegem", "23106", 4.1, 50.8),
]


@pytest.fixture
def gazetteer() -> Gazetteer:
    return Gazetteer(PLACES)


@pytest.mark.parametrize(
    ("query", "address", "precision"),
    [
        ("Kerkstraat 1, 9000 Gent", "9000 Gent", "postal_code"),
        ("Kerkstraat 1 9000 Gent", "9000 Gent", "postal_code"),
        ("Kerkstraat 1000, 9031 DRONGEN", "9031 Drongen (Gent)", "postal_code"),
        ("9031", "9031 Drongen (Gent)", "postal_code"),
        ("1755 leerbeek", "1755 Leerbeek (Pajottegem)", "postal_code"),
        ("1755 Pajottegem", "1755 Gooik (Pajottegem)", "postal_code"),
        ("B-9000 Gent", "9000 Gent", "postal_code"),
        ("Gent", "Gent", "municipality"),
        ("Kerkstraat 1, Gooik", "Gooik (Pajottegem)", "municipality"),
        ("Drongen", "9031 Drongen (Gent)", "postal_code"),
        ({"postalcode": "9000", "city": "Elders"}, "9000 Gent", "postal_code"),
        ({"postalcode": "9999", "city": "Gent"}, "Gent", "municipality"),
        ({"city": "Pajottegem"}, "Pajottegem", "municipality"),
    ],
)
def test_it_finds(gazetteer: Gazetteer, query: Any, address: str, precision: str) -> None:
    location = gazetteer.geocode(query)
    assert (location.address, location.raw["precision"]) == (address, precision)


@pytest.mark.parametrize("query", ["", "Elders", "9999", "Kerkstraat 9000", "9999 Elders", {}])
@pytest.mark.parametrize("exactly_one", [True, False])
def test_it_does_not_find(gazetteer: Gazetteer, query: Any, exactly_one: bool) -> None:
    assert gazetteer.geocode(query, exactly_one=exactly_one) is None


def test_all_that_fit_in_order_of_fit(gazetteer: Gazetteer) -> None:
    found = gazetteer.geocode("1755 Leerbeek", exactly_one=False)
    assert [location.raw["name"] for location in found] == ["Leerbeek", "Gooik"]
    assert len(gazetteer.geocode("1755 Leerbeek", exactly_one=False, limit=1)) == 1


def test_it_finds_the_nearest_place(gazetteer: Gazetteer) -> None:
    assert gazetteer.reverse((51.051, 3.721)).address == "9000 Gent"
    nearest = gazetteer.reverse("50.785, 4.121", exactly_one=False, limit=2)
    assert [location.raw["name"] for location in nearest] == ["Leerbeek", "Gooik"]


def test_an_empty_gazetteer_finds_nothing() -> None:
    assert Gazetteer([]).geocode("9000 Gent") is None
    assert Gazetteer([]).reverse((51, 4)) is None


@pytest.mark.django_db
def test_it_finds_every_place_of_our_own(django_assert_num_queries: Any) -> None:
    load()
    gazetteer = Gazetteer()
    with django_assert_num_queries(2):
        assert gazetteer.geocode("1755 Gooik").raw["municipality"] == "Pajottegem"
    for row in PostalCode.objects.all():
        location = gazetteer.geocode({"postalcode": row.code, "city": row.place_name})
        assert (location.raw["postal_code"], location.raw["name"]) == (row.code, row.place_name)
    for municipality in Municipality.objects.select_related("merged_into"):
        location = gazetteer.geocode(municipality.name)
        assert location.raw["nis_code"] == municipality.today.nis_code
