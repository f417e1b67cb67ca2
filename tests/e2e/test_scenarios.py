"""What if, in a real browser: a scenario made by hand, its table and map, wide and on a phone."""

from typing import Any

import pytest
from playwright.sync_api import Page, expect

from tests.e2e.test_accessibility import LOOKS, violations


@pytest.mark.parametrize("options", LOOKS, ids=str)
def test_a_scenario_from_name_to_deletion(page: Page, options: dict[str, Any]) -> None:
    page.goto("/wat-als/")
    page.get_by_label("Naam").fill("Meer elektriciens")
    assert violations(page) == []
    page.get_by_role("button", name="Maken").click()
    expect(page.get_by_role("heading", level=1)).to_contain_text("Meer elektriciens")
    page.get_by_role("combobox", name="Opleiding").click()
    page.get_by_role("combobox", name="Opleiding").fill("elektrische installaties duaal")
    page.get_by_role("option", name="Elektrische installaties duaal").first.click()
    page.get_by_label("Leerlingen").fill("40")
    page.get_by_role("button", name="Toevoegen").click()
    expect(page.locator("tr[data-rank='1']")).to_contain_text("gewijzigd")
    expect(page.locator("#map[data-drawn]")).to_be_visible()
    width = page.evaluate("document.documentElement.scrollWidth - innerWidth")
    assert width <= 0
    assert violations(page) == []
    page.get_by_role("link", name="Verwijderen").click()
    assert violations(page) == []
    page.get_by_role("button", name="Verwijderen").click()
    expect(page.get_by_role("status").first).to_contain_text("verwijderd")
