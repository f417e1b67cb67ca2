"""The page of ranked workplaces: whose it is, what it says, and what it does with bad input."""

import json
import re
from datetime import date
from typing import Any

import pytest
from django.contrib.gis.geos import Point
from django.test import Client
from django.utils import translation

from accounts.models import User
from companies.models import Establishment, Recognition, Workplace
from geo.addresses import LocationPrecision
from matching.lifts import lifts
from matching.policy import Component
from matching.presentation import BANDS, Rows, Summary, band
from matching.ranking import rank
from schools.models import Campus, Programme, School, SchoolYear

pytestmark = pytest.mark.django_db

ADDRESS = "/leerwerkplekken/"
ASKED = {"campus": "039107-1", "programme": "88", "radius": "40"}
HTMX = {"hx-request": "true"}


def numbers(page: str) -> list[int]:
    """The ranks on a page, in the order of the list."""
    return [int(n) for n in re.findall(r'data-rank="(\d+)"', page)]


def on_map(page: str) -> dict[str, Any]:
    found = re.search(r'<script id="map-data" type="application/json">(.*?)</script>', page)
    assert found
    return json.loads(found[1])


# Whose --------------------------------------------------------------------------------------------


@pytest.fixture
def elsewhere() -> Campus:
    school = School.objects.create(number="000018", name="Een andere school", type="121")
    return Campus.objects.create(school=school, site_number=1)


def test_another_schools_campus_is_as_unknown_as_none(browser: Client, elsewhere: Campus) -> None:
    for key in (elsewhere.key, "999999-1"):
        response = browser.get(ADDRESS, ASKED | {"campus": key})
        assert response.status_code == 400
        assert "Deze vestigingsplaats is onbekend." in response.content.decode()
    assert elsewhere.school.name not in browser.get(ADDRESS).content.decode()


def test_an_administrator_may_choose_any(client: Client, elsewhere: Campus) -> None:
    client.force_login(User.objects.create_superuser("admin@radar.example"))
    assert elsewhere.school.name in client.get(ADDRESS).content.decode()


# What it says -------------------------------------------------------------------------------------


def test_before_a_programme_is_chosen_it_asks_for_one(browser: Client, region: None) -> None:
    page = browser.get(ADDRESS).content.decode()
    assert "Kies een opleiding" in page
    assert numbers(page) == []


def test_list_and_map_agree_with_the_ranking(browser: Client, region: None) -> None:
    ranking = rank(Campus.objects.get(), Programme.objects.get(), 40, SchoolYear.objects.current())
    page = browser.get(ADDRESS, ASKED).content.decode()
    assert numbers(page) == list(range(1, min(len(ranking), 20) + 1))
    assert f"{len(ranking)} leerwerkplekken binnen 40 km" in page
    dots = on_map(page)["dots"]
    assert [dot[2] for dot in dots] == list(range(1, len(ranking) + 1))
    for row, dot in zip(Rows(ranking)[:20], dots, strict=False):
        point = row.pair.establishment.point
        assert point is not None
        assert dot[:2] == [round(point.x, 5), round(point.y, 5)]
        assert dot[3] == row.band
        assert dot[4] == row.pair.establishment.name


def test_the_fragment_is_a_part_of_the_page(browser: Client, region: None) -> None:
    page = browser.get(ADDRESS, ASKED)
    fragment = browser.get(ADDRESS, ASKED, headers=HTMX)
    assert "<html" not in fragment.content.decode()
    # Each answer hides the token of its forms in its own way.
    part, whole = (
        re.sub(r'(name="csrfmiddlewaretoken" value=")\w+', r"\1", answer.content.decode())
        for answer in (fragment, page)
    )
    assert part.strip() in whole
    assert "HX-Request" in page["Vary"]


def test_going_back_gets_the_whole_page(browser: Client, region: None) -> None:
    headers = HTMX | {"hx-history-restore-request": "true"}
    assert "<html" in browser.get(ADDRESS, ASKED, headers=headers).content.decode()


def test_pages_follow_each_other(browser: Client, region: None) -> None:
    first = browser.get(ADDRESS, ASKED | {"radius": "150"}).content.decode()
    second = browser.get(ADDRESS, ASKED | {"radius": "150", "page": "2"}).content.decode()
    assert numbers(first)[-1] + 1 == numbers(second)[0] == 21
    assert 'start="21"' in second
    assert on_map(first)["dots"] == on_map(second)["dots"]


@pytest.mark.parametrize(("prefix", "distance"), [("", r"\d+,\d km"), ("/en", r"\d+\.\d km")])
def test_distances_in_the_notation_of_the_language(
    browser: Client, region: None, prefix: str, distance: str
) -> None:
    page = browser.get(prefix + ADDRESS, ASKED).content.decode()
    assert re.search(rf"<dd>{distance}</dd>", page)


def test_it_marks_what_lapses_what_is_rough_and_what_is_unknown(
    browser: Client, region: None
) -> None:
    year = SchoolYear.objects.current()
    Recognition.objects.update(valid_until=date(year.starts_in + 1, 8, 30))
    Establishment.objects.update(precision=LocationPrecision.MUNICIPALITY)
    Workplace.objects.all().delete()
    page = browser.get(ADDRESS, ASKED).content.decode()
    shown = len(numbers(page))
    assert page.count("erkenning eindigt 30-8-") == shown
    assert page.count("ligging bij benadering") == shown
    assert page.count('<abbr title="onbekend">?</abbr>') == shown
    assert page.count("onbekend, aangenomen") >= shown


