"""The allocation page in a real browser: a list, proposals, one accepted and given back."""

from playwright.sync_api import Page, expect

from tests.e2e.axe import assert_accessible


def test_from_a_list_to_a_planned_place_and_back(page: Page) -> None:
    page.goto("/toewijzing/")
    page.get_by_role("textbox", name="Leerlingen").fill("L-1; 88; ; 60\nL-2; 88; ; 0,2")
    page.get_by_role("button", name="Plaatsen voorstellen").click()
    expect(page.get_by_role("heading", name="van 2 leerlingen")).to_be_visible()
    assert_accessible(page)
    page.get_by_role("checkbox", name="De plaats van L-1 aanvaarden").check()
    page.get_by_role("button", name="De aangevinkte plaatsen aanvaarden").click()
    expect(page.get_by_text("1 plaats is gepland.")).to_be_visible()
    page.locator(".crumbs").get_by_role("link", name="Toewijzing").click()
    page.get_by_role("button", name="De plaats van L-1 teruggeven").click()
    expect(page.get_by_text("De plaats is weer vrij.")).to_be_visible()
