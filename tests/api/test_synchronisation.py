"""A client that keeps a copy has what we have, whatever happens in between."""

import json
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import psycopg
import pytest
import time_machine
from django.db import connection
from django.utils import timezone
from hypothesis import HealthCheck, given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st

from companies.api.resources import COMPANIES
from companies.models import Company
from companies.numbers import check_digits
from radar.api.feed import prune
from radar.api.models import FeedEntry
from radar.api.resources import Resource
from radar.api.urls import RESOURCES
from tests.api.clients import Caller
from tests.factories import (
    CampusFactory,
    CompanyFactory,
    EstablishmentFactory,
    OfferingFactory,
    WorkplaceFactory,
)

pytestmark = pytest.mark.django_db(transaction=True)

SYNCHRONISED = [resource for resource in RESOURCES if resource.synchronised]


class Copy:
    """What an integrator writes: a dictionary that follows a resource."""

    def __init__(self, caller: Caller, path: str, key: str) -> None:
        self.caller, self.path, self.key = caller, path, key
        self.items: dict[str, Any] = {}
        self.cursor = ""

    def begin(self, *, stop_after: int | None = None) -> None:
        """Take the whole; stopped half-way, go on from there."""
        self.items, position, asked = {}, 0, {}
        while True:
            response = self.caller.get(f"{self.path}/initial", asked)
            assert response.status_code == 200
            for n, line in enumerate(lines(response)):
                if "item" in line:
                    self.items[str(line["item"][self.key])] = line["item"]
                    position = line["position"]
                elif "cursor" in line:
                    self.cursor = line["cursor"]
                else:
                    assert line["end"] is True
                    return
                if stop_after is not None and n >= stop_after:
                    break
            stop_after, asked = None, {"after": position, "cursor": self.cursor}

    def follow(self, limit: int = 500) -> None:
        """Read changes until there are no more."""
        while True:
            asked = {"cursor": self.cursor, "limit": limit}
            page = self.caller.get(f"{self.path}/changes", asked).json()
            for change in page["items"]:
                if change["change"] == "deleted":
                    self.items.pop(change["key"], None)
                else:
                    self.items[change["key"]] = change["item"]
            self.cursor = page["cursor"]
            if not page["hasMore"]:
                return

    def catch_up(self) -> None:
        """Follow once all that has committed is settled.

        Transactions are numbered per server: one in another database (a test beside this one)
        holds the feed up until it ends.
        """
        with connection.cursor() as sql:
            sql.execute("SELECT pg_current_xact_id()::text::bigint")
            (written,) = sql.fetchone()
            for _ in range(9000):
                sql.execute("SELECT pg_snapshot_xmin(pg_current_snapshot())::text::bigint")
                if sql.fetchone()[0] > written:
                    break
                sql.execute("SELECT pg_sleep(0.02)")
        self.follow()

    def original(self) -> dict[str, Any]:
        """What the collection has."""
        url, found = f"{self.path}?pageSize=200", {}
        while url:
            page = self.caller.get(url).json()
            found |= {str(item[self.key]): item for item in page["items"]}
            url = page.get("next", "")
        return found


def lines(response: Any) -> Iterator[dict[str, Any]]:
    text = b"".join(response.streaming_content).decode()
    return (json.loads(line) for line in text.splitlines())


def copy_of(resource: Resource) -> Copy:
    return Copy(Caller(), resource.path, resource.key)


def enterprise_number(n: int) -> str:
    first = 2_000_000 + n
    return f"{first:08}{check_digits(first):02}"


class Writer:
    """Somebody else's transaction, which commits when it pleases."""

    def __init__(self) -> None:
        own = connection.settings_dict
        self.connection = psycopg.connect(dbname=own["NAME"], user=own["USER"], host=own["HOST"])
        self.execute("SET lock_timeout = '20ms'")
        self.connection.commit()

    def execute(self, sql: str, *values: Any) -> None:
        """Do it; when somebody else is at the same row, or has that number, give up."""
        try:
            self.connection.execute(sql, values)  # type: ignore[arg-type]
        except (psycopg.errors.LockNotAvailable, psycopg.errors.UniqueViolation):
            self.connection.rollback()

    def act(self, what: str, n: int, other: int) -> None:
        mine, theirs = enterprise_number(n), enterprise_number(other)
        match what:
            case "insert":
                self.execute(
                    "INSERT INTO companies_company"
                    " (enterprise_number, name, email, telephone, website)"
                    " VALUES (%s, 'new', '', '', '')",
                    mine,
                )
            case "rename":
                self.execute(
                    "UPDATE companies_company SET name = name || 'x'"
                    " WHERE enterprise_number IN (%s, %s)",
                    mine,
                    theirs,
                )
            case "renumber":
                self.execute(
                    "UPDATE companies_company SET enterprise_number = %s"
                    " WHERE enterprise_number = %s",
                    theirs,
                    mine,
                )
            case "delete":
                self.execute("DELETE FROM companies_company WHERE enterprise_number = %s", mine)
            case "commit":
                self.connection.commit()
            case "rollback":
                self.connection.rollback()


WRITES = ("insert", "insert", "rename", "renumber", "delete", "commit", "commit", "rollback")
STEP = st.one_of(
    st.tuples(st.integers(0, 2), st.sampled_from(WRITES), st.integers(0, 5), st.integers(0, 5)),
    st.tuples(st.just("follow"), st.integers(1, 4)),
    st.tuples(st.just("begin"), st.integers(0, 4)),
)


