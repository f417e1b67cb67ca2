"""axe-core finds no violation of WCAG 2.2 A or AA on any page, in light and dark, wide and on a
phone; and no page is wider than the window.

What only a form leads to is looked at in the stories of the other files.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from urllib.parse import urlsplit

import pytest
from django.urls import get_resolver, resolve
from django.utils import translation
from playwright.sync_api import Browser, Page, expect

from fixtures.demo.credentials import COMPANY_MEMBER, PASSWORD
from tests.access.routes import answers_get, routes
from tests.e2e.axe import DESK, assert_accessible
from tests.e2e.browser import typed_list
from tests.e2e.complaints import no_complaints
from tests.e2e.pages import MATCHES, NO_PAGES, Shown, find_records, pages
from tests.e2e.sessions import ask_database, login_state_of


def test_every_page_is_looked_at() -> None:
    """Add a new one to `pages.PAGES`, for whoever opens it."""
    with translation.override("nl"):
        shown = {resolve(urlsplit(page.path()).path).route for page in pages() if page.exists}
    there = {
        route
        for route, view in routes(get_resolver().url_patterns)
        if answers_get(view) and not route.startswith(("api/", "admin/"))
    }
    assert sorted(there - shown - set(NO_PAGES)) == []
    assert sorted(set(NO_PAGES) - there | set(NO_PAGES) & shown) == []


@pytest.fixture(scope="module")
def records(site: str) -> dict[str, str]:
    return ask_database(find_records)


@pytest.fixture(scope="module")
def window_of(chromium: Browser, site: str) -> Iterator[Callable[[str], Page]]:
    """The one window of each user: to open another for each page would take longer than to look."""
    windows: dict[str, Page] = {}

    def window(user: str) -> Page:
        if user not in windows:
            state = login_state_of(user) if user else None
            windows[user] = chromium.new_page(
                base_url=site, storage_state=state, viewport=DESK, reduced_motion="reduce"
            )
            windows[user].set_default_timeout(15_000)
        return windows[user]

    yield window
    for page in windows.values():
        page.close()


@pytest.mark.parametrize("shown", list(pages()), ids=str)
def test_axe_finds_nothing(
    window_of: Callable[[str], Page], records: dict[str, str], shown: Shown
) -> None:
    page, path = window_of(shown.user), shown.path(records)
    with no_complaints(page) as expected:
        if not shown.exists:
            expected.append(str(shown.status))
        response = page.goto(path)
        assert response
        assert response.status == shown.status
        if shown.exists:
            assert resolve(urlsplit(page.url).path).route == resolve(urlsplit(path).path).route
        for drawing in page.locator("#map, #figures-map").all():
            expect(drawing).to_have_attribute("data-drawn", "")
        assert_accessible(page)


def test_the_ranking(page: Page) -> None:
    page.goto(MATCHES)
    expect(page.locator("#map[data-drawn]")).to_be_visible()
    page.locator("#match-1 summary").click()
    page.locator("#filters > summary").click()
    typed_list(page, "Opleiding").click()
    assert_accessible(page)


def test_no_way_but_to_the_content_first(page: Page) -> None:
    page.goto(MATCHES)
    page.keyboard.press("Tab")
    expect(page.get_by_role("link", name="Naar de inhoud")).to_be_focused()
    page.keyboard.press("Enter")
    expect(page.locator("#main")).to_be_focused()


def test_the_second_step_of_a_login(chromium: Browser, site: str, records: dict[str, str]) -> None:
    page = chromium.new_page(base_url=site, viewport=DESK, reduced_motion="reduce")
    page.goto("/aanmelden/")
    page.get_by_label("E-mailadres").fill(COMPANY_MEMBER)
    page.get_by_label("Wachtwoord").fill(PASSWORD)
    page.locator("main").get_by_role("button", name="Aanmelden").click()
    page.wait_for_url("**/aanmelden/tweede-stap/")
    assert_accessible(page)
    page.close()
