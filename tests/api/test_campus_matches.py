"""`GET /api/v1/campuses/{campus}/matches` as an integrator calls it."""

from typing import Any

import pytest
from django.test import Client
from drf_spectacular.validation import validate_schema

from accounts.models import User
from schools.models import Campus, Programme, SchoolMembership, SchoolYear, Sector, SectorMembership
from tests.matching.region import scatter

pytestmark = pytest.mark.django_db

URL = "/api/v1/campuses/039107-1/matches"


@pytest.fixture
def coordinator(campus: Campus) -> User:
    user = User.objects.create_user("coordinator@school.example", "a password")
    SchoolMembership.objects.create(user=user, school=campus.school)
    return user


@pytest.fixture
def caller(client: Client, coordinator: User) -> Client:
    client.force_login(coordinator)
    return client


def test_a_page_of_matches(caller: Client, programme: Programme) -> None:
    scatter(programme, seed=1)
    body = caller.get(URL, {"programme": 88, "radius": 40, "pageSize": 5, "page": 2}).json()
    assert [item["rank"] for item in body["items"]] == [6, 7, 8, 9, 10]
    assert body["page"] == 2
    assert body["pageSize"] == 5
    assert body["total"] > 10
    assert body["next"].startswith("http://testserver/api/v1/campuses/039107-1/matches?")
    assert "page=3" in body["next"]
    assert "page=1" in body["prev"]
    for item in body["items"]:
        terms = item["components"]
        mean = sum(t["value"] * t["weight"] for t in terms) / sum(t["weight"] for t in terms)
        assert item["score"] == pytest.approx(mean, abs=1e-5)
        assert item["distance"] <= 40_000
        assert item["establishment"]["point"]["type"] == "Point"
        assert item["places"]["known"] is ("free" in item["places"])
        assert item["explanation"]
    assert b"null" not in caller.get(URL, {"programme": 88}).content


def test_the_pages_together_are_the_ranking(caller: Client, programme: Programme) -> None:
    scatter(programme, seed=2)
    whole = caller.get(URL, {"programme": 88, "radius": 60, "pageSize": 100}).json()
    found, url = [], f"{URL}?programme=88&radius=60&pageSize=7"
    while url:
        page = caller.get(url).json()
        found += page["items"]
        url = page.get("next", "")
    assert found == whole["items"]
    past_the_end = caller.get(URL, {"programme": 88, "radius": 60, "page": 999}).json()
    assert past_the_end["items"] == []
    assert past_the_end["total"] == whole["total"]


@pytest.mark.parametrize(
    ("parameters", "name"),
    [
        ({}, "programme"),
        ({"programme": "7777"}, "programme"),
        ({"programme": "no such name"}, "programme"),
        ({"programme": "9" * 30}, "programme"),
        ({"programme": "\x00"}, "programme"),
        ({"programme": "88", "radius": "0"}, "radius"),
        ({"programme": "88", "radius": "-1"}, "radius"),
        ({"programme": "88", "radius": "NaN"}, "radius"),
        ({"programme": "88", "radius": "inf"}, "radius"),
        ({"programme": "88", "radius": "10000"}, "radius"),
        ({"programme": "88", "schoolYear": "2020-2021"}, "schoolYear"),
        ({"programme": "88", "schoolYear": "2026"}, "schoolYear"),
        ({"programme": "88", "schoolYear": "2098-2099"}, "schoolYear"),
        ({"programme": "88", "page": "0"}, "page"),
        ({"programme": "88", "pageSize": "0"}, "pageSize"),
        ({"programme": "88", "pageSize": "1000000000"}, "pageSize"),
        ({"programme": "88", "school_year": "2026-2027"}, "school_year"),
        ({"programme": "88", "campus": "039107-2"}, "campus"),
        ({"programme": "88", "radius": ["10", "20"]}, "radius"),
        ({"programme": "88", "page": "2" * 5000}, "page"),
    ],
)
def test_bad_input_names_the_parameter(
    caller: Client, programme: Programme, parameters: dict[str, Any], name: str
) -> None:
    SchoolYear.objects.starting_in(2020)
    response = caller.get(URL, parameters)
    assert response.status_code == 400
    assert response["Content-Type"] == "application/problem+json"
    problem = response.json()
    assert problem["type"] == "urn:problem-type:belgif:badRequest"
    assert problem["instance"].startswith("urn:uuid:")
    assert [issue["name"] for issue in problem["issues"]] == [name]


