"""`GET /api/v1/campuses/{campus}/opportunities` as an integrator calls it."""

from typing import Any

import pytest
from django.test import Client

from accounts.models import User
from schools.models import Campus, Programme, SchoolMembership, SchoolYear
from tests.matching.region import scatter

pytestmark = pytest.mark.django_db

URL = "/api/v1/campuses/039107-1/opportunities"


@pytest.fixture
def caller(client: Client, campus: Campus, programme: Programme) -> Client:
    user = User.objects.create_user("coordinator@school.example")
    SchoolMembership.objects.create(user=user, school=campus.school)
    client.force_login(user)
    scatter(programme, seed=1, n=40)
    return client


def test_a_programme_with_its_figures_and_advice(caller: Client) -> None:
    body = caller.get(URL, headers={"Accept-Language": "en"}).json()
    assert body["total"] == 1
    (item,) = body["items"]
    assert item["programme"] == 88
    assert item["offered"] is False
    assert item["places"]["low"] <= item["places"]["high"]
    assert item["placesPerPupil"]["low"] <= item["placesPerPupil"]["high"]
    assert item["advice"] in {"open", "watch", "leave", "coordinate"}
    assert "No other campus in reach offers it." in item["explanation"]
    assert b"null" not in caller.get(URL).content


@pytest.mark.parametrize(
    ("parameters", "name"),
    [
        ({"schoolYear": "2020-2021"}, "schoolYear"),
        ({"schoolYear": "NaN"}, "schoolYear"),
        ({"pageSize": "0"}, "pageSize"),
        ({"radius": "25"}, "radius"),
    ],
)
def test_bad_input_names_the_parameter(
    caller: Client, parameters: dict[str, str], name: str
) -> None:
    SchoolYear.objects.starting_in(2020)
    response = caller.get(URL, parameters)
    assert response.status_code == 400
    assert [issue["name"] for issue in response.json()["issues"]] == [name]


def test_only_those_who_may_read_the_campus(caller: Client, client: Client) -> None:
    assert caller.get("/api/v1/campuses/999999-1/opportunities").status_code == 404
    client.force_login(User.objects.create_user("stranger@school.example"))
    assert client.get(URL).status_code == 404
    client.logout()
    assert client.get(URL).status_code == 401


def test_the_queries_do_not_grow(caller: Client, django_assert_max_num_queries: Any) -> None:
    caller.get(URL)
    with django_assert_max_num_queries(12):
        caller.get(URL)
