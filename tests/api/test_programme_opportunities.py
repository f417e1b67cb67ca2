"""`GET /api/v1/programmes/{n}/opportunities` as an integrator calls it."""

from typing import Any

import pytest
from django.test import Client

from accounts.models import User
from matching.management.commands.refresh_radar import Command
from schools.models import Campus, Programme, School, SchoolMembership
from tests.matching.region import scatter

pytestmark = pytest.mark.django_db

URL = "/api/v1/programmes/88/opportunities"


@pytest.fixture
def forum(client: Client, campus: Campus, programme: Programme) -> Client:
    """Who sees every campus of a region with three."""
    scatter(programme, seed=1, n=40)
    for number in ("111111", "222222"):
        school = School.objects.create(number=number, name=f"School {number}", type="121")
        Campus.objects.create(school=school, site_number=1, point=campus.point)
    client.force_login(User.objects.create_user("forum@radar.example", is_superuser=True))
    return client


def test_every_campus_ranked_in_pages(forum: Client) -> None:
    live = forum.get(URL).json()
    assert "computedAt" not in live
    assert live["total"] == 3
    Command().handle(all=True, programme=None, school_year=None)
    stored = forum.get(URL).json()
    assert stored["computedAt"]
    assert stored["items"] == live["items"]
    found = [forum.get(URL, {"page": page, "pageSize": 1}).json()["items"] for page in (1, 2, 3)]
    assert [item for (item,) in found] == live["items"]
    assert {item["campus"] for item in live["items"]} == {"039107-1", "111111-1", "222222-1"}


def test_a_coordinator_sees_only_her_own(forum: Client, campus: Campus) -> None:
    user = User.objects.create_user("an@radar.example")
    SchoolMembership.objects.create(user=user, school=campus.school)
    forum.force_login(user)
    (item,) = forum.get(URL).json()["items"]
    assert item["campus"] == campus.key
    forum.logout()
    assert forum.get(URL).status_code == 401


@pytest.mark.parametrize("number", ["4242", "99999999999999999999"])
def test_an_unknown_programme_is_not_found(forum: Client, number: str) -> None:
    response = forum.get(f"/api/v1/programmes/{number}/opportunities")
    assert response.status_code == 404
    assert response["Content-Type"] == "application/problem+json"


@pytest.mark.parametrize(
    ("parameters", "name"), [({"schoolYear": "x"}, "schoolYear"), ({"campus": "1"}, "campus")]
)
def test_bad_input_names_the_parameter(
    forum: Client, parameters: dict[str, str], name: str
) -> None:
    response = forum.get(URL, parameters)
    assert response.status_code == 400
    assert [issue["name"] for issue in response.json()["issues"]] == [name]


def test_the_queries_do_not_grow(forum: Client, django_assert_max_num_queries: Any) -> None:
    forum.get(URL)
    with django_assert_max_num_queries(12):
        forum.get(URL)
