"""The figures in a real browser: chosen, followed to their records, of an area drawn by hand."""

import re
from typing import Any

from playwright.sync_api import Page, expect


def test_choosing_a_dimension_shows_it_at_once(page: Page) -> None:
    page.goto("/cijfers/aanbod/")
    page.get_by_label("Rijen").select_option("sector")
    expect(page).to_have_url(re.compile("by=sector"))
    expect(page.get_by_role("columnheader", name="Sector")).to_be_visible()
    page.get_by_label("Kolommen").select_option("grade")
    expect(page.locator(".figures-crossing")).to_be_visible()
    page.reload()
    expect(page.locator(".figures-crossing")).to_be_visible()


def test_a_figure_leads_to_its_records(page: Page) -> None:
    page.goto("/cijfers/aanbod/")
    figure = page.locator("tbody a.figure").first
    count = figure.inner_text()
    figure.click()
    expect(page.get_by_role("heading", level=1)).to_contain_text("Achter het cijfer")
    expect(page.locator("main .card-plain b.number")).to_have_text(count)


def draw(page: Page, corners: list[tuple[float, float]]) -> None:
    """Click the corners of an area, in parts of the map's width and height."""
    page.get_by_role("button", name="Een gebied tekenen").click()
    canvas = page.locator("#figures-map canvas")
    box: Any = canvas.bounding_box()
    for x, y in corners:
        # By its own position: the page scrolls to it.
        canvas.click(position={"x": x * box["width"], "y": y * box["height"]})
    page.get_by_role("button", name="Dit gebied gebruiken").click()


def test_an_area_is_drawn_and_counted(page: Page) -> None:
    page.goto("/cijfers/vraag-en-aanbod/")
    expect(page.locator("#figures-map[data-drawn]")).to_be_visible()
    whole = page.locator("tr.total td.numeric").nth(1).inner_text()
    draw(page, [(0.25, 0.3), (0.6, 0.3), (0.6, 0.7), (0.25, 0.7)])
    expect(page).to_have_url(re.compile("area="))
    expect(page.locator(".figures-facts")).to_contain_text("getekend gebied")
    assert page.locator("tr.total td.numeric").nth(1).inner_text() != whole
    page.get_by_role("button", name="Het gebied wissen").click()
    expect(page.locator("tr.total td.numeric").nth(1)).to_have_text(whole)


def test_an_area_that_crosses_itself_is_refused(page: Page) -> None:
    page.expected_complaints += ["400", "htmx:"]  # type: ignore[attr-defined]
    page.goto("/cijfers/vraag-en-aanbod/")
    expect(page.locator("#figures-map[data-drawn]")).to_be_visible()
    draw(page, [(0.25, 0.3), (0.6, 0.7), (0.6, 0.3), (0.25, 0.7)])
    expect(page.get_by_role("alert").last).to_contain_text("kruist zichzelf")
