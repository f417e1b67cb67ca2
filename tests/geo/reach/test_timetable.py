"""Public transport by a small timetable: arriving in time, changing on foot, and not at dawn."""

import os
from datetime import time
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from django.core.management import CommandError, call_command

from geo.models import TravelTime
from geo.reach import Mode, ReachError, Source, configured
from geo.reach.timetable import TO_STOP, Timetable, prepare
from geo.tasks import prepare_timetable, prune_travel_times
from tests.geo.reach.feeds import STOPS, write_feed

EIGHT = time(8, 0)


def at(stop: str, north: float = 0.0) -> np.ndarray:
    """A stop, or so many degrees north of it."""
    longitude, latitude = STOPS[stop]
    return np.array([[longitude, latitude + north]])


@pytest.fixture
def feed(tmp_path: Path) -> Path:
    return write_feed(tmp_path / "bus.zip")


@pytest.fixture
def timetable(feed: Path, tmp_path: Path) -> Timetable:
    prepare([feed], tmp_path)
    return Timetable([feed], tmp_path, EIGHT)


def minutes(timetable: Timetable, start: np.ndarray, end: np.ndarray) -> float:
    answer = timetable.ask(start, end, Mode.TRANSIT)
    assert answer.known.all()
    return float(answer.values[0, 0])


def test_a_bus_takes_as_long_as_the_timetable_says(timetable: Timetable) -> None:
    assert minutes(timetable, at("school"), at("middle")) == pytest.approx(10, abs=0.1)
    assert minutes(timetable, at("school"), at("works")) == pytest.approx(20, abs=0.1)


def test_the_walk_to_a_stop_counts(timetable: Timetable) -> None:
    home = at("school", north=0.004)
    walk = 0.004 * 111_250 * 1.3 / 1.25 / 60
    assert minutes(timetable, home, at("works")) == pytest.approx(20 + walk, rel=0.02)


def test_a_change_is_walked_and_waited_for(timetable: Timetable) -> None:
    # Off at 07:10 or 06:40, three minutes on foot, and on at 07:15 or 06:45 for twelve minutes.
    assert minutes(timetable, at("school"), at("village")) == pytest.approx(27, abs=0.1)


def test_nobody_comes_too_late_or_hours_too_early(timetable: Timetable) -> None:
    assert np.isnan(minutes(timetable, at("school"), at("early")))
    # The last bus of the day leaves when work starts.
    assert np.isnan(minutes(Timetable(timetable._feeds, timetable._folder, time(6, 40)),
                            at("school"), at("works")))  # fmt: skip


def test_a_line_of_another_day_does_not_run(timetable: Timetable) -> None:
    assert np.isnan(minutes(timetable, at("works"), at("village")))


def test_there_is_no_bus_back(timetable: Timetable) -> None:
    assert np.isnan(minutes(timetable, at("works"), at("school")))


def test_what_is_near_is_walked(timetable: Timetable) -> None:
    near = at("village", north=0.005)
    assert minutes(timetable, at("village"), near) == pytest.approx(9.6, abs=0.2)


def test_no_stop_within_a_walk_is_no_way_and_outside_the_feed_is_not_known(
    timetable: Timetable,
) -> None:
    in_the_fields = at("school", north=1.5 * TO_STOP / 111_250)
    assert np.isnan(minutes(timetable, in_the_fields, at("works")))
    far_away = np.array([[3.20, 51.20]])
    assert not timetable.ask(far_away, at("works"), Mode.TRANSIT).known.any()


def test_nothing_lies_beyond_the_bound_of_its_minutes(timetable: Timetable) -> None:
    took = minutes(timetable, at("school"), at("works"))
    assert timetable.farthest(Mode.TRANSIT, took) > 14_100


def test_a_timetable_that_nobody_prepared_is_no_answer(feed: Path, tmp_path: Path) -> None:
    timetable = Timetable([feed], tmp_path, EIGHT)
    with pytest.raises(ReachError, match="not prepared"):
        timetable.ask(at("school"), at("works"), Mode.TRANSIT)


def test_it_is_prepared_once_and_again_when_the_feed_changed(feed: Path, tmp_path: Path) -> None:
    first = prepare([feed], tmp_path)
    assert first is not None
    assert prepare([feed], tmp_path) is None
    write_feed(feed, without="two")
    second = prepare([feed], tmp_path)
    assert second not in (None, first)
    assert not first.exists()


@pytest.mark.parametrize("content", [b"", b"no zip", b"PK\x03\x04"])
def test_a_feed_that_cannot_be_read_is_an_error(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "broken.zip"
    path.write_bytes(content)
    with pytest.raises(ReachError, match="cannot be read"):
        prepare([path], tmp_path)


@pytest.mark.django_db
def test_a_path_in_the_settings_is_enough(feed: Path, tmp_path: Path, settings: Any) -> None:
    settings.GTFS_PATH, settings.DATA_DIR = [str(feed)], str(tmp_path)
    before = configured().travel(at("school"), at("works"), Mode.TRANSIT)
    assert before.sources == [Source.ESTIMATE]
    assert prepare_timetable() is not None
    assert prepare_timetable() is None
    after = configured().travel(at("school"), at("works"), Mode.TRANSIT)
    assert after.sources == [Source.TIMETABLE]
    assert after.minutes[0, 0] == pytest.approx(20, abs=0.1)
    # A bicycle knows no timetable.
    bicycle = configured().travel(at("school"), at("works"), Mode.CYCLING)
    assert bicycle.sources == [Source.ESTIMATE]


@pytest.mark.django_db
def test_times_of_a_timetable_that_is_served_no_more_are_deleted(
    feed: Path, tmp_path: Path, settings: Any
) -> None:
    settings.GTFS_PATH, settings.DATA_DIR = [str(feed)], str(tmp_path)
    prepare_timetable()
    configured().travel(at("school"), at("works"), Mode.TRANSIT)
    assert prune_travel_times() == 0
    os.utime(feed, (1, 1))
    prepare_timetable()
    configured.cache_clear()
    assert prune_travel_times() == TravelTime.objects.count() + 1 == 1


@pytest.mark.django_db
def test_the_command_says_what_it_did_and_what_is_missing(
    feed: Path, tmp_path: Path, settings: Any, capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(CommandError, match="GTFS_PATH"):
        call_command("prepare_timetable")
    settings.GTFS_PATH, settings.DATA_DIR = [str(feed)], str(tmp_path)
    call_command("prepare_timetable")
    assert ".cafein" in capsys.readouterr().out
    settings.GTFS_PATH = [str(tmp_path / "none.zip")]
    with pytest.raises(CommandError, match=r"none\.zip"):
        call_command("prepare_timetable")
