"""Which geocoder is asked, which answer is believed, and what happens when one fails."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Any

import pytest
from geopy.exc import (
    GeocoderAuthenticationFailure,
    GeocoderQueryError,
    GeocoderRateLimited,
    GeocoderTimedOut,
)
from geopy.location import Location

from geo.coordinate_checks import Places
from geo.geocoders.answers import Answer, read_nominatim, read_photon
from geo.geocoders.chain import FAILURES_ON_END, Chain, Service, configured
from geo.models import Municipality, PostalCode, Province
from geo.postal_addresses import PostalAddress
from geo.precision import LocationPrecision
from tests.geo.test_flemish import LEUVEN as FLEMISH_ANSWER
from tests.geo.test_flemish import result
from tests.stub_server import Stub

LEUVEN = PostalAddress("Fonteinstraat", "75", "3000", ("Leuven",), "24062")
HOUSE, STREET = LocationPrecision.HOUSE_NUMBER, LocationPrecision.STREET
POSTAL = LocationPrecision.POSTAL_CODE
PLACES = Places([], [("3000", 4.70093, 50.87959)])


def fake(name: str, *answers: Answer | Exception | None) -> Service:
    """A service that gives these answers one after the other, and the last one ever after."""
    left = list(answers)

    def ask(address: PostalAddress) -> list[Location] | None:
        answer = left.pop(0) if len(left) > 1 else left[0]
        if isinstance(answer, Exception):
            raise answer
        return [Location("", (0.0, 0.0), {"answer": answer})] if answer else None

    return Service(name, ask, lambda location: location.raw["answer"])


def answer(precision: LocationPrecision, **values: Any) -> Answer:
    street = "Fonteinstraat" if precision in (HOUSE, STREET) else ""
    number = "75" if precision == HOUSE else ""
    return Answer(
        **{
            "longitude": 4.694,
            "latitude": 50.883,
            "precision": precision,
            "street": street,
            "house_number": number,
            "postal_code": "3000",
        }
        | values
    )


def test_the_first_that_knows_the_door_ends_the_search() -> None:
    outcome = Chain([fake("a", answer(HOUSE)), fake("b", answer(HOUSE))], PLACES).find(LEUVEN)
    assert outcome.asked == ("a",)
    assert outcome.finding is not None
    assert (outcome.finding.source, outcome.finding.precision, outcome.finding.score) == (
        "a",
        HOUSE,
        1.0,
    )


def test_a_rougher_answer_is_kept_while_others_are_asked() -> None:
    chain = Chain([fake("a", answer(STREET)), fake("b", None), fake("c", answer(POSTAL))], PLACES)
    outcome = chain.find(LEUVEN)
    assert outcome.asked == ("a", "b", "c")
    assert outcome.finding is not None
    assert outcome.finding.source == "a"


def test_without_a_house_number_the_street_is_enough() -> None:
    chain = Chain([fake("a", answer(STREET)), fake("b", answer(STREET))], PLACES)
    assert chain.find(PostalAddress("Fonteinstraat", "", "3000")).asked == ("a",)
    chain = Chain([fake("a", answer(POSTAL)), fake("b", answer(POSTAL))], PLACES)
    assert chain.find(PostalAddress(postal_code="3000")).asked == ("a",)


@pytest.mark.parametrize(
    "doubtful",
    [
        answer(HOUSE, street="Bronstraat"),
        answer(HOUSE, postal_code="9000", places=("Gent",)),
        answer(HOUSE, longitude=3.72, latitude=51.05),  # far from 3000
        answer(HOUSE, longitude=50.883, latitude=4.694),  # swapped
        answer(HOUSE, longitude=0.0, latitude=0.0),
    ],
)
def test_a_doubtful_answer_is_not_believed(doubtful: Answer) -> None:
    outcome = Chain([fake("a", doubtful), fake("b", answer(POSTAL))], PLACES).find(LEUVEN)
    assert outcome.asked == ("a", "b")
    assert outcome.finding is not None
    assert outcome.finding.source == "b"


def test_what_nobody_knows_is_an_outcome_too() -> None:
    outcome = Chain([fake("a", None), fake("b", None)], PLACES).find(LEUVEN)
    assert (outcome.finding, outcome.asked) == (None, ("a", "b"))


def test_of_several_answers_the_best_is_taken() -> None:
    answers = [answer(POSTAL), answer(HOUSE, longitude=4.71), answer(HOUSE), answer(STREET)]
    service = Service(
        "a",
        lambda address: [Location("", (0.0, 0.0), {"answer": found}) for found in answers],
        lambda location: location.raw["answer"],
    )
    finding = Chain([service], PLACES).find(LEUVEN).finding
    assert finding is not None
    assert (finding.precision, finding.longitude) == (HOUSE, 4.71)


def test_a_service_that_fails_has_not_answered() -> None:
    chain = Chain([fake("a", GeocoderTimedOut(), answer(HOUSE)), fake("b", None)], PLACES)
    assert chain.find(LEUVEN).asked == ("b",)
    assert chain.find(LEUVEN).asked == ("a",)
    assert chain.services[0].failures == 0


def test_a_service_that_keeps_failing_is_left_alone() -> None:
    chain = Chain([fake("a", GeocoderTimedOut()), fake("b", None)], PLACES)
    for _ in range(FAILURES_ON_END):
        assert not chain.services[0].off
        chain.find(LEUVEN)
    assert chain.services[0].off
    assert not chain.is_silent
    assert chain.find(LEUVEN).asked == ("b",)


@pytest.mark.parametrize(
    ("error", "off"),
    [(GeocoderAuthenticationFailure(), True), (GeocoderRateLimited("slow"), False)],
)
def test_a_refusal_for_good_is_believed_at_once(error: Exception, off: bool) -> None:
    chain = Chain([fake("a", error)], PLACES)
    assert chain.find(LEUVEN).asked == ()
    assert chain.is_silent == off


def test_a_refused_question_is_an_answer() -> None:
    chain = Chain([fake("a", GeocoderQueryError("too long"))], PLACES)
    for _ in range(FAILURES_ON_END + 1):
        assert chain.find(LEUVEN).asked == ("a",)
    assert not chain.is_silent


# Through the settings, over HTTP ------------------------------------------------------------------

NOMINATIM_ANSWER = {
    "place_id": 1,
    "lat": "50.8834853",
    "lon": "4.6941590",
    "class": "building",
    "type": "yes",
    "addresstype": "building",
    "display_name": "75, Fonteinstraat, Leuven, Vlaams-Brabant, Vlaanderen, 3000, België",
    "address": {
        "house_number": "75",
        "road": "Fonteinstraat",
        "city": "Leuven",
        "county": "Leuven",
        "postcode": "3000",
        "country_code": "be",
    },
}
PHOTON_ANSWER = {
    "type": "Feature",
    "geometry": {"type": "Point", "coordinates": [4.694159, 50.8834853]},
    "properties": {
        "osm_key": "place",
        "osm_value": "house",
        "type": "house",
        "housenumber": "75",
        "street": "Fonteinstraat",
        "postcode": "3000",
        "city": "Leuven",
        "countrycode": "BE",
    },
}


@pytest.fixture
def region(db: None) -> None:
    province = Province.objects.create(code="20001", name="x", name_en="x", region="vlg")
    leuven = Municipality.objects.create(
        nis_code="24062", name="Leuven", province=province, point="POINT(4.70093 50.87959)"
    )
    PostalCode.objects.create(
        code="3000", place_name="Leuven", municipality=leuven, point="POINT(4.70093 50.87959)"
    )


@pytest.fixture
def network(settings: Any, stub: Stub, region: None) -> Stub:
    """All services on the stub, without pauses."""
    settings.FLEMISH_GEOLOCATION_URL = stub.url
    settings.NOMINATIM_URL = f"{stub.url}/osm"
    settings.PHOTON_URL = stub.url
    settings.GEOCODER_DELAYS = {"flemish": 0.0, "nominatim": 0.0, "photon": 0.0}
    settings.GEOCODER_RETRY_WAIT = 0.0
    settings.GEOCODER_TIMEOUT = 2.0
    settings.GEOCODER_USER_AGENT = "radar-test (mail@radar.example)"
    return stub


def respond(**answers: Any) -> Callable[[str, dict[str, str]], Any]:
    paths = {"/geolocation/v4/Location": "flemish", "/osm/search": "nominatim", "/api": "photon"}
    return lambda path, parameters: answers[paths[path]]


@pytest.mark.parametrize(
    ("name", "answer", "asked"),
    [
        (
            "flemish",
            FLEMISH_ANSWER,
            {"q": "Fonteinstraat 75, 3000 Leuven", "c": "5"},
        ),
        (
            "nominatim",
            [NOMINATIM_ANSWER],
            {
                "street": "75 Fonteinstraat",
                "postalcode": "3000",
                "city": "Leuven",
                "country": "België",
                "countrycodes": "be",
                "addressdetails": "1",
                "accept-language": "nl",
                "limit": "5",
                "format": "json",
            },
        ),
        (
            "photon",
            {"type": "FeatureCollection", "features": [PHOTON_ANSWER]},
            {"q": "Fonteinstraat 75, 3000 Leuven", "limit": "5"},
        ),
    ],
)
def test_each_service_is_asked_and_understood(
    settings: Any, network: Stub, name: str, answer: Any, asked: dict[str, str]
) -> None:
    settings.GEOCODERS = [name, "gazetteer"]
    network.answer = respond(**{name: answer})
    with configured() as chain:
        outcome = chain.find(LEUVEN)
    assert outcome.finding is not None
    assert outcome.asked == (name,)
    assert (outcome.finding.source, outcome.finding.precision) == (name, HOUSE)
    assert outcome.finding.longitude == pytest.approx(4.694159)
    assert outcome.finding.latitude == pytest.approx(50.8834853)
    assert [parameters for _, parameters in network.asked] == [asked]
    assert network.headers[0]["user-agent"] == "radar-test (mail@radar.example)"


@pytest.mark.parametrize(
    ("name", "empty"),
    [("flemish", {"LocationResult": []}), ("nominatim", []), ("photon", {"features": []})],
)
def test_an_unknown_address_goes_on_to_the_gazetteer(
    settings: Any, network: Stub, name: str, empty: Any
) -> None:
    settings.GEOCODERS = [name, "gazetteer"]
    network.answer = respond(**{name: empty})
    with configured() as chain:
        outcome = chain.find(LEUVEN)
    assert outcome.finding is not None
    assert outcome.asked == (name, "gazetteer")
    assert (outcome.finding.source, outcome.finding.precision) == ("gazetteer", POSTAL)


def test_a_failure_is_retried_and_then_passed_over(settings: Any, network: Stub) -> None:
    settings.GEOCODERS = ["flemish", "gazetteer"]
    settings.GEOCODER_RETRIES = 2
    network.answer = respond(flemish=(500, {}))
    with configured() as chain:
        assert chain.find(LEUVEN).asked == ("gazetteer",)
    assert len(network.asked) == 3


def test_one_failure_among_retries_goes_unnoticed(settings: Any, network: Stub) -> None:
    settings.GEOCODERS = ["flemish"]
    answers = iter([(503, {}), FLEMISH_ANSWER])
    network.answer = lambda path, parameters: next(answers)
    with configured() as chain:
        assert chain.find(LEUVEN).asked == ("flemish",)


def test_a_bad_question_is_not_asked_again(settings: Any, network: Stub) -> None:
    settings.GEOCODERS = ["flemish"]
    network.answer = respond(flemish=(400, {"Message": "no"}))
    with configured() as chain:
        assert chain.find(LEUVEN).asked == ("flemish",)
    assert len(network.asked) == 1


def test_a_lenient_answer_is_not_believed(settings: Any, network: Stub) -> None:
    """The service answers "Kortestraat, Halle" to "test, Halle"."""
    settings.GEOCODERS = ["flemish"]
    other = result(Thoroughfarename="Bronstraat")
    network.answer = respond(flemish={"LocationResult": [other, result(LocationType="interesse")]})
    with configured() as chain:
        assert chain.find(LEUVEN).finding is None


def test_the_pace_is_kept(settings: Any, network: Stub) -> None:
    settings.GEOCODERS = ["flemish"]
    settings.GEOCODER_DELAYS = {"flemish": 0.1}
    network.answer = respond(flemish={"LocationResult": []})
    with configured() as chain:
        started = time.monotonic()
        for _ in range(4):
            chain.find(LEUVEN)
    assert time.monotonic() - started >= 0.3


def test_the_default_asks_nobody(settings: Any, network: Stub) -> None:
    with configured() as chain:
        assert chain.names == ("gazetteer",)
        outcome = chain.find(LEUVEN)
    assert outcome.finding is not None
    assert outcome.finding.precision == POSTAL
    assert network.asked == []


@pytest.mark.parametrize(
    ("raw", "precision"),
    [
        ({"addresstype": "road", "address": {"road": "Kaai"}}, STREET),
        ({"class": "highway", "type": "residential", "address": {"road": "Kaai"}}, STREET),
        ({"addresstype": "postcode", "address": {"postcode": "3000"}}, POSTAL),
        ({"addresstype": "city", "address": {"city": "Leuven"}}, LocationPrecision.MUNICIPALITY),
        ({"addresstype": "river", "address": {}}, None),
        ({"address": {"house_number": "1"}}, None),
        ({}, None),
    ],
)
def test_kinds_of_object_in_nominatim(
    raw: dict[str, Any], precision: LocationPrecision | None
) -> None:
    found = read_nominatim(Location("", (50.9, 4.7), raw))
    assert (found and found.precision) == precision


@pytest.mark.parametrize(
    ("properties", "precision"),
    [
        ({"type": "street", "name": "Kaai", "city": "Leuven"}, STREET),
        ({"type": "house", "name": "Bakkerij", "street": "Kaai"}, STREET),
        ({"type": "other", "osm_value": "postcode", "postcode": "3000"}, POSTAL),
        ({"type": "city", "name": "Leuven"}, LocationPrecision.MUNICIPALITY),
        ({"type": "county", "name": "Leuven"}, None),
        ({}, None),
    ],
)
def test_kinds_of_object_in_photon(
    properties: dict[str, Any], precision: LocationPrecision | None
) -> None:
    found = read_photon(Location("", (50.9, 4.7), {"properties": properties}))
    assert (found and found.precision) == precision
    if found and found.precision == STREET:
        assert found.street == "Kaai"
