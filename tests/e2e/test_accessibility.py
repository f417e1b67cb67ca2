"""axe-core finds no violation of WCAG 2.2 A or AA, in light and dark, wide and on a phone."""

from typing import Any

import pytest
from django.conf import settings
from playwright.sync_api import Browser, Page, expect

AXE = settings.NODE_MODULES / "axe-core" / "axe.min.js"
RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]
MATCHES = "/leerwerkplekken/?campus=039107-1&programme=88&radius=60"
LOOKS: list[dict[str, Any]] = [
    {"color_scheme": "light"},
    {"color_scheme": "dark"},
    {"color_scheme": "light", "viewport": {"width": 390, "height": 844}},
]
ANONYMOUS = {"storage_state": None}


def violations(page: Page) -> list[str]:
    # Evaluated by the driver: a script tag would be refused by the content security policy.
    page.evaluate(AXE.read_text())
    found = page.evaluate("tags => axe.run({runOnly: {type: 'tag', values: tags}})", RULES)
    return [
        f"{violation['id']}: {node['html'][:200]} {node['failureSummary']}"
        for violation in found["violations"]
        for node in violation["nodes"]
    ]


@pytest.mark.parametrize("options", [look | ANONYMOUS for look in LOOKS], ids=str)
@pytest.mark.parametrize("address", ["/", "/en/aanmelden/"])
def test_for_visitors(page: Page, address: str) -> None:
    page.goto(address)
    assert violations(page) == []


@pytest.mark.parametrize("options", LOOKS, ids=str)
@pytest.mark.parametrize(
    "address",
    [
        "/",
        "/profiel/",
        "/leerwerkplekken/",
        MATCHES + "&municipality=00000",
        MATCHES.replace("/?", "/bewaren/?"),
        "/leerwerkplekken/bewaard/",
        "/leerwerkplekken/aflopend/",
        "/leerlingen/",
        "/leerlingen/nieuw/",
        "/lesdagen/039107-1/",
        "/foutmeldingen/",
        "/radar/?campus=039107-1",
    ],
)
def test_for_a_coordinator(page: Page, address: str) -> None:
    page.goto(address)
    assert violations(page) == []


@pytest.mark.parametrize("options", LOOKS, ids=str)
def test_the_ranking(page: Page) -> None:
    page.goto(MATCHES)
    expect(page.locator("#map[data-drawn]")).to_be_visible()
    page.locator("#match-1 summary").click()
    page.locator("#filters > summary").click()
    page.get_by_role("combobox", name="Opleiding").click()
    assert violations(page) == []


@pytest.mark.parametrize("options", LOOKS, ids=str)
def test_an_establishment_and_what_is_wrong_about_it(page: Page) -> None:
    page.goto(MATCHES)
    page.get_by_role("link", name="Details").first.click()
    expect(page.locator("#map[data-drawn]")).to_be_visible()
    assert violations(page) == []
    assert page.evaluate("document.documentElement.scrollWidth - innerWidth") <= 0
    page.get_by_role("link", name="Fout melden").click()
    assert violations(page) == []


def test_no_way_but_to_the_content_first(page: Page) -> None:
    page.goto(MATCHES)
    page.keyboard.press("Tab")
    expect(page.get_by_role("link", name="Naar de inhoud")).to_be_focused()
    page.keyboard.press("Enter")
    expect(page.locator("#main")).to_be_focused()


@pytest.mark.parametrize("options", LOOKS, ids=str)
@pytest.mark.parametrize(
    "address",
    [
        "/",
        "/import/",
        "/import/recognitions/",
        "/datakwaliteit/",
        "/datakwaliteit/dubbele-vestigingen/",
    ],
)
def test_for_an_administrator(
    chromium: Browser, site: str, administrator_state: Any, options: dict[str, Any], address: str
) -> None:
    context = chromium.new_context(
        **({"base_url": site, "storage_state": administrator_state} | options)
    )
    page = context.new_page()
    page.goto(address)
    assert violations(page) == []
    context.close()
