"""Allocation by travel time: a pupil's own mode and minutes, in every place they are shown."""

import itertools
import json
from datetime import date
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from django.contrib.gis.geos import Point
from django.core.management import call_command
from django.test import Client

from accounts.models import User
from companies.models import Workplace
from geo.models import PostalCode
from geo.reach import Mode, Source
from geo.reach.estimate import PACES
from matching.allocation_jobs import _as_json, new_job, proposals_of
from matching.proposals import Pupil, Why, propose
from schools.models import Campus, Programme, SchoolMembership, SchoolYear
from tests.factories import MentorFactory, RecognitionFactory
from tests.geo.reach.roads import ISLAND, place
from tests.matching.region import HERE, a_municipality

pytestmark = pytest.mark.django_db

TODAY = date(2026, 11, 24)
NOBODY = 0


@pytest.fixture
def year() -> SchoolYear:
    return SchoolYear.objects.starting_in(2026)


def at(programme: Programme, spot: tuple[float, float], free: int = 1) -> int:
    """A workplace with so many free places, and the mentors for them."""
    recognition = RecognitionFactory(
        programme=programme,
        valid_from="2025-01-01",
        valid_until="2030-01-01",
        establishment__point=Point(*spot, srid=4326),
    )
    Workplace.objects.create(
        recognition=recognition,
        school_year=SchoolYear.objects.starting_in(2026),
        places_offered=free,
        places_taken=0,
    )
    MentorFactory.create_batch(max(free, 1), establishment=recognition.establishment)
    return int(recognition.pk)


def north(km: float) -> tuple[float, float]:
    return HERE[0], HERE[1] + km / 111.25


def test_a_pupil_goes_as_long_as_she_says_and_no_longer(
    campus: Campus, programme: Programme, year: SchoolYear
) -> None:
    near, far = at(programme, north(5)), at(programme, north(15))
    pupils = [
        Pupil(campus, "L-1", programme, 150_000, mode=Mode.CYCLING, minutes=30),
        Pupil(campus, "L-2", programme, 150_000, mode=Mode.CAR, minutes=30),
        Pupil(campus, "L-3", programme, 150_000, mode=Mode.CYCLING, minutes=5),
    ]
    found = propose(pupils, year, TODAY).placements
    assert [item.recognition for item in found] == [near, far, None]
    for item, pupil in zip(found[:2], pupils, strict=False):
        assert item.trip is not None
        assert item.trip.source == Source.ESTIMATE
        assert item.trip.minutes == pytest.approx(
            PACES[pupil.mode].minutes(np.array([item.metres]))[0]
        )
    assert found[2].why == Why.OUT_OF_REACH


def test_more_minutes_never_place_fewer(
    campus: Campus, programme: Programme, year: SchoolYear
) -> None:
    for km in (2, 4, 8, 16):
        at(programme, north(km))
    placed = [
        propose(
            [Pupil(campus, f"L-{i}", programme, 150_000, mode=Mode.CYCLING, minutes=most)
             for i in range(4)], year, TODAY,
        ).placed
        for most in (1, 15, 30, 60, 120)
    ]  # fmt: skip
    assert placed == sorted(placed)
    assert placed[-1] == 4


def test_the_least_minutes_in_all_as_enumeration_finds_them(
    campus: Campus, programme: Programme, year: SchoolYear
) -> None:
    spots = [at(programme, north(km)) for km in (3, 9, 21)]
    modes = [Mode.CYCLING, Mode.CAR, Mode.TRANSIT]
    pupils = [Pupil(campus, f"L-{m}", programme, 150_000, mode=m, minutes=180) for m in modes]
    found = propose(pupils, year, TODAY).placements
    total = sum(item.trip.minutes for item in found if item.trip and item.trip.minutes)
    alone = {
        (mode, pk): propose([Pupil(campus, "L-1", programme, 150_000, mode=mode, minutes=180)],
                            year, TODAY)
        for mode in modes for pk in spots
    }  # fmt: skip
    assert all(item.placed == 1 for item in alone.values())
    metres = {pk: 1000.0 * km for pk, km in zip(spots, (3, 9, 21), strict=True)}
    least = min(
        sum(float(PACES[mode].minutes(np.array([metres[pk]]))[0])
            for mode, pk in zip(modes, order, strict=True))
        for order in itertools.permutations(spots)
    )  # fmt: skip
    assert total == pytest.approx(least, rel=0.01)


