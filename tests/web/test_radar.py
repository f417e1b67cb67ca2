"""The radar's page: every programme of one's own campus, filtered, sorted and downloaded."""

import csv
import io
from typing import Any

import pytest
from django.test import Client

from matching.opportunities import Advice
from schools.models import Campus, Programme, School
from tests.matching.region import scatter

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("region")]

ADDRESS = "/radar/"


@pytest.fixture
def other_programme() -> Programme:
    """A programme with workplaces in reach that the campus does not offer."""
    programme = Programme.objects.create(
        number=8,
        group_number="G-0008",
        title="Assistent dierlijke productie duaal",
        grade=2,
        education_form="BSO",
        finality="A",
    )
    scatter(programme, seed=5, n=30, first=500)
    return programme


def titles(client: Client, **question: str) -> list[str]:
    page = client.get(ADDRESS, question)
    assert page.status_code == 200
    return [row.programme.title for row in page.context["rows"]]


def test_it_shows_what_is_and_is_not_offered(browser: Client, other_programme: Programme) -> None:
    assert len(titles(browser)) == 2
    assert titles(browser, show="offered") == ["Elektrische installaties duaal"]
    assert titles(browser, show="new") == [other_programme.title]
    alphabetical = ["Assistent dierlijke productie duaal", "Elektrische installaties duaal"]
    assert titles(browser, sort="programme") == alphabetical
    together = [title for advice in Advice for title in titles(browser, show=advice.value)]
    assert sorted(together) == alphabetical


def test_a_fragment_is_only_the_answer(browser: Client) -> None:
    page = browser.get(ADDRESS, headers={"HX-Request": "true"}).content.decode()
    assert "<html" not in page
    assert "Welke opleiding waar?" in page


def test_a_programme_opens_into_its_workplaces_rivals_and_trend(
    browser: Client, other_programme: Programme, django_assert_max_num_queries: Any
) -> None:
    with django_assert_max_num_queries(40):
        page = browser.get("/radar/88/")
    text = page.content.decode()
    assert page.status_code == 200
    assert "Waarom dit advies" in text
    assert page.context["page"].paginator.count == page.context["row"].item.recognitions > 0
    ranks = [found.pair.rank for found in page.context["page"]]
    assert ranks == list(range(1, len(ranks) + 1))
    assert page.context["years"][-1].pupils == 12
    assert "hier aangeboden" not in browser.get("/radar/8/").content.decode()


def test_another_schools_programme_is_not_found(browser: Client) -> None:
    school = School.objects.create(number="000001", name="Elders", type="121")
    other = Campus.objects.create(school=school, site_number=1)
    assert browser.get("/radar/88/", {"campus": other.key}).status_code == 404
    assert browser.get("/radar/999999/").status_code == 404


def test_it_opens_in_a_spreadsheet(browser: Client, other_programme: Programme) -> None:
    response = browser.get(ADDRESS, {"format": "csv", "show": "new"})
    assert response["Content-Disposition"] == 'attachment; filename="radar-039107-1.csv"'
    text = response.content.decode("utf-8-sig")
    (row,) = csv.DictReader(io.StringIO(text), delimiter=";")
    assert row["opleiding"] == other_programme.title
    assert row["hier aangeboden"] == "nee"


@pytest.mark.parametrize(
    "question",
    [
        {"school_year": "2020-2021"},
        {"school_year": "x"},
        {"campus": "999999-1"},
        {"campus": "\x00"},
        {"show": "nonsense"},
    ],
)
def test_a_question_without_an_answer_says_so(browser: Client, question: dict[str, str]) -> None:
    page = browser.get(ADDRESS, question)
    assert page.status_code == 400
    assert 'role="alert"' in page.content.decode()


def test_another_schools_campus_is_unknown(browser: Client, campus: Campus) -> None:
    other = School.objects.create(number="123456", name="Andere school", type="121")
    theirs = Campus.objects.create(school=other, site_number=1, point=campus.point)
    page = browser.get(ADDRESS, {"campus": theirs.key})
    assert page.status_code == 400
    assert "Andere school" not in page.content.decode()


def test_a_visitor_logs_in_first(client: Client) -> None:
    assert client.get(ADDRESS).status_code == 302


def test_the_queries_do_not_grow(
    browser: Client, other_programme: Programme, django_assert_max_num_queries: Any
) -> None:
    titles(browser)
    with django_assert_max_num_queries(15):
        titles(browser)
