"""What clients write: once, over nobody's change, and each item of a batch by itself."""

import json
import threading
from datetime import timedelta
from typing import Any

import pghistory.models
import pytest
import time_machine
from django.db import connection
from django.utils import timezone

from companies.models import Recognition, Workplace
from radar.api.tasks import prune_idempotent_calls
from schools.models import Offering, SchoolYear
from tests.api.clients import Caller
from tests.factories import (
    CampusFactory,
    OfferingFactory,
    ProgrammeFactory,
    RecognitionFactory,
    WorkplaceFactory,
)

pytestmark = pytest.mark.django_db


@pytest.fixture
def caller() -> Caller:
    return Caller()


@pytest.fixture
def workplace() -> Workplace:
    return WorkplaceFactory(places_offered=2, places_taken=1)


def send(
    caller: Caller,
    method: str,
    url: str,
    body: Any,
    etag: str | None = None,
    key: str | None = None,
) -> Any:
    given = {"If-Match": etag, "Idempotency-Key": key}
    headers = {name: value for name, value in given.items() if value is not None}
    text = body if isinstance(body, str) else json.dumps(body)
    call = getattr(caller, method)
    return call(url, text, content_type="application/json", headers=headers)


def test_a_change_needs_the_state_that_was_read(caller: Caller, workplace: Workplace) -> None:
    url = f"/api/v1/workplaces/{workplace.pk}"
    etag = caller.get(url)["ETag"]
    assert send(caller, "patch", url, {"placesOffered": 4}).status_code == 428
    changed = send(caller, "patch", url, {"placesOffered": 4}, etag)
    assert changed.status_code == 200
    assert changed.json()["placesFree"] == 3
    assert changed["ETag"] == caller.get(url)["ETag"] != etag
    lost = send(caller, "patch", url, {"placesOffered": 9}, etag)
    assert lost.status_code == 412
    assert lost.json()["type"].endswith(":preconditionFailed")
    unknown = send(caller, "patch", url, {"placesOffered": None}, changed["ETag"])
    assert "placesOffered" not in unknown.json()
    workplace.refresh_from_db()
    assert workplace.places_offered is None


def test_history_knows_the_client(caller: Caller, workplace: Workplace) -> None:
    url = f"/api/v1/workplaces/{workplace.pk}"
    send(caller, "patch", url, {"placesOffered": 4}, "*")
    event = pghistory.models.Events.objects.tracks(workplace).get(pgh_label="update")
    assert event.pgh_context["api_client"] == caller.client_id


@pytest.mark.parametrize(
    ("body", "name"),
    [
        ({"placesOffered": "3"}, "placesOffered"),
        ({"placesOffered": True}, "placesOffered"),
        ({"placesOffered": -1}, "placesOffered"),
        ({"placesOffered": 10**30}, "placesOffered"),
        ({"placesOffered": 0}, "body"),  # fewer than are taken
        ({"confirmedOn": "gisteren"}, "confirmedOn"),
        ({"recognition": 1}, "recognition"),
        ({"places_offered": 1}, "places_offered"),
        ([], "body"),
        ("null", "body"),
    ],
)
def test_what_is_wrong_is_named(caller: Caller, workplace: Workplace, body: Any, name: str) -> None:
    response = send(caller, "patch", f"/api/v1/workplaces/{workplace.pk}", body, "*")
    assert response.status_code == 400
    assert [issue["name"] for issue in response.json()["issues"]] == [name]


@pytest.mark.parametrize(
    ("body", "status"),
    [
        ("{", 400),
        ('{"placesOffered": NaN}', 400),
        ('{"reason": "\\ud800"}', 400),
        ('{"reason": "\\u0000"}', 400),
        ('{"a":' * 100_000 + "1" + "}" * 100_000, 400),
        ('{"a": "' + "x" * (10 << 20) + '"}', 413),
    ],
    ids=["malformed", "nan", "surrogate", "nul", "deep", "ten megabytes"],
)
def test_a_body_that_is_made_to_hurt_is_refused(
    caller: Caller, workplace: Workplace, body: str, status: int
) -> None:
    response = send(caller, "patch", f"/api/v1/workplaces/{workplace.pk}", body, "*")
    assert response.status_code == status == response.json()["status"]


