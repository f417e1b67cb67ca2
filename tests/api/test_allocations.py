"""`POST /api/v1/allocations` as an integrator calls it."""

from typing import Any

import pytest
from django.test import Client, TestCase

from accounts.models import User
from companies.models import Agreement, Workplace
from matching.models import AllocationJob
from schools.models import Campus, Programme, SchoolMembership
from tests.factories import CampusFactory
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
    assert body["schools"] == [
        {
            "school": "039107",
            "pupils": 1,
            "placed": 1,
            "placedAlone": 1,
            "meanDistance": body["pupils"][0]["distance"],
        }
    ]
    assert "fairness" not in body
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
        ([PUPIL | {"campus": "999999-1"}], {}, "pupils[0].campus"),
        ([PUPIL], {"campus": None}, "pupils[0].campus"),
        ([PUPIL | {"name": "An"}], {}, "pupils[0].name"),
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


@pytest.fixture
def neighbour(caller: Client) -> Campus:
    """A campus of another school that the caller acts for too."""
    campus = CampusFactory.create(metres_east=3_000)
    SchoolMembership.objects.create(user=User.objects.get(), school=campus.school)
    return campus


def test_several_campuses_at_once(caller: Client, neighbour: Campus) -> None:
    pupils = [PUPIL | {"campus": key} for key in ("039107-1", neighbour.key)]
    body = ask(caller, *pupils, campus=None).json()
    assert [item["campus"] for item in body["pupils"]] == ["039107-1", neighbour.key]
    assert body["placed"] == 2
    assert body["fairness"] == 1
    assert len(body["schools"]) == 2


def start(caller: Client, *pupils: Any, **headers: str) -> Any:
    question = {"campus": "039107-1", "pupils": pupils}
    address = "/api/v1/allocations:batch"
    with TestCase.captureOnCommitCallbacks(execute=True):
        return caller.post(address, question, content_type="application/json", headers=headers)


def test_a_long_list_is_a_job_with_the_same_answer(caller: Client) -> None:
    near = [PUPIL | {"reference": f"L-{i}", "km": 9} for i in range(12)]
    started = start(caller, *near)
    assert started.status_code == 202
    job = caller.get(started["Location"]).json()
    assert (job["status"], job["done"], job["total"]) == ("done", 2, 2)
    assert caller.get(job["result"]).json() == ask(caller, *near).json()
    assert caller.get("/api/v1/allocationJobs").json()["items"] == [job]
    assert caller.delete(job["href"]).status_code == 204
    assert caller.get(job["href"]).status_code == 404
    assert caller.get(job["result"]).status_code == 404


def test_a_job_that_is_not_done_has_no_result(
    caller: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("matching.tasks.allocate.delay", lambda pk: None)
    job = start(caller, PUPIL).json()
    assert (job["status"], "result" in job) == ("waiting", False)
    response = caller.get(f"{job['href']}/result")
    assert (response.status_code, response.json()["type"]) == (
        409,
        "urn:problem-type:belgif:conflict",
    )
    answers = [start(caller, PUPIL).status_code for _ in range(3)]
    assert answers == [202, 202, 429]


def test_a_list_sent_twice_is_one_job(caller: Client) -> None:
    sent = [start(caller, PUPIL, **{"Idempotency-Key": "mine"})["Location"] for _ in range(2)]
    assert sent[0] == sent[1]
    assert AllocationJob.objects.count() == 1


def test_a_job_is_its_owners_only(caller: Client) -> None:
    job = start(caller, PUPIL).json()
    other = Client()
    other.force_login(User.objects.create_superuser("other@radar.example"))
    for address in (job["href"], f"{job['href']}/result", "/api/v1/allocationJobs/x"):
        assert other.get(address).status_code == 404
    assert other.delete(job["href"]).status_code == 404
    assert other.get("/api/v1/allocationJobs").json()["total"] == 0
    assert start(caller, *[PUPIL] * 10_001).status_code == 400
    assert Client().get(job["href"]).status_code == 401
