"""The search: where it starts, what it leaves out, how it sorts, and what it offers instead."""

from __future__ import annotations

import json
import re
from datetime import date, timedelta
from typing import Any

import numpy as np
import pytest
from django.contrib.gis.geos import Point
from django.core.exceptions import ValidationError
from django.test import Client
from hypothesis import given
from hypothesis import strategies as st

from companies.models import ApproachStatus, Establishment, Recognition
from placement.areas import inside, read_area
from placement.starts import find_start
from schools.models import Campus, Programme
from tests.factories import (
    TODAY,
    AgreementFactory,
    ApproachFactory,
    CompanyFactory,
    EstablishmentFactory,
    MunicipalityFactory,
    PostalCodeFactory,
    ProgrammeAliasFactory,
    ProgrammeFactory,
    RecognitionFactory,
    SectorFactory,
    WorkplaceFactory,
    beside_here,
)

pytestmark = pytest.mark.django_db

ADDRESS = "/leerwerkplekken/"
ASKED = {"campus": "039107-1", "programme": "88", "radius": "25"}
HTMX = {"hx-request": "true"}


def add(programme: Programme, km: float, free: int | None = 1, **of: Any) -> Establishment:
    """A recognised establishment so many kilometres east of the campus."""
    establishment = EstablishmentFactory(metres_east=1000 * km, **of)
    recognition = RecognitionFactory(programme=programme, establishment=establishment)
    WorkplaceFactory(recognition=recognition, places_offered=free)
    return establishment


def found(browser: Client, **asked: Any) -> list[str]:
    """The names in the list, from the top."""
    response = browser.get(ADDRESS, ASKED | asked, headers=HTMX)
    assert response.status_code == 200, response.content.decode()
    return re.findall(r'title="Toon op de kaart">([^<]*)<', response.content.decode())


def page_of(browser: Client, status: int = 200, **asked: Any) -> str:
    response = browser.get(ADDRESS, ASKED | asked, headers=HTMX)
    assert response.status_code == status
    return response.content.decode()


# Filters ------------------------------------------------------------------------------------------


def test_free_places(browser: Client, campus: Campus, programme: Programme) -> None:
    add(programme, 1, free=1, name="Vrij")
    add(programme, 2, free=0, name="Vol")
    add(programme, 3, free=None, name="Onbekend")
    assert set(found(browser)) == {"Vrij", "Vol", "Onbekend"}
    assert found(browser, free="on") == ["Vrij"]


def test_never_approached_by_us_looks_at_our_own_school_only(
    browser: Client, campus: Campus, programme: Programme
) -> None:
    ours, theirs = add(programme, 1, name="Van ons"), add(programme, 2, name="Van hen")
    planned = add(programme, 3, name="Gepland")
    ApproachFactory(campus=campus, establishment=ours)
    ApproachFactory(establishment=theirs)
    ApproachFactory(
        campus=campus, establishment=planned, status=ApproachStatus.PLANNED, sent_on=None
    )
    assert found(browser, untouched="on") == ["Van hen", "Gepland"]


def test_trained_before(browser: Client, campus: Campus, programme: Programme) -> None:
    trained = add(programme, 1, name="Ervaren")
    soon = add(programme, 2, name="Straks")
    add(programme, 3, name="Nieuw")
    for establishment, start in ((trained, TODAY), (soon, TODAY + timedelta(days=1))):
        workplace = WorkplaceFactory(recognition__establishment=establishment)
        AgreementFactory(workplace=workplace, starts_on=start)
    assert found(browser, trained="on") == ["Ervaren"]


def test_several_sectors_and_languages_are_alternatives_and_kinds_add_up(
    browser: Client, campus: Campus, programme: Programme
) -> None:
    bouw, hout = SectorFactory(slug="bouw"), SectorFactory(slug="hout")
    add(programme, 1, name="A", company=CompanyFactory(sector=bouw), languages=["nl", "fr"])
    add(programme, 2, name="B", company=CompanyFactory(sector=hout), languages=["nl"])
    add(programme, 3, name="C", company=CompanyFactory(sector=bouw))
    assert found(browser, sector="bouw") == ["A", "C"]
    assert found(browser, sector=["bouw", "hout"]) == ["A", "B", "C"]
    assert found(browser, language="fr") == ["A"]
    assert found(browser, sector="hout", language="fr") == []


def test_an_area_and_municipalities(browser: Client, campus: Campus, programme: Programme) -> None:
    aalst = MunicipalityFactory(nis_code="41002", name="Aalst")
    add(programme, 1, name="Dichtbij")
    far = add(programme, 9, name="Ver", municipality=aalst)
    assert found(browser, municipality="41002") == ["Ver"]
    assert far.point
    x, y = far.point.coords
    corners = [(x - 0.01, y - 0.01), (x + 0.01, y - 0.01), (x, y + 0.01)]
    area = " ".join(f"{a:.5f},{b:.5f}" for a, b in corners)
    assert found(browser, area=area) == ["Ver"]
    on_map = re.search(r'id="map-data" type="application/json">(.*?)</script>',
                       page_of(browser, area=area))  # fmt: skip
    assert on_map
    assert json.loads(on_map[1])["area"] == [pytest.approx(c, abs=1e-5) for c in corners]


