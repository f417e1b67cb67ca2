"""The ranked workplaces in a real browser, as a coordinator uses them."""

import re
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, expect

from fixtures.demo.credentials import COORDINATOR, PASSWORD
from tests.e2e.browser import typed_list

ASKED = "/leerwerkplekken/?campus=039107-1&programme=88&radius=60&school_year="
PHONE = {"viewport": {"width": 390, "height": 844}, "has_touch": True, "is_mobile": True}


@pytest.fixture
def matches(page: Page) -> Page:
    """The page with a ranking, its map drawn."""
    page.goto(ASKED)
    expect(page.locator("#map[data-drawn]")).to_be_visible()
    return page


def popup(page: Page) -> Any:
    return page.locator(".maplibregl-popup-content")


def total(page: Page) -> int:
    """The number in the heading."""
    return int(re.sub(r"\D.*", "", page.locator("#results h1").inner_text()))


def test_from_the_landing_page_to_a_ranking(chromium: Browser, site: str) -> None:
    context = chromium.new_context(base_url=site)
    page = context.new_page()
    page.goto("/")
    page.get_by_role("banner").get_by_role("link", name="Aanmelden").click()
    page.get_by_label("E-mailadres").fill(COORDINATOR)
    page.get_by_label("Wachtwoord").fill(PASSWORD)
    page.locator("main").get_by_role("button", name="Aanmelden").click()
    page.get_by_role("link", name="Elektrische installaties duaal").first.click()
    expect(page.locator("#results h1")).to_contain_text("binnen 25 km")
    page.get_by_role("button", name="An Voorbeelds").click()
    page.get_by_role("button", name="Afmelden").click()
    expect(page.get_by_role("banner").get_by_role("link", name="Aanmelden")).to_be_visible()
    context.close()


def test_pointing_at_a_row_points_at_its_dot(matches: Page) -> None:
    row = matches.locator("#match-3")
    row.hover()
    expect(row).to_have_class(re.compile("is-active"))
    expect(popup(matches)).to_have_text(f"3. {row.locator('h2').inner_text()}")


def test_the_keyboard_does_what_the_pointer_does(matches: Page) -> None:
    name = matches.locator("#match-2 h2 button")
    name.focus()
    expect(matches.locator("#match-2")).to_have_class(re.compile("is-active"))
    expect(popup(matches)).to_contain_text("2. ")
    # On the way lie the establishment's page and the shortlist.
    why = matches.locator("#match-2 summary")
    for _ in range(6):
        matches.keyboard.press("Tab")
        if why.evaluate("element => element === document.activeElement"):
            break
    matches.keyboard.press("Enter")
    expect(matches.locator("#match-2 details")).to_have_attribute("open", "")


def test_a_dot_leads_to_its_row(matches: Page) -> None:
    matches.locator("#match-5 h2 button").click()
    matches.wait_for_timeout(1500)  # the map moves the dot to its middle
    matches.mouse.move(0, 0)
    expect(popup(matches)).to_have_count(0)
    box = matches.locator("#map canvas").bounding_box()
    assert box
    middle = box["x"] + box["width"] / 2, box["y"] + box["height"] / 2
    matches.mouse.move(*middle)
    expect(popup(matches)).to_contain_text("5. ")
    matches.mouse.click(*middle)
    expect(matches.locator("#match-5 h2 button")).to_be_focused()


def test_a_dot_of_another_page_fetches_that_page(matches: Page) -> None:
    # Where its dot lies on the screen is the map's secret; this is what a click there says.
    matches.locator("#map").evaluate(
        "map => map.dispatchEvent(new CustomEvent('radar:select', {detail: 25}))"
    )
    expect(matches.locator("#match-25 h2 button")).to_be_focused()
    expect(matches).to_have_url(re.compile("page=2"))


def test_why_this_rank(matches: Page) -> None:
    row = matches.locator("#match-1")
    row.get_by_text("Waarom deze plaats?").click()
    expect(row.locator("tbody tr")).to_have_count(5)
    points = [
        float(text.split()[0].replace(",", "."))
        for text in row.locator("tbody td.number").all_inner_texts()
    ]
    score = float(re.sub(r"\D", "", row.locator(".score").inner_text()))
    assert sum(points) == pytest.approx(score, abs=0.8)


def test_a_programme_is_found_by_another_name(matches: Page) -> None:
    field = typed_list(matches, "Opleiding")
    field.fill("groenaanleg en beheer")
    expect(matches.get_by_role("option").first).to_contain_text("Groenaanleg en -beheer duaal")
    field.press("Enter")
    expect(matches.locator("#results .soft").first).to_contain_text("Groenaanleg en -beheer duaal")
    expect(matches).to_have_url(re.compile("programme=110"))
    expect(matches.locator("#announcement")).to_contain_text("leerwerkplek")
    field.fill("zzz")
    field.press("Escape")
    expect(field).to_have_value("Groenaanleg en -beheer duaal")


