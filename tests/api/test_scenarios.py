"""`POST /api/v1/scenarios` as an integrator calls it."""

from typing import Any

import pytest
from django.test import Client

from accounts.models import User
from schools.models import Campus, Programme, SchoolMembership
from tests.api.clients import Caller
from tests.matching.region import scatter

pytestmark = pytest.mark.django_db

URL = "/api/v1/scenarios"
CHANGE: dict[str, Any] = {"kind": "open", "campus": "039107-1", "programme": "88", "pupils": 8}


@pytest.fixture
def caller(client: Client, campus: Campus, programme: Programme) -> Client:
    user = User.objects.create_user("coordinator@school.example")
    SchoolMembership.objects.create(user=user, school=campus.school)
    client.force_login(user)
    scatter(programme, seed=1, n=40)
    return client


def ask(caller: Client, *changes: Any, **body: Any) -> Any:
    return caller.post(URL, {"changes": changes, **body}, content_type="application/json")


def test_before_and_after(caller: Client) -> None:
    response = ask(caller, CHANGE)
    assert response.status_code == 200, response.content
    (effect,) = response.json()["effects"]
    assert effect["campus"] == "039107-1"
    assert effect["changed"] is True
    before, after = effect["before"], effect["after"]
    assert (before["offered"], after["offered"]) == (False, True)
    assert after["pupils"] == 8
    # Without it the radar counts with a new group of four: twice the pupils, half the places each.
    assert after["placesPerPupil"]["low"] == pytest.approx(
        before["placesPerPupil"]["low"] / 2, abs=1e-3
    )


def test_nothing_changes_where_nothing_was(caller: Client) -> None:
    (effect,) = ask(caller, {"kind": "stop", "campus": "039107-1", "programme": "88"}).json()[
        "effects"
    ]
    assert effect["before"] == effect["after"]


@pytest.mark.parametrize(
    ("change", "name"),
    [
        (CHANGE | {"kind": "close"}, "changes[0].kind"),
        (CHANGE | {"campus": "999999-1"}, "changes[0].campus"),
        (CHANGE | {"programme": "geen"}, "changes[0].programme"),
        (CHANGE | {"pupils": None}, "changes[0].pupils"),
        (CHANGE | {"pupils": 501}, "changes[0].pupils"),
        (CHANGE | {"pupils": []}, "changes[0].pupils"),
        ("open", "changes[0]"),
    ],
)
def test_bad_input_names_the_member(caller: Client, change: Any, name: str) -> None:
    response = ask(caller, change)
    assert response.status_code == 400
    (issue,) = response.json()["issues"]
    assert (issue["in"], issue["name"]) == ("body", name)


@pytest.mark.parametrize(
    ("body", "name"),
    [
        ({"changes": []}, "changes"),
        ({"changes": 1}, "changes"),
        ({"changes": [CHANGE], "schoolYear": "NaN"}, "schoolYear"),
        ({"changes": [CHANGE], "radius": 1}, "radius"),
        ([], "body"),
    ],
)
def test_bad_bodies(caller: Client, body: Any, name: str) -> None:
    response = caller.post(URL, body, content_type="application/json")
    assert response.status_code == 400
    assert [issue["name"] for issue in response.json()["issues"]] == [name]


def test_only_on_campuses_of_ones_own(caller: Client, client: Client) -> None:
    client.force_login(User.objects.create_user("stranger@school.example"))
    (issue,) = ask(client, CHANGE).json()["issues"]
    assert issue["name"] == "changes[0].campus"


@pytest.mark.usefixtures("caller")
def test_a_client_needs_the_scope_of_the_radar() -> None:
    assert ask(Caller(["opportunities:read"]), CHANGE).status_code == 200
    assert ask(Caller(["matches:read"]), CHANGE).status_code == 403
