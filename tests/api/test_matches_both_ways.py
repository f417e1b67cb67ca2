"""Matches for an establishment and for a point, and many questions at once as a job."""

import csv
import json
from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest
import time_machine
from django.test import Client
from django.utils import timezone

from companies.models import Establishment
from matching.api.match_answers import carry_on
from matching.jobs import MAX_ATTEMPTS, JobStatus
from matching.match_jobs import KEPT, MatchJob
from matching.tasks import tend_match_jobs
from schools.models import Campus, Programme
from tests.api.clients import Caller
from tests.factories import (
    CompanyMembershipFactory,
    OfferingFactory,
    RecognitionFactory,
    SectorMembershipFactory,
    UserFactory,
    WorkplaceFactory,
)
from tests.matching.region import HERE, scatter

pytestmark = pytest.mark.django_db

POINT = {"longitude": HERE[0], "latitude": HERE[1], "programme": "88"}


@pytest.fixture
def establishment(campus: Campus, programme: Programme) -> Establishment:
    """Recognised for two programmes, both offered by the campus."""
    OfferingFactory(campus=campus, programme=programme)
    workplace = WorkplaceFactory(recognition__programme=programme)
    place: Establishment = workplace.recognition.establishment
    other = RecognitionFactory(establishment=place)
    OfferingFactory(campus=campus, programme=other.programme)
    return place


@pytest.fixture
def caller(campus: Campus, programme: Programme) -> Caller:
    return Caller(["matches:read"])


def matches_of(place: Establishment) -> str:
    return f"/api/v1/establishments/{place.unit_number}/matches"


def test_an_establishment_sees_the_score_that_the_campus_sees(
    caller: Caller, establishment: Establishment
) -> None:
    body = caller.get(matches_of(establishment)).json()
    assert body["total"] == 2
    assert [item["rank"] for item in body["items"]] == [1, 1]
    only = caller.get(matches_of(establishment), {"programme": "88"}).json()["items"]
    assert [item["recognition"]["programme"] for item in only] == [88]
    assert only[0]["campus"]["key"] == "039107-1"
    seen = caller.get("/api/v1/campuses/039107-1/matches?programme=88").json()["items"][0]
    assert only[0].keys() - {"campus"} == seen.keys() - {"establishment"}
    assert {name: only[0][name] for name in only[0].keys() & seen.keys()} == {
        name: seen[name] for name in only[0].keys() & seen.keys()
    }
    assert seen["travel"]["source"] == "estimate"


@pytest.mark.parametrize("number", ["2123456703", "x", "2.123.456.704", "9" * 40, "٣"])
def test_an_unknown_establishment_is_not_found(caller: Caller, number: str) -> None:
    response = caller.get(f"/api/v1/establishments/{number}/matches")
    assert response.status_code == 404


def test_whose_establishment_it_is_is_checked(client: Client, establishment: Establishment) -> None:
    def status(user: Any) -> int:
        client.force_login(user)
        return client.get(matches_of(establishment)).status_code

    assert status(CompanyMembershipFactory(company=establishment.company).user) == 200
    assert status(CompanyMembershipFactory().user) == 404
    assert status(SectorMembershipFactory().user) == 200
    assert status(UserFactory(administrator=True)) == 200


def test_a_point_finds_what_a_campus_there_finds(
    caller: Caller, campus: Campus, programme: Programme
) -> None:
    scatter(programme, seed=1)
    here = caller.get("/api/v1/campuses/039107-1/matches?programme=88&radius=40").json()
    there = caller.get("/api/v1/matches", POINT | {"radius": "40"}).json()
    assert there["total"] > 5
    assert there["items"] == here["items"]


