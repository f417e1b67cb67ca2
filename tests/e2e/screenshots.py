"""The pictures in the README and the guides, taken from the running demo region.

    ./dev up            # in one terminal
    ./dev screenshots   # in another: all of them, or only those named

A picture is a line of `SHOTS`; it lands in docs/screenshots/NAME.png.
"""

import os
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from playwright.sync_api import Browser, Page, expect, sync_playwright

from fixtures.demo.credentials import COORDINATOR
from tests.e2e.browser import launch, log_in

FOLDER = Path(__file__).resolve().parent.parent.parent / "docs" / "screenshots"
DESK = {"width": 1440, "height": 900}
PHONE = {"width": 390, "height": 844}
MATCHES = "/leerwerkplekken/?campus=039107-1&programme=88&radius=40"


@dataclass(frozen=True)
class Shot:
    """A picture of the page at an address, as somebody sees it after doing something there."""

    name: str
    address: str
    user: str | None = COORDINATOR
    window: dict[str, int] | None = None
    do: Callable[[Page], None] | None = None


def map_drawn(page: Page) -> None:
    expect(page.locator("#map[data-drawn]")).to_be_visible()


def first_explained(page: Page) -> None:
    map_drawn(page)
    page.locator("#match-1 summary").click()
    page.locator("#match-1 h2 button").focus()


SHOTS = [
    Shot("start", "/", user=None),
    Shot("home-coordinator", "/"),
    Shot("leerwerkplekken", MATCHES, do=first_explained),
    Shot("leerwerkplekken-gsm", MATCHES, window=PHONE),
    Shot("radar", "/radar/?campus=039107-1"),
]


def take(browser: Browser, site: str, shot: Shot) -> None:
    context = browser.new_context(
        base_url=site,
        viewport=shot.window or DESK,
        color_scheme="light",
        reduced_motion="reduce",
        locale="nl-BE",
    )
    page = context.new_page()
    if shot.user:
        log_in(page, site, shot.user)
    page.goto(shot.address)
    page.wait_for_load_state("networkidle")
    if shot.do:
        shot.do(page)
    page.screenshot(path=FOLDER / f"{shot.name}.png")
    context.close()


def main(names: list[str]) -> None:
    known = {shot.name: shot for shot in SHOTS}
    if unknown := set(names) - set(known):
        sys.exit(f"No such picture: {', '.join(sorted(unknown))}. There are: {', '.join(known)}.")
    site = f"http://localhost:{os.environ.get('PORT', '8000')}"
    FOLDER.mkdir(parents=True, exist_ok=True)
    with sync_playwright() as playwright:
        browser = launch(playwright)
        for name in names or known:
            take(browser, site, known[name])
            sys.stdout.write(f"docs/screenshots/{name}.png\n")
        browser.close()


if __name__ == "__main__":
    main(sys.argv[1:])
