"""What if, in a real browser: a scenario made by hand, its table and map, wide and on a phone."""

from playwright.sync_api import Page, expect

from tests.e2e.axe import assert_accessible
from tests.e2e.browser import typed_list


def test_a_scenario_from_name_to_deletion(page: Page) -> None:
    page.goto("/wat-als/")
    page.get_by_label("Naam").fill("Meer elektriciens")
    page.get_by_role("button", name="Maken").click()
    expect(page.get_by_role("heading", level=1)).to_contain_text("Meer elektriciens")
    typed_list(page, "Opleiding").click()
    typed_list(page, "Opleiding").fill("elektrische installaties duaal")
    page.get_by_role("option", name="Elektrische installaties duaal").first.click()
    page.get_by_label("Leerlingen").fill("40")
    page.get_by_role("button", name="Toevoegen").click()
    expect(page.locator("tr[data-rank='1']")).to_contain_text("gewijzigd")
    expect(page.locator("#map[data-drawn]")).to_be_visible()
    assert_accessible(page)
    page.get_by_role("link", name="Verwijderen").click()
    # The page before it has a button of the same name.
    page.wait_for_url("**/verwijderen/")
    page.get_by_role("button", name="Verwijderen").click()
    expect(page.get_by_role("status").first).to_contain_text("verwijderd")