@pytest.mark.parametrize(
    ("change", "name"),
    [
        ({"longitude": ""}, "longitude"),
        ({"latitude": "51,5"}, "latitude"),
        ({"latitude": "4.7"}, "latitude"),
        ({"longitude": "NaN"}, "longitude"),
        ({"programme": ""}, "programme"),
        ({"campus": "039107-1"}, "campus"),
    ],
)
def test_a_wrong_point_is_named(caller: Caller, change: dict[str, str], name: str) -> None:
    response = caller.get("/api/v1/matches", POINT | change)
    assert response.status_code == 400
    assert [issue["name"] for issue in response.json()["issues"]] == [name]


def start(caller: Client, *questions: Any, **more: Any) -> Any:
    return caller.post(
        "/api/v1/matches:batch",
        json.dumps({"questions": questions} | more),
        content_type="application/json",
    )


CAMPUS = {"campus": "039107-1", "programme": 88, "radius": 40}


def test_many_questions_are_a_job_with_a_result(
    caller: Caller,
    establishment: Establishment,
    programme: Programme,
    django_capture_on_commit_callbacks: Any,
) -> None:
    scatter(programme, seed=3)
    questions = (
        CAMPUS,
        {"establishment": establishment.dotted_number},
        POINT | {"radius": 40},
        {"campus": "1-1"},
    )
    with django_capture_on_commit_callbacks(execute=True):
        started = start(caller, *questions, most=3)
    assert started.status_code == 202
    assert (started.json()["status"], started.json()["done"]) == ("waiting", 0)
    job = caller.get(started["Location"]).json()
    assert (job["status"], job["done"], job["total"]) == ("done", 4, 4)

    response = caller.get(job["result"])
    assert response["Content-Type"] == "application/x-ndjson"
    lines = [json.loads(line) for line in response.getvalue().decode().splitlines()]
    single = caller.get("/api/v1/campuses/039107-1/matches?programme=88&radius=40").json()
    assert lines[0] == {"question": 0, "total": single["total"], "items": single["items"][:3]}
    assert lines[1]["items"][0]["campus"]["key"] == "039107-1"
    there = caller.get("/api/v1/matches", POINT | {"radius": 40}).json()
    assert lines[2]["items"] == there["items"][:3]
    names = [issue["name"] for issue in lines[3]["problem"]["issues"]]
    assert sorted(names) == ["campus", "programme"]

    sheet = caller.get(job["result"], headers={"Accept": "text/csv"})
    rows = list(csv.DictReader(sheet.getvalue().decode().splitlines()))
    assert [row["question"] for row in rows] == ["0"] * 3 + ["1"] * 2 + ["2"] * 3 + ["3"]
    assert rows[0]["score"] == str(single["items"][0]["score"])
    assert rows[-1]["problem"]
    assert caller.get("/api/v1/matchJobs").json()["items"] == [job]


@pytest.mark.parametrize(
    ("body", "name"),
    [
        ({}, "questions"),
        ({"questions": []}, "questions"),
        ({"questions": [CAMPUS] * 5001}, "questions"),
        ({"questions": [[]]}, "questions[0]"),
        ({"questions": [{}]}, "questions[0]"),
        ({"questions": [CAMPUS, CAMPUS | POINT]}, "questions[1]"),
        ({"questions": [CAMPUS | {"radius": [25]}]}, "questions[0].radius"),
        ({"questions": [CAMPUS | {"km": 25}]}, "questions[0].km"),
        ({"questions": [CAMPUS], "most": 201}, "most"),
        ({"questions": [CAMPUS], "most": True}, "most"),
        ({"questions": [CAMPUS], "format": "csv"}, "format"),
    ],
)
def test_a_wrong_batch_is_refused_as_a_whole(caller: Caller, body: Any, name: str) -> None:
    response = caller.post("/api/v1/matches:batch", json.dumps(body), "application/json")
    assert response.status_code == 400
    assert [issue["name"] for issue in response.json()["issues"]] == [name]
    assert not MatchJob.objects.exists()