@pytest.mark.parametrize("key", ["039107-2", "999999-1", "x", "039107", "1-99999999999", "-"])
def test_an_unknown_campus_is_not_found(caller: Client, programme: Programme, key: str) -> None:
    response = caller.get(f"/api/v1/campuses/{key}/matches", {"programme": 88})
    assert response.status_code == 404
    assert response.json()["type"] == "urn:problem-type:belgif:resourceNotFound"


def test_an_unknown_address_is_a_problem_too(caller: Client) -> None:
    response = caller.get("/api/v1/nothing/here")
    assert response.status_code == 404
    assert response["Content-Type"] == "application/problem+json"


def test_nobody_reads_without_logging_in(client: Client, campus: Campus) -> None:
    response = client.get(URL, {"programme": 88})
    assert response.status_code == 401
    assert response.json()["type"] == "urn:problem-type:belgif:noAccessToken"


@pytest.mark.parametrize(
    ("who", "status"), [("stranger", 404), ("consultant", 200), ("administrator", 200)]
)
def test_who_may_read_a_campus(
    client: Client, campus: Campus, programme: Programme, who: str, status: int
) -> None:
    user = User.objects.create_user("someone@radar.example", is_superuser=who == "administrator")
    if who == "consultant":
        sector = Sector.objects.create(slug="bouw", name="Bouw")
        SectorMembership.objects.create(user=user, sector=sector)
    client.force_login(user)
    assert client.get(URL, {"programme": 88}).status_code == status


def test_the_number_of_queries_does_not_grow(
    caller: Client, programme: Programme, django_assert_max_num_queries: Any
) -> None:
    scatter(programme, seed=3, n=60)
    with django_assert_max_num_queries(12):
        assert caller.get(URL, {"programme": 88, "radius": 100}).json()["total"] > 20


@pytest.mark.parametrize(
    ("language", "word"),
    [("nl,en;q=0.5", "nl"), ("en-GB", "en"), ("fr", "nl")],
)
def test_it_speaks_the_language_asked_for(
    caller: Client, programme: Programme, language: str, word: str
) -> None:
    response = caller.get(URL, headers={"Accept-Language": language})
    assert response["Content-Language"] == word


def test_the_schema_describes_it(caller: Client) -> None:
    schema = caller.get("/api/v1/openapi.json").json()
    assert schema["openapi"].startswith("3.1")
    assert "get" in schema["paths"]["/api/v1/campuses/{campus}/matches"]
    page = schema["components"]["schemas"]["Problem"]["properties"]
    assert {"type", "title", "status", "detail", "instance", "issues"} == page.keys()
    for path in schema["paths"].values():
        for operation in path.values():
            assert "application/problem+json" in operation["responses"]["400"]["content"]
    validate_schema(schema)


@pytest.mark.parametrize(
    ("address", "status"),
    [
        ("/api/", 404),
        ("/api/v2/campuses", 404),
        (f"{URL}?programme=88&format=xml", 400),
        (f"{URL}?programme=88&" + "x=1&" * 1001, 400),
        (f"{URL}?programme=88&x=%00", 400),
    ],
    ids=lambda value: str(value)[:60],
)
def test_every_error_under_api_is_a_problem(caller: Client, address: str, status: int) -> None:
    response = caller.get(address)
    assert response.status_code == response.json()["status"] == status
    assert response["Content-Type"] == "application/problem+json"


@pytest.mark.parametrize(
    "broken", ["matching.api.matches.pairs", "django.contrib.auth.middleware.get_user"]
)
def test_an_unforeseen_error_is_a_problem_that_tells_nothing_but_its_instance(
    caller: Client,
    programme: Programme,
    broken: str,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
) -> None:
    def fail(*_: object) -> None:
        raise RuntimeError("a secret of ours")

    monkeypatch.setattr(broken, fail)
    caller.raise_request_exception = False
    response = caller.get(URL, {"programme": 88})
    assert response.status_code == 500
    assert response["Content-Type"] == "application/problem+json"
    problem = response.json()
    assert problem["type"] == "urn:problem-type:belgif:internalServerError"
    assert "secret" not in response.text
    assert problem["instance"] in caplog.text


@pytest.mark.parametrize("method", ["post", "put", "patch", "delete"])
def test_matches_are_read_only(caller: Client, method: str) -> None:
    response = getattr(caller, method)(URL)
    assert response.status_code == 405
    assert response.json()["type"] == "urn:problem-type:belgif:methodNotAllowed"