def test_the_counts_say_what_a_choice_would_leave(
    browser: Client, campus: Campus, programme: Programme
) -> None:
    add(programme, 1, free=1, languages=["nl"])
    add(programme, 2, free=0, languages=["nl"])
    add(programme, 3, free=2, languages=["fr"])

    def counts(page: str) -> dict[str, int]:
        boxes = re.findall(r'id="filter-([^"]+)".*?number">(\d+)<', page)
        return {name: int(n) for name, n in boxes}

    plain = counts(page_of(browser))
    assert (plain["free-on"], plain["language-nl"], plain["language-fr"]) == (2, 2, 1)
    assert len(found(browser, free="on")) == 2
    narrowed = counts(page_of(browser, language="nl"))
    assert (narrowed["free-on"], narrowed["language-fr"]) == (1, 1)


def test_a_filter_never_adds_and_ranks_close_up(
    browser: Client, campus: Campus, programme: Programme
) -> None:
    for km in range(1, 8):
        add(programme, km, free=km % 3)
    page = page_of(browser, free="on")
    ranks = [int(rank) for rank in re.findall(r'data-rank="(\d+)"', page)]
    assert ranks == list(range(1, len(ranks) + 1))
    assert set(found(browser, free="on")) < set(found(browser))


# Order --------------------------------------------------------------------------------------------


def test_sorted_by_something_else_the_ranks_stay(
    browser: Client, campus: Campus, programme: Programme
) -> None:
    near = add(programme, 1, free=0, name="Dichtbij")
    add(programme, 6, free=5, name="Ruim")
    add(programme, 3, free=None, name="Onbekend")
    ApproachFactory(
        campus=campus, establishment=near, sent_on=date(2026, 9, 1), answered_on=date(2026, 9, 9)
    )
    assert found(browser, sort="distance") == ["Dichtbij", "Onbekend", "Ruim"]
    assert found(browser, sort="free") == ["Ruim", "Dichtbij", "Onbekend"]
    assert found(browser, sort="heard")[0] == "Dichtbij"
    ranked = {name: i for i, name in enumerate(found(browser), start=1)}
    page = page_of(browser, sort="distance")
    shown = re.findall(r'data-rank="(\d+)".*?title="Toon op de kaart">([^<]*)<', page, re.DOTALL)
    assert {name: int(rank) for rank, name in shown} == ranked


# Where it starts ----------------------------------------------------------------------------------


@pytest.fixture
def aalst() -> None:
    town = MunicipalityFactory(
        nis_code="41002", name="Aalst", population=90_000, point=beside_here(40_000)
    )
    PostalCodeFactory(code="9300", place_name="Aalst", municipality=town, point=beside_here(41_000))


def test_from_a_town_the_distances_are_from_there(
    browser: Client, campus: Campus, programme: Programme, aalst: None
) -> None:
    add(programme, 2, name="Aan de school")
    add(programme, 42, name="Bij Aalst")
    assert found(browser) == ["Aan de school"]
    page = page_of(browser, start="aalst")
    assert "Bij Aalst" in page
    assert "Aan de school" not in page
    assert "<dd>2,0 km</dd>" in page
    assert "vanaf Aalst" in page


@pytest.mark.parametrize(
    ("text", "label", "precision"),
    [
        ("Aalst", "Aalst", "municipality"),
        (" aalst ", "Aalst", "municipality"),
        ("Aallst", "Aalst", "municipality"),
        ("9300", "9300 Aalst", "postal_code"),
        ("9300 Aalst", "9300 Aalst", "postal_code"),
        ("Grote Markt 1, 9300 Aalst", "Grote Markt 1, 9300 Aalst", "postal_code"),
        ("Grote Markt, Aalst", "Grote Markt, Aalst", "postal_code"),
    ],
)
def test_a_start_is_found_offline(text: str, label: str, precision: str, aalst: None) -> None:
    start = find_start(text)
    assert (start.label, start.precision) == (label, precision)
    assert start.is_rough


@pytest.mark.parametrize("text", ["Nergenshuizen", "9999", "12", "???", "Kerkstraat 1", "a" * 119])
def test_a_place_that_nobody_knows_is_said_to_be(
    text: str, browser: Client, campus: Campus, programme: Programme, aalst: None
) -> None:
    with pytest.raises(ValidationError):
        find_start(text)
    assert 'role="alert"' in page_of(browser, status=400, start=text)


# Which programme ----------------------------------------------------------------------------------


def test_a_typing_error_is_read_as_what_was_meant(
    browser: Client, campus: Campus, programme: Programme
) -> None:
    add(programme, 1, name="Elektricien")
    ProgrammeFactory(title="Groenaanleg en -beheer duaal")
    page = page_of(browser, programme="elektrishe instalaties")
    assert "Elektricien" in page
    assert "“elektrishe instalaties” is gelezen als Elektrische installaties duaal." in page


