"""`/statistics`: JSON and CSV, the same as the pages, and clear answers to bad questions."""

from __future__ import annotations

import csv
import io
import json
from pathlib import Path
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from openpyxl import load_workbook

from figures.models import Cube
from figures.tables import TABLES
from tests.api.clients import Caller
from tests.figures.conftest import ask

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("cube")]

ADDRESS = "/api/v1/statistics"


@pytest.fixture
def caller() -> Caller:
    return Caller(["statistics:read"])


def test_the_tables_are_listed(caller: Caller) -> None:
    body = caller.get(ADDRESS).json()
    assert [item["name"] for item in body["items"]] == list(TABLES)
    assert body["schoolYears"][0] == "2024-2025"
    assert body["items"][0]["measures"][0]["explanation"]


@pytest.mark.parametrize("key", TABLES)
def test_a_table_is_the_same_as_its_page(key: str, caller: Caller, cube: Cube) -> None:
    body = caller.get(f"{ADDRESS}/{key}", {"pageSize": "200"}).json()
    result = ask(cube, key)
    assert body["total"] == len(result.rows)
    for item, row in zip(body["items"], result.rows, strict=True):
        for column in result.columns:
            value = row.values[column.key]
            if column.key in item["withheld"]:
                assert item[column.key] is None
            elif isinstance(value, int):
                assert item[column.key] == value
    assert body["computedAt"]
    assert body["source"]
    assert {column["name"] for column in body["columns"]} == {c.key for c in result.columns}


def test_csv_by_negotiation(caller: Caller, cube: Cube) -> None:
    answer = caller.get(
        f"{ADDRESS}/offerings", {"by": "province,grade"}, headers={"accept": "text/csv"}
    )
    assert answer.headers["Content-Type"] == "text/csv; charset=utf-8"
    rows = list(csv.DictReader(io.StringIO(answer.content.decode())))
    result = ask(cube, "offerings", by="province,grade")
    assert len(rows) == len(result.rows) + len(result.totals)
    assert rows[0]["offerings"] == str(result.rows[0].values["offerings"])
    assert rows[-1]["provinceName"] in ("totaal", "total")


@pytest.mark.parametrize(
    ("query", "name"),
    [
        ({"by": "colour"}, "by"),
        ({"by": "province,sector,grade,network,programme"}, "by"),
        ({"by": "province,province"}, "by"),
        ({"schoolYear": "2090-2091"}, "schoolYear"),
        ({"schoolYear": "2026"}, "schoolYear"),
        ({"province": "99999"}, "province"),
        ({"municipality": "00000"}, "municipality"),
        ({"page": "0"}, "page"),
        ({"area": "3,51;4,51;4,52"}, "area"),
        ({"colour": "red"}, "colour"),
    ],
)
def test_a_bad_question_is_named(query: dict[str, str], name: str, caller: Caller) -> None:
    answer = caller.get(f"{ADDRESS}/offerings", query)
    assert answer.status_code == 400
    assert answer.json()["issues"][0]["name"] == name


@pytest.mark.parametrize(
    ("area", "words"),
    [
        ("3,50;5,51.5;3,51.5;5,50", "kruist zichzelf"),
        ("-3,40;-4,40;-4,41", "buiten Vlaanderen en Brussel"),
        ("3,51;4,51", "3 tot 200 hoekpunten"),
        ("3,51;4,51;5,51", "geen oppervlakte"),
        ("a,b;c,d", "lengte,breedte"),
        ("nan,51;4,51;4,52", "lengte,breedte"),
        ("300,51;4,51;4,52", "Graden"),
    ],
)
def test_an_area_that_cannot_be_counted_is_refused(area: str, words: str, caller: Caller) -> None:
    answer = caller.get(f"{ADDRESS}/supply-demand", {"area": area})
    assert answer.status_code == 400
    assert words in answer.json()["issues"][0]["detail"]


def test_who_may_not_and_what_is_not_there(caller: Caller, client: Any) -> None:
    assert client.get(ADDRESS).status_code == 401
    assert Caller(["schools:read"]).get(ADDRESS).status_code == 403
    assert caller.get(f"{ADDRESS}/weather").status_code == 404


def test_before_the_first_count(caller: Caller) -> None:
    Cube.objects.update(is_current=False)
    answer = caller.get(f"{ADDRESS}/offerings")
    assert answer.status_code == 503
    assert answer.json()["title"]


def test_the_command_says_the_same(
    capsys: pytest.CaptureFixture[str], cube: Cube, tmp_path: Path
) -> None:
    call_command("statistics", table="offerings", by="province", format="json")
    told = json.loads(capsys.readouterr().out)
    result = ask(cube, "offerings", by="province")
    assert [item["offerings"] for item in told["items"]] == [
        row.values["offerings"] for row in result.rows
    ]
    call_command("statistics", table="use", format="csv")
    assert capsys.readouterr().out.startswith("sector,sectorName,recognitions")
    call_command("statistics", table="use", format="table")
    assert "Bouw" in capsys.readouterr().out
    book = tmp_path / "cijfers.xlsx"
    call_command("statistics", table="use", format="xlsx", output=book)
    assert len(load_workbook(book).sheetnames) == 2
    with pytest.raises(CommandError, match="--by"):
        call_command("statistics", table="use", by="network")
    with pytest.raises(CommandError, match="--output"):
        call_command("statistics", table="use", format="xlsx")