@hypothesis_settings(
    max_examples=40, deadline=None, suppress_health_check=list(HealthCheck), derandomize=True
)
@given(steps=st.lists(STEP, max_size=40))
def test_a_copy_equals_the_database_after_any_concurrent_edits(steps: list[Any]) -> None:
    Company.objects.all().delete()
    copy = Copy(Caller(["companies:read"]), "/api/v1/companies", "enterpriseNumber")
    copy.begin()
    writers = [Writer() for _ in range(3)]
    try:
        for step in steps:
            match step:
                case ("follow", limit):
                    copy.follow(limit)
                case ("begin", stop_after):
                    copy.begin(stop_after=stop_after)
                case (writer, what, n, other):
                    writers[writer].act(what, n, other)
        for writer in writers:
            writer.connection.commit()
    finally:
        for writer in writers:
            writer.connection.close()
    copy.catch_up()
    assert copy.items == copy.original()


def test_what_commits_late_is_not_lost() -> None:
    copy = Copy(Caller(), "/api/v1/companies", "enterpriseNumber")
    late = Writer()
    late.act("insert", 1, 1)
    copy.begin()
    CompanyFactory()
    copy.follow()
    late.connection.commit()
    late.connection.close()
    copy.catch_up()
    assert enterprise_number(1) in copy.items
    assert copy.items == copy.original()


@pytest.mark.parametrize("resource", SYNCHRONISED, ids=lambda resource: resource.name)
def test_each_resource_can_be_followed(resource: Resource) -> None:
    """Creations, changes in itself and in what it tells of others, and deletions."""
    copy = copy_of(resource)
    copy.begin()
    workplace, offering = WorkplaceFactory(), OfferingFactory()
    copy.catch_up()
    assert copy.items == copy.original() != {}
    programme, school = offering.programme, offering.campus.school
    establishment = workplace.recognition.establishment
    programme.number, school.number, school.name = 77_777, "088888", "Another name"
    programme.save()
    school.save()
    establishment.point, establishment.name = CampusFactory().point, "Moved"
    establishment.save()
    establishment.company.enterprise_number = enterprise_number(9)
    establishment.company.save()
    workplace.recognition.programme.number = 66_666
    workplace.recognition.programme.save()
    copy.catch_up()
    assert copy.items == copy.original()
    workplace.recognition.delete()
    establishment.delete()
    school.delete()
    copy.catch_up()
    assert copy.items == copy.original()


def test_an_update_that_changes_nothing_is_no_change() -> None:
    company = CompanyFactory()
    FeedEntry.objects.all().delete()
    company.save()
    assert not FeedEntry.objects.exists()


def test_a_window_has_what_was_written_in_it() -> None:
    copy = copy_of(COMPANIES)
    caller, company = copy.caller, CompanyFactory()
    copy.begin()
    copy.catch_up()
    now = timezone.now()
    url = "/api/v1/companies/changes"
    window = {
        "changedFrom": (now - timedelta(days=4)).isoformat(),
        "changedUntil": (now + timedelta(hours=1)).isoformat(),
    }
    (change,) = caller.get(url, window).json()["items"]
    assert change["key"] == company.enterprise_number
    earlier = window | {"changedUntil": (now - timedelta(days=3)).isoformat()}
    assert caller.get(url, earlier).json()["items"] == []
    longer = window | {"changedFrom": (now - timedelta(days=9)).isoformat()}
    assert caller.get(url, longer).json()["issues"][0]["name"] == "changedUntil"


@pytest.mark.parametrize("cursor", ["", "x", "1-2", "-1-0-0", "9" * 30])
def test_a_cursor_of_nobody_is_refused(cursor: str) -> None:
    response = Caller().get("/api/v1/companies/changes", {"cursor": cursor})
    assert response.status_code == 400
    assert [issue["name"] for issue in response.json()["issues"]] == ["cursor"]


def test_an_old_cursor_is_gone_before_its_entries_are() -> None:
    caller = Caller()
    copy = Copy(caller, "/api/v1/companies", "enterpriseNumber")
    copy.begin()
    CompanyFactory()
    with time_machine.travel(timezone.now() + timedelta(days=89, minutes=1), tick=False):
        caller.login_again()
        url = "/api/v1/companies/changes"
        response = caller.get(url, {"cursor": copy.cursor})
        assert response.status_code == 410
        assert response.json()["type"].endswith(":cursorExpired")
        assert prune() == 0
    with time_machine.travel(timezone.now() + timedelta(days=91)):
        assert prune() > 0


def test_a_database_put_back_refuses_the_cursors_of_its_future() -> None:
    ahead = f"{10**15}-0-{int(timezone.now().timestamp())}"
    response = Caller().get("/api/v1/companies/changes", {"cursor": ahead})
    assert response.status_code == 410


def test_details_of_a_list_of_keys() -> None:
    caller, establishment = Caller(), EstablishmentFactory()
    url, unit = "/api/v1/establishments/details", establishment.unit_number
    body = caller.post(url, {"keys": [unit, "1"]}, content_type="application/json").json()
    assert [item["unitNumber"] for item in body["items"]] == [unit]
    assert body["missing"] == ["1"]
    for wrong in (
        {},
        {"keys": []},
        {"keys": [None]},
        {"keys": ["1"] * 501},
        {"ids": ["1"]},
        [],
        '"x"',
    ):
        response = caller.post(url, wrong, content_type="application/json")
        assert response.status_code == 400, wrong
        assert response.json()["issues"][0]["in"] == "body"
    assert caller.post(url, "{", content_type="application/json").status_code == 400
    assert caller.post(url, "x", content_type="text/plain").status_code == 415


def test_a_snapshot_needs_its_scope_and_hides_personal_data() -> None:
    CompanyFactory(email="an@bedrijf.example")
    assert Caller(["schools:read"]).get("/api/v1/companies/initial").status_code == 403
    text = list(lines(Caller(["companies:read"]).get("/api/v1/companies/initial")))
    assert "email" not in str(text)
