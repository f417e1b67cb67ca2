"""Points for all records: what is asked, what is written, and what stays as it is."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterable
from contextlib import suppress
from pathlib import Path
from typing import Any
from urllib.parse import quote

import pytest
from django.contrib.gis.geos import Point
from django.core.management import CommandError, call_command
from django.db import connection, connections
from geopy.exc import GeocoderTimedOut
from geopy.location import Location

from companies.models import Company, Establishment
from geo import geocoding, tasks
from geo.coordinate_checks import Places
from geo.geocode_results import GeocodeResult
from geo.geocoders.answers import Answer
from geo.geocoders.chain import Chain, Service
from geo.geocoding import ASK_AGAIN_AFTER, candidates, geocode, located_models
from geo.locks import advisory_lock, lock_key
from geo.models import Municipality, PostalCode, Province
from geo.postal_addresses import PostalAddress
from geo.precision import LocationPrecision
from schools.models import Campus, School
from tests.geo.test_flemish import result
from tests.stub_server import Stub

ROOT = Path(__file__).resolve().parent.parent.parent
DOOR = Point(4.694, 50.883, srid=4326)
CENTRE = Point(4.70093, 50.87959, srid=4326)
ELSEWHERE = Point(4.75, 50.9, srid=4326)


class Register:
    """A service that knows house numbers up to 99 in postal code 3000, and notes who asked."""

    def __init__(self, *, works: bool = True) -> None:
        self.works = works
        self.asked: list[str] = []

    def ask(self, address: PostalAddress) -> list[Location] | None:
        self.asked.append(str(address))
        if not self.works:
            raise GeocoderTimedOut
        if address.postal_code != "3000" or len(address.house_number) > 2:
            return None
        return [Location("", (0.0, 0.0), {"address": address})]

    def read(self, location: Location) -> Answer:
        address = location.raw["address"]
        return Answer(
            DOOR.x,
            DOOR.y,
            LocationPrecision.HOUSE_NUMBER,
            address.street,
            address.house_number,
            address.postal_code,
        )

    def chain(self, name: str = "register") -> Chain:
        return Chain([Service(name, self.ask, self.read)], Places([], []))


@pytest.fixture
def register() -> Register:
    return Register()


@pytest.fixture
def leuven(db: None) -> Municipality:
    province = Province.objects.create(code="20001", name="x", name_en="x", region="vlg")
    leuven = Municipality.objects.create(
        nis_code="24062", name="Leuven", province=province, point=CENTRE
    )
    PostalCode.objects.create(code="3000", place_name="Leuven", municipality=leuven, point=CENTRE)
    return leuven


@pytest.fixture
def campuses(leuven: Municipality) -> list[Campus]:
    """Fonteinstraat 1 to 5 in Leuven, without a point."""
    return make_campuses(5, leuven)


def make_campuses(count: int, municipality: Municipality) -> list[Campus]:
    school = School.objects.create(number="039107", name="Demoschool", type="121")
    return Campus.objects.bulk_create(
        Campus(
            school=school,
            site_number=number,
            street="Fonteinstraat",
            house_number=str(number),
            postal_code="3000",
            municipality=municipality,
        )
        for number in range(1, count + 1)
    )


def state(campus: Campus) -> tuple[Point | None, str, str]:
    campus.refresh_from_db()
    return campus.point, campus.precision, campus.location_source


def test_every_model_with_an_address_is_found() -> None:
    assert located_models() == {"campus": Campus, "establishment": Establishment}


def test_records_get_their_point(register: Register, campuses: list[Campus]) -> None:
    company = Company.objects.create(enterprise_number="0566988259", name="Bakkerij")
    establishment = Establishment.objects.create(
        unit_number="2147812701",
        company=company,
        name="Bakkerij",
        street="Fonteinstraat",
        house_number="1",
        box="3",
        postal_code="3000",
        municipality=campuses[0].municipality,
    )
    report = geocode(located_models().values(), register.chain())
    for campus in campuses:
        assert state(campus) == (DOOR, "house_number", "geocoded")
    establishment.refresh_from_db()
    assert establishment.point == DOOR
    assert (report.total, report.seen, report.asked, report.unknown) == (6, 6, 5, 0)
    assert report.changed == {"house_number": 6}
    assert report.is_finished
    # The bakery shares its address with a campus.
    assert len(register.asked) == 5


def test_a_second_run_asks_and_changes_nothing(register: Register, campuses: list[Campus]) -> None:
    geocode([Campus], register.chain())
    report = geocode([Campus], register.chain())
    assert (report.seen, report.asked, report.changed) == (5, 0, {})
    assert len(register.asked) == 5


def test_what_was_set_by_hand_stays(register: Register, campuses: list[Campus]) -> None:
    Campus.objects.update(point=ELSEWHERE, precision="municipality", location_source="manual")
    assert geocode([Campus], register.chain()).total == 0
    assert state(campuses[0]) == (ELSEWHERE, "municipality", "manual")


def test_what_is_corrected_while_we_ask_stays(register: Register, campuses: list[Campus]) -> None:
    """Somebody sets a point, and somebody else changes an address, after we read them."""
    ask = register.ask

    def meanwhile(address: PostalAddress) -> Any:
        Campus.objects.filter(site_number=1).update(point=ELSEWHERE, location_source="manual")
        Campus.objects.filter(site_number=2).update(house_number="22")
        return ask(address)

    register.ask = meanwhile  # type: ignore[method-assign]
    geocode([Campus], register.chain())
    assert state(campuses[0]) == (ELSEWHERE, "unknown", "manual")
    assert state(campuses[1]) == (None, "unknown", "unknown")
    assert state(campuses[2])[0] == DOOR
    geocode([Campus], register.chain())
    assert state(campuses[1])[0] == DOOR


@pytest.mark.parametrize("source", ["imported", "unknown"])
@pytest.mark.parametrize(
    ("precision", "replaced"),
    [("house_number", False), ("street", True), ("postal_code", True), ("municipality", True)],
)
def test_what_came_with_the_record_is_replaced_by_a_better_point_only(
    register: Register, campuses: list[Campus], source: str, precision: str, replaced: bool
) -> None:
    Campus.objects.update(point=ELSEWHERE, precision=precision, location_source=source)
    geocode([Campus], register.chain())
    expected = (DOOR, "house_number", "geocoded") if replaced else (ELSEWHERE, precision, source)
    assert state(campuses[0]) == expected


@pytest.mark.parametrize("precision", ["house_number", "street", "postal_code", "unknown"])
def test_the_gazetteer_replaces_nothing_better(campuses: list[Campus], precision: str) -> None:
    Campus.objects.update(point=ELSEWHERE, precision=precision, location_source="imported")
    call_command("geocode_addresses", verbosity=0)
    assert state(campuses[0]) == (ELSEWHERE, precision, "imported")


def test_the_gazetteer_is_the_default(campuses: list[Campus]) -> None:
    Campus.objects.filter(site_number=1).update(
        point=ELSEWHERE, precision="municipality", location_source="imported"
    )
    call_command("geocode_addresses", verbosity=0)
    for campus in campuses[:2]:
        assert state(campus) == (CENTRE, "postal_code", "geocoded")
        assert campus.is_rough


def test_a_better_geocoder_is_asked_as_soon_as_it_is_there(
    register: Register, campuses: list[Campus]
) -> None:
    call_command("geocode_addresses", verbosity=0)
    report = geocode([Campus], register.chain())
    assert report.changed == {"house_number": 5}
    assert GeocodeResult.objects.filter(source="register").count() == 5


def test_a_worse_geocoder_changes_nothing(register: Register, campuses: list[Campus]) -> None:
    geocode([Campus], register.chain())
    call_command("geocode_addresses", verbosity=0)
    assert state(campuses[0]) == (DOOR, "house_number", "geocoded")


def test_a_geocoder_out_of_order_is_asked_next_time(campuses: list[Campus]) -> None:
    broken = Register(works=False)
    report = geocode([Campus], broken.chain())
    assert len(broken.asked) == 3
    assert (report.is_silent, report.is_finished, report.unknown) == (True, False, 0)
    assert not GeocodeResult.objects.exists()
    broken.works = True
    assert geocode([Campus], broken.chain()).changed == {"house_number": 5}


def test_an_unknown_address_is_asked_again_after_a_while(
    register: Register, campuses: list[Campus]
) -> None:
    Campus.objects.update(house_number="999")
    report = geocode([Campus], register.chain())
    assert (report.asked, report.unknown) == (1, 1)
    assert geocode([Campus], register.chain()).asked == 0
    row = GeocodeResult.objects.get()
    row.checked_on -= ASK_AGAIN_AFTER
    row.save()
    assert geocode([Campus], register.chain()).asked == 1


def test_a_record_that_moved_takes_the_point_of_its_new_address(
    register: Register, campuses: list[Campus]
) -> None:
    geocode([Campus], register.chain())
    Campus.objects.update(house_number="999")
    call_command("geocode_addresses", verbosity=0)
    assert state(campuses[0]) == (CENTRE, "postal_code", "geocoded")


def test_a_record_that_moved_to_nowhere_loses_its_point(
    register: Register, campuses: list[Campus]
) -> None:
    geocode([Campus], register.chain())
    Campus.objects.update(postal_code="4000", municipality=None)
    assert geocode([Campus], register.chain()).changed == {"unknown": 5}
    assert state(campuses[0]) == (None, "unknown", "unknown")


def test_records_without_a_place_are_left_aside(register: Register, campuses: list[Campus]) -> None:
    Campus.objects.update(postal_code="", municipality=None)
    assert geocode([Campus], register.chain()).total == 0
    assert register.asked == []


def test_a_limit_stops_and_the_next_run_goes_on(register: Register, campuses: list[Campus]) -> None:
    report = geocode([Campus], register.chain(), limit=2)
    assert (report.asked, report.is_finished) == (2, False)
    assert Campus.objects.filter(point__isnull=False).count() == 2
    assert geocode([Campus], register.chain(), limit=3).is_finished
    assert len(set(register.asked)) == len(register.asked) == 5


def test_time_stops_after_a_batch(
    register: Register, campuses: list[Campus], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(geocoding, "BATCH", 2)
    report = geocode([Campus], register.chain(), seconds=0)
    assert (report.seen, report.is_finished) == (2, False)


def test_the_queries_are_bounded_per_batch(
    register: Register, leuven: Municipality, django_assert_max_num_queries: Any
) -> None:
    make_campuses(100, leuven)
    with django_assert_max_num_queries(14):
        geocode([Campus], register.chain())
    with django_assert_max_num_queries(9):
        geocode([Campus], register.chain())


def test_no_outline_is_read(campuses: list[Campus]) -> None:
    assert "boundary" not in str(candidates(Campus).query)


# Command and task ---------------------------------------------------------------------------------


def test_the_command_tells_what_it_did(
    campuses: list[Campus], capsys: pytest.CaptureFixture[str]
) -> None:
    call_command("geocode_addresses", model="campus", limit=2)
    out = capsys.readouterr().out
    assert "5 of 5 records looked at\n2 addresses asked, 0 unknown\n" in out
    assert "postal_code" in out
    assert "run it again" in out


@pytest.mark.parametrize("limit", [0, -1])
def test_the_command_refuses_a_limit_that_is_none(limit: int) -> None:
    with pytest.raises(CommandError, match="at least 1"):
        call_command("geocode_addresses", limit=limit)


def test_the_command_says_that_it_was_stopped(
    campuses: list[Campus], monkeypatch: pytest.MonkeyPatch
) -> None:
    def stop(*args: Any) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(Chain, "find", stop)
    with pytest.raises(CommandError, match="next run goes on") as caught:
        call_command("geocode_addresses")
    assert caught.value.returncode == 130


def test_the_command_says_that_nobody_answers(campuses: list[Campus], settings: Any) -> None:
    settings.GEOCODERS = ["flemish"]
    settings.FLEMISH_GEOLOCATION_URL = "http://127.0.0.1:9"
    settings.GEOCODER_RETRIES = 0
    with pytest.raises(CommandError, match="No geocoder answers"):
        call_command("geocode_addresses", verbosity=0)


@pytest.mark.parametrize(("model", "count"), [("campus", 5), ("establishment", 0), (None, 5)])
def test_the_task_does_the_same(campuses: list[Campus], model: str | None, count: int) -> None:
    report = tasks.geocode_addresses.delay(model).get()
    assert report["seen"] == count
    assert Campus.objects.filter(point__isnull=False).count() == count


def test_the_task_gives_its_worker_back_and_goes_on(
    campuses: list[Campus], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(geocoding, "BATCH", 2)
    monkeypatch.setattr(tasks, "SECONDS_AT_A_TIME", 0)
    later: list[dict[str, Any]] = []
    task = tasks.geocode_addresses
    monkeypatch.setattr(task, "apply_async", lambda **options: later.append(options))
    report = task.apply(kwargs={"model": "campus"}).get()
    assert (report["seen"], report["is_finished"]) == (2, False)
    assert later == [{"kwargs": {"model": "campus"}}]


@pytest.fixture
def other_process(transactional_db: None) -> Iterable[Callable[[str], None]]:
    """Takes a lock over a connection of its own, until the end of the test."""
    other = connections.create_connection("default")

    def take(name: str) -> None:
        with other.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_lock(%s)", [lock_key(name)])

    yield take
    other.close()


def test_two_runs_never_run_at_once(other_process: Callable[[str], None]) -> None:
    other_process("geocoding")
    with pytest.raises(CommandError, match="Another process"):
        call_command("geocode_addresses")
    assert tasks.geocode_addresses.delay().get() is None


@pytest.mark.django_db
def test_a_lock_is_given_back(other_process: Callable[[str], None]) -> None:
    with suppress(ValueError), advisory_lock("x") as held:
        assert held
        raise ValueError
    other_process("x")
    with advisory_lock("x") as held:
        assert not held


@pytest.mark.django_db(transaction=True)
def test_a_killed_run_loses_one_batch_and_the_next_goes_on(
    leuven: Municipality, stub: Stub, settings: Any
) -> None:
    make_campuses(250, leuven)

    def answer(path: str, parameters: dict[str, str]) -> Any:
        number = parameters["q"].partition(",")[0].split()[1]
        time.sleep(0.005)
        return {"LocationResult": [result(Housenumber=number)]}

    stub.answer = answer
    database = connection.settings_dict
    password = f":{quote(database['PASSWORD'])}" if database["PASSWORD"] else ""
    port = f":{database['PORT']}" if database["PORT"] else ""
    environment = os.environ | {
        "DATABASE_URL": f"postgis://{database['USER']}{password}"
        f"@{quote(database['HOST'], safe='')}{port}/{database['NAME']}",
        "DJANGO_SETTINGS_MODULE": "radar.settings.test",
        "GEOCODERS": "flemish",
        "FLEMISH_GEOLOCATION_URL": stub.url,
        "GEOCODER_DELAYS": "flemish=0",
    }
    process = subprocess.Popen(
        [sys.executable, "manage.py", "geocode_addresses", "--verbosity", "0"],
        cwd=ROOT,
        env=environment,
    )
    try:
        until = time.monotonic() + 60
        while not GeocodeResult.objects.exists():
            assert process.poll() is None
            assert time.monotonic() < until
            time.sleep(0.01)
    finally:
        process.send_signal(signal.SIGKILL)
        process.wait()
    kept = Campus.objects.filter(location_source="geocoded").count()
    assert kept in (100, 200)
    assert GeocodeResult.objects.count() == kept

    stub.asked.clear()
    settings.GEOCODERS = ["flemish"]
    settings.FLEMISH_GEOLOCATION_URL = stub.url
    settings.GEOCODER_DELAYS = {"flemish": 0.0}
    # The lock goes with the connection of the dead, once the server has seen that it is gone.
    until = time.monotonic() + 30
    while True:
        try:
            call_command("geocode_addresses", verbosity=0)
            break
        except CommandError:
            assert time.monotonic() < until
            time.sleep(0.1)
    assert Campus.objects.filter(location_source="geocoded").count() == 250
    assert len(stub.asked) == 250 - kept
