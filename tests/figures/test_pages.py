"""The pages of the figures: open to all, downloads, records for who may, and clear refusals."""

from __future__ import annotations

import io
import re
from typing import Any

import pytest
from django.test import Client
from django.utils import translation
from openpyxl import load_workbook

from figures.models import Cube
from figures.tables import TABLES
from schools.models import Campus
from tests.factories import (
    CompanyMembershipFactory,
    SchoolMembershipFactory,
    SectorMembershipFactory,
    UserFactory,
)
from tests.figures.conftest import ask

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("cube")]


def test_the_overview_is_open_to_anybody(client: Client) -> None:
    page = client.get("/cijfers/")
    assert page.status_code == 200
    assert "2026-2027" in page.text
    assert all(f"/cijfers/{table.slug}/" in page.text for table in TABLES.values())


@pytest.mark.parametrize("key", TABLES)
@pytest.mark.parametrize("by", ["", "by=&by=", "by=province", "by=municipality", "by=schoolYear"])
def test_every_table_is_open_to_anybody(
    key: str, by: str, client: Client, django_assert_max_num_queries: Any
) -> None:
    table = TABLES[key]
    if "municipality" in by and "municipality" not in table.dimensions:
        pytest.skip("not divided by it")
    client.get(f"/cijfers/{table.slug}/?{by}")  # labels are kept after the first time
    with django_assert_max_num_queries(6):
        page = client.get(f"/cijfers/{table.slug}/?{by}")
    assert page.status_code == 200
    assert "achter" not in re.findall(r'href="([^"]+)"', page.text)


def test_a_crossing_and_its_fragment(client: Client) -> None:
    address = "/cijfers/aanbod/?by=province&by=sector&measure=offerings"
    page = client.get(address)
    assert "figures-crossing" in page.text
    fragment = client.get(address, headers={"HX-Request": "true"})
    assert "figures-crossing" in fragment.text
    assert "<html" not in fragment.text


@pytest.mark.parametrize(
    ("query", "words"),
    [
        ("by=kleur", "geen dimensie"),
        ("by=province&by=sector&by=grade&by=network&by=programme", "hoogstens twee dimensies"),
        ("school_year=2090-2091", "geen cijfers van 2090-2091"),
        ("school_year=ooit", "geen schooljaar"),
        ("municipality=99999", "Geen gemeente"),
        ("measure=geluk", "geluk"),
    ],
)
def test_a_bad_question_is_refused_with_what_was_typed(
    query: str, words: str, client: Client
) -> None:
    page = client.get(f"/cijfers/aanbod/?{query}")
    assert page.status_code == 400
    assert words in page.text.lower() or words in page.text


def test_a_drawn_area(client: Client, cube: Cube) -> None:
    around = "5.9,49.6;5.9,51.4;2.6,51.4;2.6,49.6"
    page = client.get(f"/cijfers/vraag-en-aanbod/?area={around}")
    # The small region's provinces have no boundary: nothing can be said to lie in it.
    assert page.status_code == 400
    assert "buiten Vlaanderen en Brussel" in page.text
    assert client.get("/cijfers/aanbod/?area=1").status_code == 200


@pytest.mark.parametrize("kind", ["csv", "xlsx", "png", "svg", "pdf"])
@pytest.mark.parametrize("by", ["by=province", "by=schoolYear&by=sector", "by=sector&by=grade"])
def test_downloads(kind: str, by: str, client: Client) -> None:
    answer = client.get(f"/cijfers/aanbod/?{by}&format={kind}")
    assert answer.status_code == 200
    assert answer.headers["Content-Disposition"].endswith(f'cijfers-aanbod.{kind}"')
    starts = {
        "csv": b"\xef\xbb\xbf",
        "xlsx": b"PK",
        "png": b"\x89PNG",
        "svg": b"<?xml",
        "pdf": b"%PDF",
    }
    assert answer.content.startswith(starts[kind])


def test_a_workbook_has_every_table_and_explains_them(client: Client) -> None:
    book = load_workbook(io.BytesIO(client.get("/cijfers/?format=xlsx").content))
    assert len(book.sheetnames) == len(TABLES) + 1
    told = list(book[book.sheetnames[-1]].values)
    assert any("bron" in row for row in told)


def test_a_withheld_figure_is_a_c_in_files(client: Client, cube: Cube) -> None:
    answer = client.get("/cijfers/aanbod/?by=municipality&by=programme&format=csv")
    assert ";c;" in answer.content.decode()
    assert "▪" in client.get("/cijfers/aanbod/?by=municipality&by=programme&measure=pupils").text


BEHIND = "/cijfers/aanbod/achter/?measure=offerings&school_year=2026-2027"
SUPPLY = "/cijfers/vraag-en-aanbod/achter/?measure=recognitions&school_year=2026-2027"


def test_records_are_as_many_as_the_figure(client: Client, cube: Cube) -> None:
    client.force_login(UserFactory(administrator=True))
    for measure in ("offerings", "offeringsWithoutPupilCount"):
        figure = ask(cube, "offerings", by="").rows[0].values[measure]
        page = client.get(BEHIND.replace("measure=offerings", f"measure={measure}"))
        assert page.context["page"].paginator.count == figure
    for measure in ("recognitions", "recognitionsWithUnknownPlaces"):
        figure = ask(cube, "supply-demand", by="").rows[0].values[measure]
        page = client.get(SUPPLY.replace("measure=recognitions", f"measure={measure}"))
        assert page.context["page"].paginator.count == figure


def test_who_sees_the_records(client: Client) -> None:
    assert client.get(BEHIND).status_code == 302
    client.force_login(CompanyMembershipFactory().user)
    assert client.get(BEHIND).status_code == 200
    assert client.get(SUPPLY).status_code == 404
    client.force_login(SectorMembershipFactory().user)
    assert client.get(SUPPLY).status_code == 200
    assert client.get("/cijfers/gebruik/achter/?measure=recognitionsUsedShare").status_code == 404
    assert client.get("/cijfers/weer/achter/").status_code == 404


def test_pupils_of_an_offering_are_told_to_its_school_only(client: Client, cube: Cube) -> None:
    campus = Campus.objects.filter(offerings__school_year=2026, offerings__pupils__gt=0).first()
    assert campus
    client.force_login(SchoolMembershipFactory(school=campus.school).user)
    page = client.get(BEHIND)
    told = [line for line in page.context["lines"] if line[-1] != "▪"]
    assert told
    with translation.override("nl"):
        assert {line[0] for line in told} <= {
            str(own) for own in Campus.objects.filter(school=campus.school)
        }


def test_before_the_first_count_it_says_so(client: Client) -> None:
    Cube.objects.update(is_current=False)
    for address in ("/cijfers/", "/cijfers/aanbod/"):
        page = client.get(address)
        assert page.status_code == 503
        assert "voor het eerst geteld" in page.text
