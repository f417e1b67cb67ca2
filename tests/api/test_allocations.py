"""`POST /api/v1/allocations` as an integrator calls it."""

from typing import Any

import pytest
from django.test import Client

from accounts.models import User
from companies.models import Agreement, Workplace
from schools.models import Campus, Programme, SchoolMembership
from tests.matching.region import scatter

pytestmark = pytest.mark.django_db

PUPIL = {"reference": "L-1", "programme": "88", "km": 60}


@pytest.fixture
def caller(client: Client, campus: Campus, programme: Programme) -> Client:
    user = User.objects.create_user("coordinator@school.example")
    SchoolMembership.objects.create(user=user, school=campus.school)
    client.force_login(user)
    scatter(programme, seed=1, n=40)
    Workplace.objects.update(places_offered=1)
    return client


def ask(caller: Client, *pupils: Any, **body: Any) -> Any:
    question = {"campus": "039107-1", "pupils": pupils, **body}
    return caller.post("/api/v1/allocations", question, content_type="application/json")


@pytest.mark.parametrize("method", ["best", "stable"])
def test_places_and_reasons(caller: Client, method: str) -> None:
    near = {"reference": "L-2", "programme": "88", "km": 0.1, "postalCode": "9999"}
    response = ask(caller, PUPIL, *({**near, "reference": f"L-{i}"} for i in range(2, 9)))
    assert response.status_code == 200, response.content
    body = ask(caller, PUPIL, method=method).json()
    assert body["placed"] == 1
    assert {"unitNumber", "establishment", "distance"} <= body["pupils"][0].keys()
    last = response.json()["pupils"][-1]
    assert last["why"] == "no_free_place"
    assert last["remedy"]["fartherMetres"] > 0
    assert not Agreement.objects.exists()


@pytest.mark.parametrize(
    ("pupils", "body", "name"),
    [
        ([], {}, "pupils"),
        ([PUPIL | {"reference": "Jan Peeters"}], {}, "pupils[0].reference"),
        ([PUPIL | {"postalCode": "x"}], {}, "pupils[0].postalCode"),
        ([PUPIL | {"km": 1000}], {}, "pupils[0].km"),
        ([PUPIL, PUPIL], {}, "pupils[1].reference"),
        ([PUPIL], {"campus": "999999-1"}, "campus"),
        ([PUPIL], {"campus": 5}, "campus"),
        ([PUPIL], {"method": "worst"}, "method"),
    ],
)
def test_bad_input_names_the_member(
    caller: Client, pupils: list[Any], body: dict[str, Any], name: str
) -> None:
    response = ask(caller, *pupils, **body)
    assert response.status_code == 400
    assert [issue["name"] for issue in response.json()["issues"]] == [name]