def test_a_workplace_is_made_once(caller: Caller) -> None:
    recognition = RecognitionFactory()
    SchoolYear.objects.starting_in(2026)
    body = {"recognition": recognition.pk, "schoolYear": "2026-2027", "placesOffered": 2}
    first = send(caller, "post", "/api/v1/workplaces", body, key="mine-1")
    assert first.status_code == 201
    assert caller.get(first["Location"]).json() == first.json()
    again = send(caller, "post", "/api/v1/workplaces", body, key="mine-1")
    assert (again.status_code, again.json()) == (201, first.json())
    assert again["Location"] == first["Location"]
    assert again["ETag"] == first["ETag"]
    assert Workplace.objects.count() == 1
    other = send(caller, "post", "/api/v1/workplaces", body | {"placesOffered": 3}, key="mine-1")
    assert other.status_code == 422
    assert other.json()["type"].endswith(":idempotencyKeyReused")
    twice = send(caller, "post", "/api/v1/workplaces", body)
    assert twice.status_code == 400
    elses = send(Caller(), "post", "/api/v1/workplaces", body, key="mine-1")
    assert elses.status_code == 400  # not the answer of another client


def test_a_key_of_a_call_that_failed_can_be_used_again(caller: Caller) -> None:
    url, recognition = "/api/v1/workplaces", RecognitionFactory()
    body = {"recognition": recognition.pk, "schoolYear": "2026-2027"}
    assert send(caller, "post", url, body | {"placesOffered": -1}, key="k").status_code == 400
    SchoolYear.objects.starting_in(2026)
    assert send(caller, "post", url, body | {"placesOffered": 1}, key="k").status_code == 201
    assert send(caller, "post", url, body, key="x" * 101).status_code == 400


def test_keys_are_kept_for_a_day(caller: Caller) -> None:
    workplace = WorkplaceFactory()
    send(caller, "patch", f"/api/v1/workplaces/{workplace.pk}", {"placesTaken": 0}, "*", key="k")
    with time_machine.travel(timezone.now() + timedelta(hours=25)):
        assert prune_idempotent_calls() == 1


