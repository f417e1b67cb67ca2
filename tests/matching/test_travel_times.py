"""Minutes in the ranked matches: shown with their source, and held to a maximum."""

import json
import re
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from django.contrib.gis.geos import Point
from django.core.management import CommandError, call_command
from django.test import Client
from hypothesis import HealthCheck, given
from hypothesis import settings as profile
from hypothesis import strategies as st
from pytest_django import DjangoAssertNumQueries

from accounts.models import User
from geo.models import TravelTime
from geo.reach import Mode, Source
from geo.reach.estimate import PACES, Estimate
from matching.pairs import pairs
from matching.ranking import Ranking, Way, rank
from schools.models import Campus, Programme, SchoolMembership, SchoolYear
from tests.factories import RecognitionFactory
from tests.geo.reach.roads import ISLAND, place
from tests.matching.region import scatter

pytestmark = pytest.mark.django_db

PAGE = "/leerwerkplekken/"
API = "/api/v1/campuses/039107-1/matches"
ASKED = {"campus": "039107-1", "programme": "88"}


@pytest.fixture
def caller(client: Client, campus: Campus) -> Client:
    user = User.objects.create_user("coordinator@school.example", "a password")
    SchoolMembership.objects.create(user=user, school=campus.school)
    client.force_login(user)
    return client


@pytest.fixture
def scattered(programme: Programme) -> None:
    scatter(programme, seed=4)


def found(campus: Campus, programme: Programme, way: Way, km: float = 150) -> Ranking:
    return rank(campus, programme, km, SchoolYear.objects.starting_in(2026), way=way)


def keys(ranking: Ranking) -> set[int]:
    return set(ranking.candidates.recognition_ids.tolist())


def test_without_an_engine_minutes_are_estimated_and_cost_no_query(
    campus: Campus,
    programme: Programme,
    scattered: None,
    django_assert_num_queries: DjangoAssertNumQueries,
) -> None:
    ranking = found(campus, programme, Way())
    with django_assert_num_queries(2):
        rows = pairs(ranking, 0, 10)
    for pair in rows:
        assert pair.trip is not None
        assert pair.trip.source == Source.ESTIMATE
        expected = PACES[Mode.CYCLING].minutes(np.array([pair.distance]))[0]
        assert pair.trip.minutes == pytest.approx(expected)


