"""What is on screen as a file: for spreadsheets and for maps, and only for who may see it."""

from __future__ import annotations

import csv
import io
from datetime import date
from pathlib import Path
from typing import Any

import numpy as np
import pyogrio
import pytest
from django.core.management import CommandError, call_command
from django.test import Client
from openpyxl import load_workbook

from companies.models import Establishment
from schools.models import SchoolYear
from tests.factories import (
    CampusFactory,
    EstablishmentFactory,
    RecognitionFactory,
    SectorMembershipFactory,
    UserFactory,
)

pytestmark = pytest.mark.django_db

QUESTION = {"campus": "039107-1", "programme": "88", "radius": "60"}
EVIL = '=HYPERLINK("https://kwaad.example";"klik")'


def rows_of(response: Any) -> list[list[Any]]:
    """The rows of a download, the header first."""
    if "spreadsheetml" in response["Content-Type"]:
        sheet = load_workbook(io.BytesIO(response.content)).active
        return [list(row) for row in sheet.values]
    text = response.content.decode("utf-8-sig")
    return list(csv.reader(io.StringIO(text), delimiter=";"))


@pytest.mark.usefixtures("region")
@pytest.mark.parametrize("suffix", ["csv", "xlsx"])
def test_a_ranking_opens_in_a_spreadsheet(browser: Client, suffix: str) -> None:
    page = browser.get("/leerwerkplekken/", QUESTION)
    response = browser.get("/leerwerkplekken/", QUESTION | {"format": suffix})
    assert f"leerwerkplekken-039107-1-88.{suffix}" in response["Content-Disposition"]
    header, *rows = rows_of(response)
    assert header[:3] == ["rang", "score (0-100)", "vestigingseenheid"]
    assert len(rows) == page.context["page"].paginator.count > 20
    assert [str(row[0]) for row in rows] == [str(rank) for rank in range(1, len(rows) + 1)]
    shown = [row.pair.establishment.name for row in page.context["page"]]
    assert [row[2] for row in rows[:20]] == shown


@pytest.mark.usefixtures("region")
def test_a_ranking_opens_on_a_map(browser: Client) -> None:
    response = browser.get("/leerwerkplekken/", QUESTION | {"format": "geojson"})
    assert response["Content-Type"] == "application/geo+json"
    features = response.json()["features"]
    first = Establishment.objects.get(unit_number=features[0]["properties"]["unitNumber"])
    assert features[0]["geometry"]["coordinates"] == pytest.approx(first.point.coords, abs=1e-5)
    assert features[0]["properties"]["rank"] == 1


@pytest.mark.usefixtures("region")
@pytest.mark.parametrize("suffix", ["csv", "xlsx", "geojson"])
def test_nobody_downloads_the_ranking_of_another_school(browser: Client, suffix: str) -> None:
    other = CampusFactory()
    response = browser.get("/leerwerkplekken/", QUESTION | {"format": suffix, "campus": other.key})
    assert response.status_code == 400
    assert "attachment" not in response.headers.get("Content-Disposition", "")


@pytest.mark.parametrize("suffix", ["csv", "xlsx"])
def test_a_list_of_the_administration_is_downloaded_whole(client: Client, suffix: str) -> None:
    client.force_login(UserFactory(administrator=True))
    for n in range(120):
        EstablishmentFactory(name=EVIL if n == 0 else f"Vestiging {n:03d}")
    response = client.post(
        "/admin/companies/establishment/?precision__exact=house_number",
        {"action": f"as_{suffix}", "select_across": "1", "_selected_action": "1", "index": "0"},
    )
    header, *rows = rows_of(response)
    assert header[:2] == ["naam", "nummer"]
    assert len(rows) == 120
    assert "huisnummer" in rows[0], "a choice is written in words"
    (evil,) = [row[0] for row in rows if "HYPERLINK" in str(row[0])]
    assert evil == (f"'{EVIL}" if suffix == "csv" else EVIL)
    if suffix == "xlsx":
        sheet = load_workbook(io.BytesIO(response.content)).active
        assert {cell.data_type for row in sheet.iter_rows(max_col=1) for cell in row} == {"s"}


def test_the_region_opens_in_a_gis(tmp_path: Path, capsys: Any) -> None:
    recognition = RecognitionFactory()
    RecognitionFactory(expired=True)
    EstablishmentFactory(unlocated=True)
    CampusFactory(closed_on=date(2020, 1, 1))
    campus = CampusFactory()
    SchoolYear.objects.current()
    path = tmp_path / "regio.gpkg"
    call_command("export_region", path)
    call_command("export_region", path)
    assert "recognitions" in capsys.readouterr().out
    names = [str(name) for name, _type in pyogrio.list_layers(path)]
    assert names == ["campuses", "establishments", "recognitions", "municipalities"]
    for name in names:
        assert pyogrio.read_info(path, layer=name)["crs"] == "EPSG:4326"
    assert pyogrio.read_bounds(path, layer="campuses")[1][:2, 0] == pytest.approx(
        np.array(campus.point.coords)
    )
    assert pyogrio.read_info(path, layer="campuses")["features"] == 1
    assert pyogrio.read_info(path, layer="establishments")["features"] == 2
    meta, _index, _geometry, data = pyogrio.raw.read(path, layer="recognitions")
    record = dict(zip(meta["fields"], data, strict=True))
    assert record["unit_number"].tolist() == [recognition.establishment.unit_number]
    assert record["valid_until"].astype(str).tolist() == [str(recognition.valid_until)]


@pytest.mark.parametrize("name", ["regio.shp", "nergens/regio.gpkg"])
def test_a_file_that_cannot_be_is_refused(tmp_path: Path, name: str) -> None:
    with pytest.raises(CommandError, match=r"gpkg|folder"):
        call_command("export_region", tmp_path / name)


def test_who_may_take_the_region(client: Client, browser: Client) -> None:
    assert browser.get("/regio.gpkg").status_code == 403
    client.logout()
    assert client.get("/regio.gpkg").status_code == 302
    for user in (SectorMembershipFactory().user, UserFactory(administrator=True)):
        client.force_login(user)
        response = client.get("/regio.gpkg")
        assert response.status_code == 200
        assert response.content.startswith(b"SQLite format 3")
