"""The search in a real browser: filters, an area on the map, a typing error, and keeping it."""

import re

import pytest
from playwright.sync_api import Page, expect

from tests.e2e.browser import typed_list

ASKED = "/leerwerkplekken/?campus=039107-1&programme=88&radius=60"


def total(page: Page) -> int:
    return int(re.sub(r"\D.*", "", page.locator("#results h1").inner_text()))


@pytest.fixture
def search(page: Page) -> Page:
    page.goto(ASKED)
    expect(page.locator("#map[data-drawn]")).to_be_visible()
    return page


def test_a_filter_by_keyboard_keeps_its_place_and_goes_into_the_address(search: Page) -> None:
    before = total(search)
    search.locator("#filters > summary").press("Enter")
    box = search.locator("#filter-free-on")
    promised = int(search.locator("label[for=filter-free-on] .number").inner_text())
    box.press("Space")
    expect(search.locator("#results h1")).to_contain_text(f"{promised} leerwerkplek")
    assert promised < before
    expect(box).to_be_focused()
    expect(search.locator("#filters")).to_have_attribute("open", "")
    expect(search).to_have_url(re.compile(r"free=on"))
    assert "area=" not in search.url
    search.get_by_role("link", name="Weghalen: met een vrije plaats").click()
    expect(search.locator("#results h1")).to_contain_text(f"{before} leerwerkplek")


def test_sorted_by_distance(search: Page) -> None:
    search.get_by_label("Sorteer op").select_option("distance")
    expect(search).to_have_url(re.compile("sort=distance"))
    search.reload()
    expect(search.get_by_label("Sorteer op")).to_have_value("distance")
    texts = search.locator(".match .figures").all_inner_texts()
    # Where the location is rough, a band stands there instead ("20–26 km").
    found = [re.search(r"(?<![\d,–])(\d+,\d) km", text) for text in texts]
    metres = [float(match[1].replace(",", ".")) for match in found if match]
    assert len(metres) > 5
    assert metres == sorted(metres)


def test_an_area_drawn_on_the_map(search: Page) -> None:
    before = total(search)
    search.get_by_role("button", name="gebied tekenen").click()
    box = search.locator("#map canvas").bounding_box()
    assert box
    middle = box["x"] + box["width"] / 2, box["y"] + box["height"] / 2
    for x, y in ((-60, -50), (60, -50), (0, 60)):
        search.mouse.click(middle[0] + x, middle[1] + y)
    search.get_by_role("button", name="Toon dit gebied").click()
    expect(search).to_have_url(re.compile("area="))
    expect(search.get_by_role("link", name="Weghalen: gebied op de kaart")).to_be_visible()
    assert 0 < total(search) < before
    search.reload()
    expect(search.get_by_role("link", name="Weghalen: gebied op de kaart")).to_be_visible()


def test_a_typing_error_in_the_list_to_type_in(search: Page) -> None:
    field = typed_list(search, "Opleiding")
    field.fill("groenanleg en beheer")
    expect(search.get_by_role("option").first).to_contain_text("Groenaanleg en -beheer duaal")


def test_a_search_is_kept_paused_and_deleted(search: Page) -> None:
    search.get_by_role("link", name="Bewaar deze zoekopdracht").click()
    search.get_by_label("Naam").fill("Rond de school")
    search.get_by_role("button", name="Bewaren").click()
    kept = search.locator("main section").filter(has_text="Rond de school")
    expect(kept.get_by_role("link", name="Rond de school", exact=True)).to_be_visible()
    kept.get_by_role("button", name="Pauzeer de e-mails").click()
    expect(kept.get_by_text("gepauzeerd")).to_be_visible()
    kept.get_by_role("link", name="Verwijderen").click()
    search.get_by_role("button", name="Verwijderen").click()
    expect(search.get_by_role("status").first).to_contain_text("verwijderd")
