"""The radar in minutes: zones of the paper, engines for the campus at hand, and what it says."""

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from django.contrib.gis.geos import Point
from django.core.management import call_command
from django.test import Client
from hypothesis import HealthCheck, given
from hypothesis import settings as profile
from hypothesis import strategies as st

from accounts.models import User
from geo.reach import Answer, Mode, Provider, Reach, Source
from geo.reach.estimate import PACES, Estimate
from geo.reach.provider import Floats
from matching import radar_ways
from matching.opportunities import DEFAULT_RADAR
from matching.radar import Radar, radar
from matching.radar_ways import by_minutes
from matching.ranking import Way
from schools.models import Campus, Offering, Programme, SchoolMembership, SchoolYear
from tests.factories import RecognitionFactory
from tests.geo.reach.roads import ISLAND, place
from tests.matching.region import scatter

pytestmark = pytest.mark.django_db

API = "/api/v1/campuses/039107-1/opportunities"


def found(campus: Campus, mode: Mode, minutes: float) -> Radar:
    return radar(campus, SchoolYear.objects.starting_in(2026), Way(mode, minutes))


def recognitions(of: Radar) -> int:
    return sum(row.opportunity.recognitions for row in of.rows)


@pytest.fixture
def scattered(programme: Programme) -> None:
    scatter(programme, seed=5)


@pytest.fixture
def offered(campus: Campus, programme: Programme) -> Offering:
    return Offering.objects.create(
        campus=campus,
        programme=programme,
        school_year=SchoolYear.objects.starting_in(2026),
        status="running",
        pupils=6,
    )


def test_the_zones_are_thirds_of_the_longest_way() -> None:
    policy = by_minutes(DEFAULT_RADAR, Mode.CYCLING, 30)
    assert policy.decay.weights == (1.0, 0.68, 0.22)
    minutes = PACES[Mode.CYCLING].minutes(np.array(policy.decay.metres))
    np.testing.assert_allclose(minutes, [10, 20, 30])


def test_before_the_first_bus_comes_there_is_still_a_radar(campus: Campus, scattered: None) -> None:
    for minutes in (1, 20, 21):
        assert found(campus, Mode.TRANSIT, minutes).policy.decay.catchment < 1000


