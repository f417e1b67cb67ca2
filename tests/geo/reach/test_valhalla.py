"""Minutes along real tiles, by the library and by a server: both say the same."""

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from shapely.geometry import Point, shape

from geo.models import TravelTime
from geo.reach import Mode, Provider, ReachError, Source, configured
from geo.reach.estimate import Estimate
from geo.reach.straight_line import straight_metres
from geo.reach.valhalla import Valhalla
from geo.reach.valhalla_engines import ValhallaLibrary, ValhallaServer
from tests.geo.reach.roads import ISLAND, place

HOME = np.array([place(0, 0)])
TOWN = np.array([place(column, row) for column in range(0, 10, 3) for row in range(0, 10, 3)])
ON_THE_ISLAND = np.array([place(4, 4, ISLAND)])
#: Where the extract has no road.
AT_SEA = np.array([[2.90, 51.30]])


def by_library(config: Path, pairs: int = 500) -> Valhalla:
    return Valhalla(ValhallaLibrary(config), pairs)


def by_server(url: str, pairs: int = 500) -> Valhalla:
    return Valhalla(ValhallaServer(url, timeout=10, retries=0, failures=3, rest=60), pairs)


@pytest.fixture(params=["library", "server"])
def valhalla(request: pytest.FixtureRequest) -> Provider:
    if request.param == "library":
        return by_library(request.getfixturevalue("tiles"))
    return by_server(request.getfixturevalue("server"))


@pytest.mark.parametrize("mode", [Mode.CYCLING, Mode.CAR])
def test_streets_are_longer_than_the_straight_line_and_the_same_both_ways(
    valhalla: Provider, mode: Mode
) -> None:
    there, back = valhalla.ask(HOME, TOWN, mode), valhalla.ask(TOWN, HOME, mode)
    assert there.known.all()
    np.testing.assert_allclose(there.values, back.values.T, atol=0.2)
    kmh = straight_metres(HOME, TOWN) / 1000 / np.maximum(there.values / 60, 1e-9)
    assert kmh.max() < (17 if mode == Mode.CYCLING else 60)


def test_nothing_lies_beyond_the_bound_of_its_minutes(valhalla: Provider) -> None:
    minutes = valhalla.ask(HOME, TOWN, Mode.CYCLING).values[0]
    metres = straight_metres(HOME, TOWN)[0]
    bounds = np.array([valhalla.farthest(Mode.CYCLING, value) for value in minutes])
    assert (metres <= bounds + 1).all()


def test_an_island_cannot_be_reached_and_no_road_is_not_known(valhalla: Provider) -> None:
    places = np.vstack([TOWN[:3], ON_THE_ISLAND, AT_SEA])
    found = valhalla.ask(HOME, places, Mode.CYCLING)
    assert found.known.tolist() == [[True, True, True, True, False]]
    assert np.isnan(found.values[0, 3:]).all()
    assert np.isfinite(found.values[0, :3]).all()
    assert not valhalla.ask(AT_SEA, TOWN, Mode.CYCLING).known.any()


def test_a_place_just_outside_the_map_is_not_taken_to_its_edge(valhalla: Provider) -> None:
    outside = np.array([place(-6, 0)])
    assert not valhalla.ask(HOME, outside, Mode.CYCLING).known.any()
    assert valhalla.shape(outside[0], Mode.CYCLING, 10) is None


def test_pieces_add_up_to_the_whole(tiles: Path) -> None:
    whole = by_library(tiles).ask(TOWN, TOWN, Mode.CYCLING)
    for pairs in (1, 7, 40):
        pieces = by_library(tiles, pairs).ask(TOWN, TOWN, Mode.CYCLING)
        np.testing.assert_allclose(pieces.values, whole.values, atol=0.1)


def test_a_question_of_more_pairs_than_it_takes_is_asked_in_halves(
    tiles: Path, tmp_path: Path
) -> None:
    settings = json.loads(tiles.read_text())
    settings["service_limits"]["bicycle"]["max_matrix_location_pairs"] = 5
    strict = tmp_path / "strict.json"
    strict.write_text(json.dumps(settings))
    found = by_library(strict).ask(HOME, TOWN, Mode.CYCLING)
    np.testing.assert_allclose(found.values, by_library(tiles).ask(HOME, TOWN, Mode.CYCLING).values)


def test_its_shape_holds_what_is_near_and_not_what_is_far(valhalla: Provider) -> None:
    drawn = valhalla.shape(HOME[0], Mode.CYCLING, 5)
    assert drawn is not None
    area = shape(drawn)
    assert area.contains(Point(*place(1, 1)))
    assert not area.contains(Point(*place(9, 9)))
    wider = valhalla.shape(HOME[0], Mode.CYCLING, 10)
    assert wider is not None
    assert shape(wider).area > area.area


def test_it_draws_no_shape_where_no_road_is_or_for_a_day_long_way(valhalla: Provider) -> None:
    assert valhalla.shape(AT_SEA[0], Mode.CYCLING, 10) is None
    assert valhalla.shape(HOME[0], Mode.CYCLING, 1440) is None


@pytest.mark.django_db
def test_a_path_or_an_address_in_the_settings_is_enough(
    tiles: Path, server: str, settings: Any
) -> None:
    settings.VALHALLA_CONFIG = str(tiles)
    by_path = configured().travel(HOME, TOWN, Mode.CYCLING)
    TravelTime.objects.all().delete()
    settings.VALHALLA_CONFIG, settings.VALHALLA_URL = "", server
    by_address = configured().travel(HOME, TOWN, Mode.CYCLING)
    assert by_path.sources == by_address.sources == [Source.ROUTE]
    np.testing.assert_array_equal(by_path.minutes, by_address.minutes)
    assert TravelTime.objects.count() == len(TOWN)


@pytest.mark.django_db
def test_beyond_its_roads_the_estimate_answers_and_says_so(tiles: Path, settings: Any) -> None:
    settings.VALHALLA_CONFIG = str(tiles)
    places = np.vstack([TOWN[1:2], AT_SEA])
    found = configured().travel(HOME, places, Mode.CYCLING)
    assert [found.source(0, 0), found.source(0, 1)] == [Source.ROUTE, Source.ESTIMATE]
    estimate = Estimate().ask(HOME, AT_SEA, Mode.CYCLING).values[0, 0]
    assert found.minutes[0, 1] == estimate


def test_tiles_that_are_not_there_are_an_error_that_names_the_file(tmp_path: Path) -> None:
    with pytest.raises(ReachError, match=r"none\.json"):
        ValhallaLibrary(tmp_path / "none.json")


@pytest.mark.django_db
def test_an_engine_that_cannot_be_opened_leaves_estimates_and_an_error_in_the_log(
    settings: Any, caplog: pytest.LogCaptureFixture
) -> None:
    settings.VALHALLA_CONFIG = "/nowhere/valhalla.json"
    assert configured().travel(HOME, TOWN, Mode.CYCLING).sources == [Source.ESTIMATE]
    assert "/nowhere/valhalla.json" in caplog.text