def test_an_alias_with_a_typing_error(browser: Client, programme: Programme) -> None:
    ProgrammeAliasFactory(programme=programme, name="Residentieel elektrotechnicus")
    assert Programme.objects.like("residentiel elektrotechnikus").first() == programme


def test_what_may_mean_two_things_is_asked_back(
    browser: Client, campus: Campus, programme: Programme
) -> None:
    first = ProgrammeFactory(title="Lasser-constructeur duaal")
    second = ProgrammeFactory(title="Lasser-monteerder duaal")
    page = page_of(browser, status=400, programme="lasser")
    for offered in (first, second):
        assert f"programme={offered.number}" in page
    assert "Bedoelt u een van deze?" in page


def test_names_for_the_list_to_type_in(browser: Client, programme: Programme) -> None:
    answer = browser.get("/opleidingen/zoeken/", {"q": "elektriche instalatie"}).json()
    assert answer == {"items": [{"value": "88", "label": "Elektrische installaties duaal"}]}
    assert browser.get("/opleidingen/zoeken/").json() == {"items": []}
    assert browser.get("/opleidingen/zoeken/", {"q": "x\x00" * 500}).status_code == 200


# Nothing found ------------------------------------------------------------------------------------


def test_nothing_found_offers_what_would_find_something(
    browser: Client, campus: Campus, programme: Programme
) -> None:
    sector = SectorFactory()
    related = ProgrammeFactory(title="Verwante opleiding duaal")
    for one in (programme, related):
        one.sectors.add(sector)
    add(programme, 1, free=0)
    add(programme, 30, free=1)
    add(programme, 33, free=0)
    add(related, 2)
    add(related, 60)
    page = page_of(browser, free="on")
    assert "1 leerwerkplek zonder deze filters" in page
    assert re.search(r"radius=40[^>]*>1 leerwerkplek binnen 40 km", page)
    assert "Verwante opleiding duaal</a> <span" in page
    assert re.search(r"Verwante opleiding duaal</a> <span[^>]*>1 leerwerkplek<", page)


# Bad input ----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "wrong",
    [
        {"sort": "naam"},
        {"area": "x"},
        {"area": "3.7,51.0 3.8,51.0"},
        {"area": "3.7,51.0 3.8,51.1 3.8,51.0 3.7,51.1"},
        {"area": "3.7,51.0 3.7,51.0 3.7,51.0"},
        {"area": " ".join(f"3.{i},51.0" for i in range(200))},
        {"area": "9" * 3000},
        {"sector": "x" * 51},
        {"start": "x" * 121},
        {"start": "9000\x00"},
    ],
    ids=lambda wrong: str(wrong)[:40],
)
def test_a_senseless_choice_is_refused(
    browser: Client, campus: Campus, programme: Programme, wrong: dict[str, str]
) -> None:
    assert 'role="alert"' in page_of(browser, status=400, **wrong)


def test_a_code_that_nothing_has_finds_nothing_and_can_be_taken_back(
    browser: Client, campus: Campus, programme: Programme
) -> None:
    add(programme, 1)
    page = page_of(browser, sector="bestaat-niet")
    assert "1 leerwerkplek zonder deze filters" in page
    assert 'value="bestaat-niet" form="query" checked' in page


@given(x=st.floats(-2, 2), y=st.floats(-2, 2), width=st.floats(0.1, 1), height=st.floats(0.1, 1))
def test_an_area_holds_what_lies_in_it(x: float, y: float, width: float, height: float) -> None:
    corners = [(0, 0), (width, 0), (width, height), (0, height)]
    area = read_area(" ".join(f"{a:.8f},{b:.8f}" for a, b in corners))
    west, south, east, north = area.bounds
    assert inside(area, np.array([x]), np.array([y]))[0] == (
        west <= x <= east and south <= y <= north
    )


# How many questions it asks -----------------------------------------------------------------------


@pytest.mark.parametrize("asked", [{}, {"free": "on", "sort": "heard"}, {"start": "Leuven"}])
def test_no_search_asks_more_than_fifteen_queries(
    browser: Client,
    campus: Campus,
    programme: Programme,
    asked: dict[str, str],
    django_assert_max_num_queries: Any,
) -> None:
    MunicipalityFactory(point=Point(4.7, 50.88, srid=4326))
    for km in range(1, 60):
        add(programme, km / 3, free=km % 3)
    with django_assert_max_num_queries(15):
        browser.get(ADDRESS, ASKED | asked)


def test_nor_one_that_finds_nothing(
    browser: Client, campus: Campus, programme: Programme, django_assert_max_num_queries: Any
) -> None:
    programme.sectors.add(SectorFactory())
    add(programme, 1, free=0)
    add(programme, 50)
    with django_assert_max_num_queries(15):
        browser.get(ADDRESS, ASKED | {"free": "on"})
    Recognition.objects.all().delete()
    with django_assert_max_num_queries(15):
        browser.get(ADDRESS, ASKED)
