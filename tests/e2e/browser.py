"""The browser that the tests and the screenshots use, and how it logs in."""

import shutil

from playwright.sync_api import Browser, Locator, Page, Playwright

from fixtures.demo.credentials import PASSWORD

ARGUMENTS = [
    "--no-sandbox",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    # A map without a graphics card.
    "--use-angle=swiftshader",
    "--enable-unsafe-swiftshader",
]


def launch(playwright: Playwright) -> Browser:
    """Chromium: the machine's own where it has one, else the one Playwright installed."""
    return playwright.chromium.launch(
        executable_path=shutil.which("chromium") or shutil.which("google-chrome"),
        args=ARGUMENTS,
    )


def log_in(page: Page, site: str, email: str) -> None:
    """Log in as a demo user, through the form."""
    page.goto(f"{site}/aanmelden/")
    page.get_by_label("E-mailadres").fill(email)
    page.get_by_label("Wachtwoord").fill(PASSWORD)
    page.locator("main").get_by_role("button", name="Aanmelden").click()
    page.wait_for_url(f"{site}/")


def typed_list(page: Page, name: str) -> Locator:
    """The list to type in. Not the `<select>` that stands in its place until the script has run."""
    return page.get_by_role("combobox", name=name).and_(page.locator("input"))