@pytest.mark.django_db(transaction=True)
def test_two_calls_at_once_with_one_key_make_one() -> None:
    caller, recognition = Caller(), RecognitionFactory()
    SchoolYear.objects.starting_in(2026)
    body = {"recognition": recognition.pk, "schoolYear": "2026-2027", "placesOffered": 2}
    answers = []

    def call() -> None:
        try:
            answers.append(send(caller, "post", "/api/v1/workplaces", body, key="k").json())
        finally:
            connection.close()

    threads = [threading.Thread(target=call) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(answers) == 4
    assert all(answer == answers[0] for answer in answers)
    assert Workplace.objects.count() == 1


def test_a_desk_decides_on_a_recognition(caller: Caller) -> None:
    recognition = RecognitionFactory(requested=True)
    url = f"/api/v1/recognitions/{recognition.pk}"
    decision = {
        "status": "recognised",
        "decidedOn": "2026-11-24",
        "validFrom": "2026-11-24",
        "validUntil": "2031-11-23",
    }
    without = send(caller, "patch", url, {"status": "recognised"}, "*")
    assert without.status_code == 400
    assert send(caller, "patch", url, {"status": "requested"}, "*").status_code == 400
    done = send(caller, "patch", url, decision, caller.get(url)["ETag"])
    assert done.status_code == 200
    assert done.json()["status"] == "recognised"
    overlap = RecognitionFactory(
        requested=True,
        establishment=recognition.establishment,
        programme=recognition.programme,
    )
    url = f"/api/v1/recognitions/{overlap.pk}"
    assert send(caller, "patch", url, decision, "*").status_code == 400
    assert Recognition.objects.recognised().count() == 1
    assert send(caller, "post", "/api/v1/recognitions", decision).status_code == 405


def test_an_offering_is_made_and_changed(caller: Caller) -> None:
    campus, programme = CampusFactory(), ProgrammeFactory()
    SchoolYear.objects.starting_in(2026)
    body = {
        "campus": campus.key,
        "programme": programme.number,
        "schoolYear": "2026-2027",
        "status": "requested",
    }
    for name, wrong in {"campus": "x", "programme": 1, "schoolYear": "2026", "status": "?"}.items():
        refused = send(caller, "post", "/api/v1/offerings", body | {name: wrong})
        assert [issue["name"] for issue in refused.json()["issues"]] == [name]
    made = send(caller, "post", "/api/v1/offerings", body)
    assert made.status_code == 201
    url = made["Location"].removeprefix("http://testserver")
    changed = send(caller, "patch", url, {"status": "running", "pupils": 9}, made["ETag"])
    assert changed.json()["pupils"] == 9
    assert Offering.objects.get().pupils == 9


def test_a_batch_tells_what_became_of_each(caller: Caller) -> None:
    workplaces = [WorkplaceFactory(places_taken=0) for _ in range(3)]
    url = "/api/v1/workplaces"
    etag = caller.get(f"{url}/{workplaces[0].pk}")["ETag"]
    items = [
        {"key": workplaces[0].pk, "ifMatch": etag, "value": {"placesOffered": 7}},
        {"key": workplaces[1].pk, "ifMatch": '"old"', "value": {"placesOffered": 7}},
        {"key": workplaces[2].pk, "value": {"placesOffered": 7}},
        {"key": "999999", "ifMatch": "*", "value": {"placesOffered": 7}},
        {"key": workplaces[2].pk, "ifMatch": "*", "value": {"placesOffered": "7"}},
        "x",
        {"value": {}},
    ]
    response = send(caller, "post", f"{url}:batch", {"items": items}, key="b")
    assert response.status_code == 200
    results = response.json()["items"]
    assert [r["status"] for r in results] == [200, 412, 428, 404, 400, 400, 400]
    assert results[0]["item"]["placesOffered"] == 7
    assert results[0]["etag"] == caller.get(f"{url}/{workplaces[0].pk}")["ETag"]
    assert results[4]["problem"]["issues"][0]["name"] == "placesOffered"
    assert Workplace.objects.filter(places_offered=7).count() == 1
    again = send(caller, "post", f"{url}:batch", {"items": items}, key="b")
    assert again.json() == response.json()
    for wrong in ({}, {"items": []}, {"items": [{}] * 501}, {"items": 1}):
        assert send(caller, "post", f"{url}:batch", wrong).status_code == 400


@pytest.mark.parametrize("name", ["workplaces", "offerings", "recognitions"])
def test_reading_is_not_writing(name: str) -> None:
    WorkplaceFactory()
    OfferingFactory()
    reader = Caller([f"{name}:read"])
    (item, *_) = reader.get(f"/api/v1/{name}").json()["items"]
    refused = send(reader, "patch", item["href"], {"status": "running"}, "*")
    assert refused.status_code == 403
    assert refused.json()["requiredScopes"] == [f"{name}:write"]
    assert send(reader, "post", f"/api/v1/{name}:batch", {"items": [{}]}).status_code == 403
    assert send(reader, "put", item["href"], {}).status_code == 405


def test_a_desk_decides_as_a_consultant_does(caller: Caller) -> None:
    """Nothing twice, nowhere outside the region, no end before the start; and it may correct."""
    decided = RecognitionFactory(status="refused")
    url = f"/api/v1/recognitions/{decided.pk}"
    refused = send(caller, "patch", url, {"status": "recognised", "validFrom": "2026-11-24"}, "*")
    assert refused.status_code == 400
    assert [issue["name"] for issue in refused.json()["issues"]] == ["status"]
    asked = RecognitionFactory(requested=True)
    url = f"/api/v1/recognitions/{asked.pk}"
    period = {"validFrom": "2027-01-01", "validUntil": "2026-12-31"}
    backwards = send(caller, "patch", url, {"status": "recognised"} | period, "*")
    assert [issue["name"] for issue in backwards.json()["issues"]] == ["validUntil"]
    away = RecognitionFactory(requested=True, establishment__elsewhere=True)
    url = f"/api/v1/recognitions/{away.pk}"
    period = {"validFrom": "2026-11-24", "validUntil": "2031-11-23"}
    assert send(caller, "patch", url, {"status": "recognised"} | period, "*").status_code == 400
    assert not Recognition.objects.recognised().exists()
    running = RecognitionFactory()
    url = f"/api/v1/recognitions/{running.pk}"
    shorter = send(caller, "patch", url, {"validUntil": "2028-06-30"}, "*")
    assert shorter.json()["validUntil"] == "2028-06-30"