def test_minutes_count_from_the_postal_code(
    campus: Campus, programme: Programme, year: SchoolYear
) -> None:
    PostalCode.objects.create(
        code="2000",
        place_name="Antwerpen",
        municipality=a_municipality(),
        point=Point(*north(38), srid=4326),
    )
    there = at(programme, north(40))
    asked = {"mode": Mode.CYCLING, "minutes": 20.0}
    home = Pupil(campus, "L-1", programme, 150_000, "2000", **asked)
    school = Pupil(campus, "L-2", programme, 150_000, **asked)
    found = propose([home, school], year, TODAY).placements
    assert [item.recognition for item in found] == [there, None]


def test_an_engine_keeps_pupils_off_an_island(
    campus: Campus, programme: Programme, year: SchoolYear, tiles: Path, settings: Any
) -> None:
    settings.VALHALLA_CONFIG = str(tiles)
    at(programme, place(3, 3, ISLAND))
    in_town = at(programme, place(5, 5), free=NOBODY)
    pupil = Pupil(campus, "L-1", programme, 150_000, mode=Mode.CYCLING, minutes=60)
    found = propose([pupil], year, TODAY).placements[0]
    assert (found.recognition, found.why) == (None, Why.NO_FREE_PLACE)
    assert found.remedy is not None
    assert (found.remedy.at, found.remedy.longer) == (in_town, None)


def test_what_is_missing_is_told_in_minutes(
    campus: Campus, programme: Programme, year: SchoolYear
) -> None:
    at(programme, north(8))
    pupil = Pupil(campus, "L-1", programme, 150_000, mode=Mode.CYCLING, minutes=30)
    remedy = propose([pupil], year, TODAY).placements[0].remedy
    assert remedy is not None
    expected = PACES[Mode.CYCLING].minutes(np.array([8000.0]))[0] - 30
    assert remedy.longer == pytest.approx(expected, abs=0.2)
    assert remedy.farther is None


def test_a_job_keeps_the_way(campus: Campus, programme: Programme, year: SchoolYear) -> None:
    at(programme, north(3))
    pupils = [Pupil(campus, "L-1", programme, 150_000, mode=Mode.CAR, minutes=30.0)]
    job = new_job("user:1", pupils, year, "best")
    found = propose(pupils, year, TODAY)
    job.found = json.loads(json.dumps(_as_json(found)))
    assert proposals_of(job) == found


@pytest.fixture
def caller(client: Client, campus: Campus) -> Client:
    user = User.objects.create_user("coordinator@school.example", "a password")
    SchoolMembership.objects.create(user=user, school=campus.school)
    client.force_login(user)
    return client


def test_the_api_takes_and_tells_them(caller: Client, campus: Campus, programme: Programme) -> None:
    at(programme, north(3))
    body: dict[str, Any] = {"campus": campus.key, "pupils": [
        {"reference": "L-1", "programme": "88", "mode": "cycling", "maxMinutes": 30},
    ]}  # fmt: skip
    answer = caller.post("/api/v1/allocations", body, content_type="application/json")
    assert answer.json()["pupils"][0]["travel"] == {
        "mode": "cycling", "minutes": 15, "source": "estimate",
    }  # fmt: skip
    body["pupils"][0] |= {"mode": "horse"}
    wrong = caller.post("/api/v1/allocations", body, content_type="application/json")
    assert wrong.status_code == 400
    assert "pupils[0].mode" in wrong.content.decode()


def test_the_command_reads_them_from_a_list(
    campus: Campus, programme: Programme, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    at(programme, north(3))
    path = tmp_path / "pupils.csv"
    path.write_text("reference;programme;vervoer;minuten\nL-1;88;fiets;30\n")
    call_command("allocate", str(path), campus=campus.key)
    assert ",cycling,15,estimate" in capsys.readouterr().out