def test_the_address_holds_the_question(matches: Page) -> None:
    before = total(matches)
    matches.get_by_label("Straal").select_option("25")
    expect(matches.locator("#results h1")).to_contain_text("binnen 25 km")
    assert total(matches) <= before
    expect(matches).to_have_url(re.compile("radius=25"))
    matches.reload()
    expect(matches.locator("#results h1")).to_contain_text("binnen 25 km")
    matches.go_back()
    expect(matches.locator("#results h1")).to_contain_text("binnen 60 km")
    expect(matches.get_by_label("Straal")).to_have_value("60")
    expect(matches.locator("#map[data-drawn]")).to_be_visible()


def test_the_next_page_keeps_list_and_map_in_step(matches: Page) -> None:
    matches.get_by_role("link", name="Volgende").click()
    expect(matches.locator("#match-21")).to_be_visible()
    matches.locator("#match-22").hover()
    expect(popup(matches)).to_contain_text("22. ")


def test_nothing_near_leads_to_the_next_radius(page: Page) -> None:
    page.goto("/leerwerkplekken/?campus=039107-1&programme=52&radius=5")
    expect(page.locator("#results h1")).to_contain_text("Geen leerwerkplekken binnen 5 km")
    wider = page.locator("[data-radius]")
    promised = wider.inner_text()
    wider.click()
    expect(page.locator("#results h1")).to_have_text(promised)


def test_in_english(matches: Page) -> None:
    matches.get_by_role("navigation", name="Taal").get_by_role("link", name="EN").click()
    expect(matches).to_have_url(re.compile("/en/leerwerkplekken/.*programme=88"))
    expect(matches.locator("#results h1")).to_contain_text("workplaces within 60 km")
    expect(matches.locator("#match-1 dd", has_text="km").first).to_have_text(
        re.compile(r"^\d+\.\d km$")
    )
    expect(matches.get_by_label("Map of the workplaces")).to_be_visible()


@pytest.mark.parametrize("options", [PHONE])
def test_on_a_phone(matches: Page) -> None:
    widths = "[document.documentElement.scrollWidth, innerWidth]"
    content, window = matches.evaluate(widths)
    assert content <= window == 390
    map_box, list_box = (
        matches.locator(part).bounding_box() for part in (".results-map", ".results-list")
    )
    assert map_box
    assert list_box
    assert map_box["y"] + map_box["height"] <= list_box["y"]
    matches.locator("#match-1 summary").tap()
    content, window = matches.evaluate(widths)
    assert content <= window


def test_dark_is_remembered(matches: Page) -> None:
    matches.get_by_role("button", name="Donker").click()
    expect(matches.locator("html")).to_have_attribute("data-bs-theme", "dark")
    matches.reload()
    expect(matches.locator("html")).to_have_attribute("data-bs-theme", "dark")
    expect(matches.locator("#map[data-drawn]")).to_be_visible()
    matches.locator("#match-3").hover()
    expect(popup(matches)).to_contain_text("3. ")


def test_without_webgl_the_list_serves(page: Page) -> None:
    page.expected_complaints.append("WebGL")  # type: ignore[attr-defined]
    page.add_init_script("HTMLCanvasElement.prototype.getContext = () => null")
    page.goto(ASKED)
    expect(page.get_by_text("Deze browser kan de kaart niet tekenen.")).to_be_visible()
    page.locator("#match-1 h2 button").click()
    expect(page.locator("#match-1")).to_have_class(re.compile("is-active"))


def test_when_no_answer_comes_it_says_so_and_keeps_the_list(matches: Page) -> None:
    matches.expected_complaints.append("500")  # type: ignore[attr-defined]
    matches.expected_complaints.append("htmx:")  # type: ignore[attr-defined]
    matches.route("**/leerwerkplekken/**", lambda route: route.fulfill(status=500, body="x"))
    matches.get_by_label("Straal").select_option("25")
    expect(matches.locator("#problem")).to_be_visible()
    expect(matches.locator("#match-1")).to_be_visible()
    matches.unroute("**/leerwerkplekken/**")
    matches.get_by_label("Straal").select_option("40")
    expect(matches.locator("#results h1")).to_contain_text("binnen 40 km")
    expect(matches.locator("#problem")).to_be_hidden()


def test_a_login_that_ended_leads_to_the_login_and_back(matches: Page) -> None:
    matches.context.clear_cookies()
    matches.get_by_label("Straal").select_option("25")
    expect(matches.get_by_role("heading", name="Aanmelden")).to_be_visible()
    matches.get_by_label("E-mailadres").fill(COORDINATOR)
    matches.get_by_label("Wachtwoord").fill(PASSWORD)
    matches.locator("main").get_by_role("button", name="Aanmelden").click()
    expect(matches.locator("#results h1")).to_contain_text("binnen 25 km")


def test_nothing_is_asked_of_another_server(page: Page, site: str) -> None:
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    page.goto(ASKED)
    expect(page.locator("#map[data-drawn]")).to_be_visible()
    page.wait_for_load_state("networkidle")
    assert [url for url in asked if not url.startswith((site, "data:", "blob:"))] == []
