"""Searches that are kept, and the daily mail about what is new in them."""

from typing import Any

import pytest
from django.test import Client
from django.utils import timezone
from post_office.models import Email

from accounts.models import User
from companies.models import Workplace
from placement.models import SavedSearch
from placement.saved_searches import MOST, send_digests, token_of
from placement.tasks import send_search_digests
from schools.models import Campus, Programme, SchoolMembership
from tests.factories import SavedSearchFactory, UserFactory
from tests.placement.test_search import add

pytestmark = pytest.mark.django_db

QUERY = "campus=039107-1&programme=88&radius=25"


@pytest.fixture
def saved(browser: Client, coordinator: User, programme: Programme) -> SavedSearch:
    """A search of the coordinator, kept through the page while one full workplace was there."""
    add(programme, 1, free=0, name="Vol")
    response = browser.post(
        f"/leerwerkplekken/bewaren/?{QUERY}&page=3&sort=free", {"name": "Dicht"}
    )
    assert response.status_code == 302
    return SavedSearch.objects.get()


def test_it_keeps_the_question_and_not_how_it_was_shown(
    saved: SavedSearch, coordinator: User
) -> None:
    assert saved.user == coordinator
    assert saved.query == QUERY
    assert len(saved.seen) == 1
    assert saved.seen_free == []


def test_a_question_about_this_year_goes_with_the_times(
    browser: Client, campus: Campus, programme: Programme
) -> None:
    browser.post(f"/leerwerkplekken/bewaren/?{QUERY}&school_year=2026-2027", {"name": "Nu"})
    assert "school_year" not in SavedSearch.objects.get().query


def test_only_what_is_new_or_newly_free_is_told_and_only_once(
    saved: SavedSearch, programme: Programme
) -> None:
    assert send_digests() == 0
    add(programme, 2, name="Nieuw & fris")
    Workplace.objects.filter(recognition__establishment__name="Vol").update(places_offered=2)
    assert send_digests() == 1
    sent = Email.objects.get()
    assert sent.to == [saved.user.email]
    assert sent.subject == "2 nieuwe leerwerkplekken in uw zoekopdrachten"
    assert "- Nieuw & fris, Leuven: nieuw" in sent.message
    assert "- Vol, Leuven: heeft weer een vrije plaats" in sent.message
    assert "Nieuw &amp; fris" in sent.html_message
    assert f"/leerwerkplekken/?{QUERY}" in sent.message
    assert send_digests() == 0


def test_one_mail_for_all_searches_in_the_readers_language(
    saved: SavedSearch, programme: Programme, coordinator: User
) -> None:
    User.objects.update(language="en")
    SavedSearchFactory(user=coordinator, looked_at=timezone.now())
    add(programme, 2)
    assert send_search_digests() == 1
    sent = Email.objects.get()
    assert sent.subject.endswith("new workplaces in your searches")
    assert "/en/leerwerkplekken/" in sent.message
    assert sent.headers["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"


def test_whoever_left_the_school_hears_nothing_more_of_it(
    saved: SavedSearch, programme: Programme
) -> None:
    SchoolMembership.objects.all().delete()
    add(programme, 2)
    assert send_digests() == 0


def test_a_paused_search_says_nothing_then_nor_afterwards(
    browser: Client, saved: SavedSearch, programme: Programme
) -> None:
    pause = f"/leerwerkplekken/bewaard/{saved.pk}/pauze/"
    browser.post(pause)
    add(programme, 2)
    assert send_digests() == 0
    browser.post(pause, {"again": "on"})
    assert send_digests() == 0
    add(programme, 3)
    assert send_digests() == 1


def test_renamed_listed_and_deleted(browser: Client, saved: SavedSearch) -> None:
    here = f"/leerwerkplekken/bewaard/{saved.pk}/"
    browser.post(f"{here}naam/", {"name": "Rond Gent"})
    assert "Rond Gent" in browser.get("/leerwerkplekken/bewaard/").content.decode()
    assert browser.post(f"{here}naam/", {"name": ""}).status_code == 400
    SavedSearchFactory(user=saved.user, name="Ander")
    twice = browser.post(f"{here}naam/", {"name": "Ander"})
    assert twice.status_code == 400
    assert "al een zoekopdracht met deze naam" in twice.content.decode()
    assert browser.get(f"{here}verwijderen/").status_code == 200
    browser.post(f"{here}verwijderen/")
    assert SavedSearch.objects.count() == 1


@pytest.mark.parametrize("step", ["naam", "pauze", "verwijderen"])
def test_anothers_search_is_not_there(browser: Client, campus: Campus, step: str) -> None:
    theirs = SavedSearchFactory()
    assert browser.post(f"/leerwerkplekken/bewaard/{theirs.pk}/{step}/").status_code == 404
    assert theirs.name not in browser.get("/leerwerkplekken/bewaard/").content.decode()


@pytest.mark.parametrize(
    "query", ["", "campus=039107-1", QUERY + "&radius=-1", QUERY.replace("039107", "999999")]
)
def test_a_question_that_is_none_is_not_kept(
    browser: Client, campus: Campus, programme: Programme, query: str
) -> None:
    response = browser.post(f"/leerwerkplekken/bewaren/?{query}", {"name": "x"})
    assert response.status_code == 400
    assert not SavedSearch.objects.exists()


def test_nobody_keeps_hundreds(browser: Client, coordinator: User, programme: Programme) -> None:
    SavedSearchFactory.create_batch(MOST, user=coordinator)
    response = browser.post(f"/leerwerkplekken/bewaren/?{QUERY}", {"name": "nog een"})
    assert response.status_code == 400
    assert SavedSearch.objects.count() == MOST


# The end of the mails -----------------------------------------------------------------------------


def test_one_click_ends_them_without_an_account(saved: SavedSearch) -> None:
    client = Client(enforce_csrf_checks=True)
    link = f"/leerwerkplekken/bewaard/afmelden/{token_of(saved.user)}/"
    asking = client.get(link)
    assert asking.status_code == 200
    saved.refresh_from_db()
    assert not saved.is_paused
    # As a mail program does it (RFC 8058), twice.
    for _ in range(2):
        response = client.post(link, {"List-Unsubscribe": "One-Click"})
        assert response.status_code == 200
    saved.refresh_from_db()
    assert saved.is_paused


@pytest.mark.parametrize("token", ["x", "1:abc:def", "%00"])
def test_an_altered_link_changes_nothing(saved: SavedSearch, token: str) -> None:
    good = token_of(saved.user)
    for altered in (token, good[:-1] + ("A" if good[-1] != "A" else "B")):
        response = Client().post(f"/leerwerkplekken/bewaard/afmelden/{altered}/")
        assert response.status_code == 404
    saved.refresh_from_db()
    assert not saved.is_paused


def test_the_list_asks_few_queries(
    browser: Client, coordinator: User, django_assert_max_num_queries: Any
) -> None:
    SavedSearchFactory.create_batch(30, user=coordinator)
    SavedSearchFactory(user=UserFactory())
    with django_assert_max_num_queries(15):
        browser.get("/leerwerkplekken/bewaard/")