@profile(max_examples=25, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(mode=st.sampled_from(Mode), limits=st.tuples(st.floats(1, 180), st.floats(1, 180)))
def test_a_wider_maximum_never_loses_a_match_nor_reorders_them(
    campus: Campus, programme: Programme, scattered: None, mode: Mode, limits: tuple[float, float]
) -> None:
    narrow, wide = (found(campus, programme, Way(mode, limit)) for limit in sorted(limits))
    assert keys(narrow) <= keys(wide)
    of = [ranking.candidates.recognition_ids[ranking.order].tolist() for ranking in (narrow, wide)]
    assert of[0] == [pk for pk in of[1] if pk in keys(narrow)]
    assert (narrow.travel().minutes <= min(limits)).all()


def test_the_maximum_keeps_all_that_lies_within_it(
    campus: Campus, programme: Programme, scattered: None
) -> None:
    everybody = found(campus, programme, Way(Mode.TRANSIT))
    minutes = everybody.travel().minutes[0]
    for limit in (10, 30, 60, 120):
        within = everybody.candidates.recognition_ids[minutes <= limit]
        assert keys(found(campus, programme, Way(Mode.TRANSIT, limit))) == set(within.tolist())


def at(programme: Programme, spot: tuple[float, float], **more: Any) -> int:
    point = Point(*spot, srid=4326)
    return RecognitionFactory(
        programme=programme,
        valid_from="2025-01-01",
        valid_until="2030-01-01",
        establishment__point=point,
        **more,
    ).pk


def test_an_engine_tells_the_minutes_and_what_it_does_not_know_is_estimated(
    campus: Campus, programme: Programme, tiles: Path, settings: Any
) -> None:
    settings.VALHALLA_CONFIG = str(tiles)
    in_town, on_island = at(programme, place(5, 5)), at(programme, place(3, 3, ISLAND))
    far_away = at(programme, (4.35, 50.85))
    by_key = {pair.recognition.pk: pair.trip for pair in pairs(found(campus, programme, Way()))}
    told, nowhere, guessed = by_key[in_town], by_key[on_island], by_key[far_away]
    assert told is not None
    assert told.source == Source.ROUTE
    straight = Estimate().ask(np.array([place(0, 0)]), np.array([place(5, 5)]), Mode.CYCLING)
    assert told.minutes == pytest.approx(straight.values[0, 0], rel=0.3)
    assert (nowhere.minutes, nowhere.source) == (None, Source.ROUTE)
    assert guessed.source == Source.ESTIMATE
    # What cannot be reached is within no maximum.
    assert keys(found(campus, programme, Way(Mode.CYCLING, 180))) == {in_town, far_away}
    assert TravelTime.objects.count() == 2


def test_only_the_page_is_asked_of_an_engine(
    campus: Campus, programme: Programme, tiles: Path, settings: Any
) -> None:
    settings.VALHALLA_CONFIG = str(tiles)
    for n in range(8):
        at(programme, place(n, 1))
    pairs(found(campus, programme, Way()), 0, 3)
    assert TravelTime.objects.count() == 3


# The page -----------------------------------------------------------------------------------------


def on_map(page: str) -> Any:
    text = re.search(r'<script id="map-data" type="application/json">(.*?)</script>', page)
    assert text
    return json.loads(text[1])


def test_the_list_shows_minutes_by_bicycle_and_that_they_are_estimated(
    caller: Client, scattered: None
) -> None:
    page = caller.get(PAGE, ASKED | {"radius": "40"}).content.decode()
    assert re.search(r"met de fiets<br>geschat</dt><dd>\d+ min</dd>", page)
    assert "Geschatte reistijden: hemelsbreed × 1,3 aan 16 km/u (Fietsberaad" in page
    assert "bij reistijden staat hun herkomst" in page


def test_a_maximum_stands_in_the_heading_and_draws_its_circle(
    caller: Client, campus: Campus, programme: Programme, scattered: None
) -> None:
    asked = ASKED | {"mode": "car", "max_minutes": "30"}
    page = caller.get(PAGE, asked).content.decode()
    ranking = found(campus, programme, Way(Mode.CAR, 30))
    assert f"{len(ranking)} leerwerkplekken binnen 30 minuten met de auto" in page
    circle = on_map(page)
    assert circle["radius"] == pytest.approx(PACES[Mode.CAR].metres(30))
    assert "shape" not in circle
    assert '<option value="30" selected>' in page


def test_a_radius_beside_a_maximum_holds_too(
    caller: Client, campus: Campus, programme: Programme, scattered: None
) -> None:
    asked = ASKED | {"mode": "car", "max_minutes": "90", "radius": "10"}
    dots = on_map(caller.get(PAGE, asked).content.decode())["dots"]
    assert len(dots) == len(found(campus, programme, Way(), km=10))


def test_the_shape_of_an_engine_is_drawn(
    caller: Client, programme: Programme, tiles: Path, settings: Any
) -> None:
    settings.VALHALLA_CONFIG = str(tiles)
    at(programme, place(2, 2))
    page = caller.get(PAGE, ASKED | {"max_minutes": "15"}).content.decode()
    assert on_map(page)["shape"]["type"] == "Polygon"
    assert "over de weg berekend" in page
    assert "Geschatte reistijden" not in page


def test_when_nothing_is_near_enough_more_minutes_are_offered(
    caller: Client, programme: Programme
) -> None:
    at(programme, (4.80, 50.88))
    page = caller.get(PAGE, ASKED | {"max_minutes": "15"}).content.decode()
    assert "Geen leerwerkplekken binnen 15 minuten met de fiets" in page
    assert "1 leerwerkplek binnen 45 minuten met de fiets" in page
    assert re.search(r'href="\?[^"]*max_minutes=45', page)
    # An hour and a half is not enough: then only a radius helps.
    far = caller.get(PAGE, ASKED | {"max_minutes": "15", "programme": "88"}).content.decode()
    assert "binnen 45 minuten" in far


def test_a_rough_location_gives_a_band_and_not_a_point(
    caller: Client, programme: Programme
) -> None:
    at(programme, (4.80, 50.88), establishment__precision="municipality")
    page = caller.get(PAGE, ASKED).content.decode()
    assert "3–11 km" in page
    assert "Op 3 tot 11 km hemelsbreed: de ligging is bij benadering." in page


@pytest.mark.parametrize(
    ("wrong", "message"),
    [
        ({"mode": "horse"}, "horse"),
        ({"max_minutes": "0"}, "meer dan 0 minuten"),
        ({"max_minutes": "181"}, "180"),
        ({"max_minutes": "nan"}, "getal"),
        ({"max_minutes": "soon"}, "getal"),
    ],
)
def test_a_question_that_makes_no_sense_is_refused_with_a_reason(
    caller: Client, scattered: None, wrong: dict[str, str], message: str
) -> None:
    response = caller.get(PAGE, ASKED | wrong)
    assert response.status_code == 400
    assert message in response.content.decode()


def test_the_downloads_have_the_minutes_too(caller: Client, scattered: None) -> None:
    table = caller.get(PAGE, ASKED | {"radius": "60", "format": "csv"}).content.decode()
    assert "reistijd (minuten)" in table
    assert "geschat" in table
    points = caller.get(PAGE, ASKED | {"radius": "60", "format": "geojson"}).json()
    assert points["features"][0]["properties"]["travel"]["source"] == "estimate"


# The API and the command --------------------------------------------------------------------------


def test_the_api_says_mode_minutes_and_source(caller: Client, scattered: None) -> None:
    usual = caller.get(API, {"programme": 88}).json()["items"]
    assert {item["travel"]["mode"] for item in usual} == {"cycling"}
    asked = {"programme": 88, "mode": "transit", "maxMinutes": 40}
    for item in caller.get(API, asked).json()["items"]:
        assert item["travel"]["minutes"] <= 40
        assert item["travel"]["source"] == "estimate"
        assert (
            f"{item['travel']['minutes']} minuten met het openbaar vervoer" in (item["explanation"])
        )


def test_the_api_looks_as_far_as_the_minutes_go(
    caller: Client, campus: Campus, programme: Programme, scattered: None
) -> None:
    asked = {"programme": 88, "mode": "car", "maxMinutes": 90}
    total = caller.get(API, asked).json()["total"]
    assert total == len(found(campus, programme, Way(Mode.CAR, 90)))
    assert total > caller.get(API, {"programme": 88}).json()["total"]


@pytest.mark.parametrize(
    ("wrong", "field"),
    [({"mode": "horse"}, "mode"), ({"maxMinutes": "-1"}, "maxMinutes"), ({"max": "1"}, "max")],
)
def test_the_api_names_the_parameter_that_is_wrong(
    caller: Client, scattered: None, wrong: dict[str, str], field: str
) -> None:
    response = caller.get(API, {"programme": 88} | wrong)
    assert response.status_code == 400
    assert field in response.content.decode()


def test_the_command_takes_a_mode_and_a_maximum(
    campus: Campus, scattered: None, capsys: pytest.CaptureFixture[str]
) -> None:
    asked = {**ASKED, "mode": "transit", "max_minutes": "60"}
    call_command("rank_matches", **asked, format="json")
    items = json.loads(capsys.readouterr().out)["items"]
    assert items
    assert all(item["travel"]["minutes"] <= 60 for item in items)
    call_command("rank_matches", **asked, format="csv")
    assert "transit" in capsys.readouterr().out
    with pytest.raises(CommandError, match="--max-minutes"):
        call_command("rank_matches", **ASKED, max_minutes="0")