def test_a_job_is_its_owners_only(caller: Caller) -> None:
    href = start(caller, CAMPUS)["Location"]
    other = Caller(["matches:read"])
    assert other.get(href).status_code == 404
    assert other.get(f"{href}/result").status_code == 404
    assert other.post(f"{href}:cancel", content_type="application/json").status_code == 404
    assert other.get("/api/v1/matchJobs").json()["total"] == 0
    for key in (uuid4(), "x", "%00"):
        assert caller.get(f"/api/v1/matchJobs/{key}").status_code == 404


def test_a_job_is_cancelled_where_it_is(caller: Caller, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("matching.api.match_answers.PART", 1)
    href = start(caller, CAMPUS, CAMPUS, CAMPUS)["Location"]
    job = MatchJob.objects.get()
    answered = []

    def one_and_a_cancel(question: Any, most: int) -> dict[str, Any]:
        answered.append(question)
        if len(answered) == 2:
            caller.post(f"{href}:cancel", content_type="application/json")
        return {}

    monkeypatch.setattr("matching.api.match_answers.answer", one_and_a_cancel)
    assert carry_on(job.pk) is False
    body = caller.get(href).json()
    assert (body["status"], body["done"], len(answered)) == ("cancelled", 1, 2)
    assert "result" not in body
    response = caller.get(f"{href}/result")
    assert (response.status_code, response.json()["type"]) == (
        409,
        "urn:problem-type:belgif:conflict",
    )
    assert not job.parts.exists()
    assert (
        caller.post(f"{href}:cancel", content_type="application/json").json()["status"]
        == "cancelled"
    )


def test_a_job_whose_worker_died_is_gone_on_with(
    caller: Caller, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("matching.api.match_answers.PART", 1)
    start(caller, CAMPUS, POINT)
    job = MatchJob.objects.get()
    monkeypatch.setattr("matching.api.match_answers.answer", lambda *_: 1 / 0)
    with pytest.raises(ZeroDivisionError):
        carry_on(job.pk)
    job.refresh_from_db()
    assert job.status == JobStatus.FAILED
    # One that was killed could not say that it failed.
    MatchJob.objects.update(status=JobStatus.RUNNING, finished_at=None)
    monkeypatch.undo()
    assert tend_match_jobs() == 0
    assert MatchJob.objects.get().done == 0
    with time_machine.travel(timezone.now() + timedelta(minutes=5)):
        tend_match_jobs()
    job.refresh_from_db()
    assert (job.status, job.done) == (JobStatus.DONE, 2)
    assert [found["question"] for found in job.answers()] == [0, 1]


def test_a_job_that_keeps_killing_its_workers_is_given_up(caller: Caller) -> None:
    start(caller, CAMPUS)
    job = MatchJob.objects.get()
    MatchJob.objects.update(attempts=MAX_ATTEMPTS)
    assert carry_on(job.pk) is False
    job.refresh_from_db()
    assert job.status == JobStatus.FAILED


def test_a_job_goes_after_a_week(caller: Caller) -> None:
    start(caller, CAMPUS)
    with time_machine.travel(timezone.now() + KEPT + timedelta(minutes=1)):
        tend_match_jobs()
    assert not MatchJob.objects.exists()


def test_a_caller_has_a_few_jobs_at_a_time(caller: Caller) -> None:
    answers = [start(caller, CAMPUS) for _ in range(4)]
    assert [answer.status_code for answer in answers] == [202, 202, 202, 429]
    assert answers[-1]["Retry-After"] == "30"
    assert start(Caller(["matches:read"]), CAMPUS).status_code == 202


def test_a_job_sent_twice_is_one_job(caller: Caller) -> None:
    body = json.dumps({"questions": [CAMPUS]})
    sent = [
        caller.post(
            "/api/v1/matches:batch",
            body,
            "application/json",
            headers={"Idempotency-Key": "mine"},
        )
        for _ in range(2)
    ]
    assert [answer.status_code for answer in sent] == [202, 202]
    assert sent[0]["Location"] == sent[1]["Location"]
    assert MatchJob.objects.count() == 1