@profile(max_examples=20, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(mode=st.sampled_from(Mode), limits=st.tuples(st.floats(1, 180), st.floats(1, 180)))
def test_a_longer_way_never_reaches_less(
    campus: Campus, scattered: None, mode: Mode, limits: tuple[float, float]
) -> None:
    short, long = (recognitions(found(campus, mode, limit)) for limit in sorted(limits))
    assert short <= long


class Echo(Provider):
    """An engine that tells what the estimate would, from the plane that the radar measures in."""

    source = Source.ROUTE

    def __init__(self, factor: float = 1.0) -> None:
        self.factor = factor

    def ask(self, origins: Floats, destinations: Floats, mode: Mode) -> Answer:
        told = Estimate().ask(origins, destinations, mode)
        return Answer(told.values * self.factor, told.known)

    def farthest(self, mode: Mode, minutes: float) -> float:
        return 2 * PACES[mode].metres(minutes)


@pytest.mark.parametrize("minutes", [20, 45, 90])
def test_an_engine_that_says_what_the_estimate_says_changes_nothing(
    campus: Campus,
    scattered: None,
    offered: Offering,
    minutes: float,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    estimated = found(campus, Mode.CYCLING, minutes)
    monkeypatch.setattr(radar_ways, "configured", lambda: Reach([Echo()]))
    told = found(campus, Mode.CYCLING, minutes)
    assert (estimated.sources, told.sources) == ((Source.ESTIMATE,), (Source.ROUTE,))
    assert [row.opportunity for row in told.rows] == [row.opportunity for row in estimated.rows]


def test_an_engine_that_is_twice_as_slow_reaches_what_half_the_minutes_do(
    campus: Campus, scattered: None, offered: Offering, monkeypatch: pytest.MonkeyPatch
) -> None:
    half = found(campus, Mode.CYCLING, 30)
    monkeypatch.setattr(radar_ways, "configured", lambda: Reach([Echo(factor=2.0)]))
    slow = found(campus, Mode.CYCLING, 60)
    assert [row.opportunity for row in slow.rows] == [row.opportunity for row in half.rows]


def at(programme: Programme, spot: tuple[float, float]) -> None:
    RecognitionFactory(
        programme=programme,
        valid_from="2025-01-01",
        valid_until="2030-01-01",
        establishment__point=Point(*spot, srid=4326),
    )


def test_what_no_road_leads_to_is_not_in_reach(
    campus: Campus, programme: Programme, tiles: Path, settings: Any
) -> None:
    for spot in (place(5, 5), place(3, 3, ISLAND), (4.70, 50.93)):
        at(programme, spot)
    assert recognitions(found(campus, Mode.CYCLING, 60)) == 3
    settings.VALHALLA_CONFIG = str(tiles)
    told = found(campus, Mode.CYCLING, 60)
    # The island has no bridge; north of the map the estimate still answers.
    assert recognitions(told) == 2
    assert set(told.sources) == {Source.ROUTE, Source.ESTIMATE}


def test_only_the_nearest_are_asked_of_an_engine(
    campus: Campus, scattered: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(radar_ways, "configured", lambda: Reach([Echo()]))
    monkeypatch.setattr(radar_ways, "MOST_ASKED", 3)
    assert recognitions(found(campus, Mode.CAR, 90)) > 3


# What it says -------------------------------------------------------------------------------------


@pytest.fixture
def caller(client: Client, campus: Campus) -> Client:
    user = User.objects.create_user("coordinator@school.example", "a password")
    SchoolMembership.objects.create(user=user, school=campus.school)
    client.force_login(user)
    return client


def test_the_api_says_how_far_and_who_told(
    caller: Client, campus: Campus, scattered: None, offered: Offering
) -> None:
    body = caller.get(API, {"mode": "car", "maxMinutes": 30}).json()
    assert body["travel"] == {"mode": "car", "maxMinutes": 30, "sources": ["estimate"]}
    expected = recognitions(found(campus, Mode.CAR, 30))
    assert sum(item["recognitions"] for item in body["items"]) == expected
    assert caller.get(API, {"mode": "cycling"}).json()["travel"]["maxMinutes"] == 45
    assert caller.get(API, {"maxMinutes": 20}).json()["travel"]["mode"] == "cycling"
    assert "travel" not in caller.get(API).json()


@pytest.mark.parametrize(
    ("wrong", "field"), [({"mode": "horse"}, "mode"), ({"maxMinutes": "0"}, "maxMinutes")]
)
def test_the_api_names_what_is_wrong(caller: Client, wrong: dict[str, str], field: str) -> None:
    response = caller.get(API, wrong)
    assert response.status_code == 400
    assert field in response.content.decode()


def test_the_page_says_minutes_mode_and_source(
    caller: Client, scattered: None, offered: Offering
) -> None:
    asked = {"campus": "039107-1", "mode": "cycling", "max_minutes": "45"}
    page = caller.get("/radar/", asked).content.decode()
    assert "plaatsen binnen 45 minuten met de fiets (geschat)" in page
    assert "Binnen 15 minuten telt een leerwerkplek 1." in page
    assert "Geschatte reistijden: hemelsbreed × 1,3" in page
    assert "max_minutes=45" in page
    one = caller.get("/radar/88/", asked).content.decode()
    assert "Bereik: 45 minuten met de fiets (geschat)." in one
    assert "geschat</span>" in one
    usual = caller.get("/radar/", {"campus": "039107-1", "mode": "cycling"}).content.decode()
    assert "plaatsen binnen 25 km hemelsbreed" in usual


def test_the_command_takes_a_mode(
    campus: Campus, scattered: None, offered: Offering, capsys: pytest.CaptureFixture[str]
) -> None:
    call_command("radar", campus=campus.key, mode="transit", max_minutes="60")
    assert "Within 60 minutes, transit (estimate)." in capsys.readouterr().out
    call_command("radar", campus=campus.key, mode="transit", max_minutes="60", format="json")
    assert json.loads(capsys.readouterr().out)["total"]