def test_nothing_near_names_the_next_radius_and_its_count(browser: Client, region: None) -> None:
    Establishment.objects.update(point=Point(4.70, 51.10, srid=4326))
    page = browser.get(ADDRESS, ASKED | {"radius": "10"}).content.decode()
    assert "Geen leerwerkplekken binnen 10 km" in page
    found = re.search(r'href="(\?[^"]*radius=25[^"]*)"[^>]*>(\d+) leerwerkplekken binnen 25', page)
    assert found
    wider = browser.get(ADDRESS + found[1].replace("&amp;", "&")).content.decode()
    assert f"{found[2]} leerwerkplekken binnen 25 km" in wider


def test_a_campus_without_a_place_says_so(browser: Client, region: None) -> None:
    Campus.objects.update(point=None, precision=LocationPrecision.UNKNOWN)
    page = browser.get(ADDRESS, ASKED).content.decode()
    assert "De ligging van deze vestigingsplaats is onbekend." in page


def test_names_are_text_wherever_they_go(browser: Client, region: None) -> None:
    Establishment.objects.update(name="</script><b onmouseover=alert(1)>&")
    page = browser.get(ADDRESS, ASKED).content.decode()
    assert "<b onmouseover" not in page
    assert on_map(page)["dots"][0][4] == "</script><b onmouseover=alert(1)>&"


# Bad input ----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "wrong",
    [
        {"campus": "x"},
        {"campus": "039107-1' OR 1=1"},
        {"programme": "99999999999999"},
        {"programme": "geen opleiding"},
        {"radius": "0"},
        {"radius": "-5"},
        {"radius": "NaN"},
        {"radius": "inf"},
        {"radius": "10000"},
        {"radius": "vijf"},
        {"school_year": "2019-2020"},
        {"school_year": "2026"},
        {"school_year": "2099-2100"},
    ],
    ids=str,
)
@pytest.mark.parametrize("headers", [{}, HTMX], ids=["page", "fragment"])
def test_a_wrong_question_is_answered_by_a_message(
    browser: Client, region: None, wrong: dict[str, str], headers: dict[str, str]
) -> None:
    response = browser.get(ADDRESS, ASKED | wrong, headers=headers)
    assert response.status_code == 400
    assert 'role="alert"' in response.content.decode()


@pytest.mark.parametrize(("asked", "shown"), [("999", "last"), ("0", "last"), ("x", "first")])
def test_a_page_that_is_not_there_is_the_nearest(
    browser: Client, region: None, asked: str, shown: str
) -> None:
    page = browser.get(ADDRESS, ASKED | {"radius": "150", "page": asked}).content.decode()
    assert (numbers(page)[0] == 1) == (shown == "first")


@pytest.mark.parametrize("radius", ["12.5", "25.0", "7", "150"])
def test_a_radius_of_ones_own_is_kept_in_the_form(
    browser: Client, region: None, radius: str
) -> None:
    page = browser.get(ADDRESS, ASKED | {"radius": radius}).content.decode()
    assert f'<option value="{radius}" selected>' in page


def test_nothing_but_reading(browser: Client) -> None:
    assert browser.post(ADDRESS, ASKED).status_code == 405


# How many questions it asks -----------------------------------------------------------------------


def test_the_number_of_queries_does_not_follow_the_results(
    browser: Client, region: None, django_assert_max_num_queries: Any
) -> None:
    SchoolYear.objects.starting_in(SchoolYear.objects.current().starts_in + 1)
    with django_assert_max_num_queries(14):
        browser.get(ADDRESS, ASKED | {"radius": "150"})
    with django_assert_max_num_queries(12):
        browser.get(ADDRESS, ASKED | {"radius": "150"}, headers=HTMX)


# What would lift a pair ---------------------------------------------------------------------------


def test_a_lift_comes_true(campus: Campus, programme: Programme, region: None) -> None:
    year = SchoolYear.objects.current()
    ranking = rank(campus, programme, 150, year)
    promised = {
        pair.pair.recognition.pk: lift
        for pair in Rows(ranking)[:]
        for lift in lifts(ranking, pair.pair.rank)
        if lift.component is Component.PLACES
    }
    assert promised
    for recognition, lift in list(promised.items())[:5]:
        before = Workplace.objects.filter(recognition=recognition).values_list().first()
        Workplace.objects.update_or_create(
            recognition_id=recognition,
            school_year=year,
            defaults={"places_offered": ranking.policy.places_enough, "places_taken": 0},
        )
        after = rank(campus, programme, 150, year)
        row = next(row for row in Rows(after)[:] if row.pair.recognition.pk == recognition)
        assert row.pair.score == pytest.approx(
            lift.gain
            + next(r for r in Rows(ranking)[:] if r.pair.recognition.pk == recognition).pair.score
        )
        assert row.pair.rank >= lift.rank
        Workplace.objects.filter(recognition=recognition).delete()
        if before:
            Workplace(*before).save(force_insert=True)


def test_the_terms_of_a_row_add_up_to_its_score(
    campus: Campus, programme: Programme, region: None
) -> None:
    ranking = rank(campus, programme, 150, SchoolYear.objects.current())
    with translation.override("nl"):
        for row in Rows(ranking)[:]:
            assert sum(term.points for term in row.terms) == pytest.approx(
                100 * row.pair.score, abs=1e-3
            )
            assert sum(term.most for term in row.terms) == pytest.approx(100)


def test_bands_cover_every_score() -> None:
    assert [band(score) for score in (0, 0.199, 0.2, 0.5, 0.8, 1)] == [1, 1, 2, 3, 5, 5]
    assert {band(n / 100) for n in range(101)} == set(range(1, BANDS + 1))


def test_the_summary_counts_everything_once(
    campus: Campus, programme: Programme, region: None
) -> None:
    summary = Summary.of(rank(campus, programme, 150, SchoolYear.objects.current()))
    assert summary.free + summary.full + summary.unknown == summary.total > 0
    assert sum(length for _, _, length in summary.parts) == pytest.approx(100)
