"""The pictures in the README and the guides, taken from the running demo region.

    ./dev up            # in one terminal
    ./dev screenshots   # in another: all of them, or only those named

A picture is a line of `SHOTS`; it lands in docs/screenshots/NAME.png.
"""

import os
import re
import subprocess
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from playwright.sync_api import Browser, Page, expect, sync_playwright

from fixtures.demo.credentials import CLAIMANT, COMPANY, CONSULTANT, COORDINATOR
from tests.e2e.browser import launch, log_in

FOLDER = Path(__file__).resolve().parent.parent.parent / "docs" / "screenshots"
DESK = {"width": 1440, "height": 900}
PHONE = {"width": 390, "height": 844}
MATCHES = "/leerwerkplekken/?campus=039107-1&programme=88&radius=40"


ANSWER_PATH = """
from companies.answer_links import token_of
from companies.models import Approach
print(f"/antwoord/{token_of(Approach.objects.get(pk=%d))}/")
"""


@dataclass(frozen=True)
class Shot:
    """A picture of the page at an address, as somebody sees it after doing something there."""

    name: str
    address: str
    user: str | None = COORDINATOR
    window: dict[str, int] | None = None
    do: Callable[[Page], None] | None = None


def map_drawn(page: Page) -> None:
    expect(page.locator("#map[data-settled]")).to_be_visible()


def first_explained(page: Page) -> None:
    map_drawn(page)
    page.locator("#match-1 summary").click()
    page.locator("#match-1 h2 button").focus()


def filters_open(page: Page) -> None:
    map_drawn(page)
    page.locator("#filters > summary").click()


def first_details(page: Page) -> None:
    page.get_by_role("link", name="Details").first.click()
    page.wait_for_load_state("networkidle")
    map_drawn(page)


def error_form(page: Page) -> None:
    first_details(page)
    page.get_by_role("link", name="Fout melden").click()


def first_of_the_list(page: Page) -> None:
    page.locator("tbody th a").first.click()


def first_shortlist(page: Page) -> None:
    page.locator("tbody a").first.click()
    page.wait_for_load_state("networkidle")


def contact_form(page: Page) -> None:
    first_shortlist(page)
    page.get_by_role("button", name="benaderen").click()
    page.wait_for_load_state("networkidle")


def first_interview(page: Page) -> None:
    page.locator("#column-interview ~ ul a").first.click()
    page.wait_for_load_state("networkidle")


def answer_path(pk: int) -> str:
    """The path of the link in the last mail about an approach, from the site's own database."""
    command = [sys.executable, "manage.py", "shell", "-v", "0", "-c", ANSWER_PATH % pk]
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    return done.stdout.strip()


def answer_page(page: Page) -> None:
    """Write to a company, and follow the link in its mail."""
    contact_form(page)
    while page.locator("input[name='establishment']:checked").count() > 1:
        page.locator("input[name='establishment']:checked").last.uncheck()
    if (warned := page.locator("#id_despite")).count():
        warned.check()
    page.get_by_role("button", name="Uitvoeren").click()
    page.wait_for_url(re.compile(r"/contactnames/\d+/"))
    pk = int(page.url.rstrip("/").rsplit("/", 1)[1])
    page.context.clear_cookies()  # The company has no account.
    page.goto(answer_path(pk))


def figures_drawn(page: Page) -> None:
    expect(page.locator("#figures-map[data-drawn]")).to_be_visible()


def code_asked(page: Page) -> None:
    """The claim of a company, up to the choice of an address."""
    page.get_by_role("main").get_by_role("link").filter(has_text="Voorbeeld").nth(3).click()
    page.wait_for_load_state("networkidle")


def own_forum(page: Page) -> None:
    page.get_by_role("link", name="Oost-Vlaanderen").click()


def first_undecided(page: Page) -> None:
    own_forum(page)
    page.locator(".forum-table tbody a").first.click()
    page.get_by_role("link", name="Volgende zonder standpunt").click()


def oldest_request(page: Page) -> None:
    page.locator("tbody th a").last.click()
    map_drawn(page)
    page.wait_for_load_state("networkidle")


def exclusion_of_a_company(page: Page) -> None:
    oldest_request(page)
    page.locator("main header a[href*='onderneming']").click()
    page.get_by_role("link", name="De onderneming uitsluiten").click()


def go_on_with_a_draft(page: Page) -> None:
    page.get_by_role("link", name="Verder:").first.click()


SHOTS = [
    Shot("onderneming-zoeken", "/ondernemingen/?q=bouw", user=CLAIMANT),
    Shot("onderneming-beheren", "/ondernemingen/?q=bouw", user=CLAIMANT, do=code_asked),
    Shot("onderneming-gebruikers", "/onderneming/gebruikers/", user=COMPANY),
    Shot("beheeraanvragen", "/ondernemingen/aanvragen/", user=CONSULTANT),
    Shot("start", "/", user=None),
    Shot("home-coordinator", "/"),
    Shot("leerwerkplekken", MATCHES, do=first_explained),
    Shot("leerwerkplekken-gsm", MATCHES, window=PHONE),
    Shot("zoeken-filters", MATCHES + "&free=on", do=filters_open),
    Shot("zoekopdracht-bewaren", MATCHES.replace("/?", "/bewaren/?") + "&free=on"),
    Shot("vestiging", MATCHES, do=first_details),
    Shot("fout-melden", MATCHES, do=error_form),
    Shot("leerlingen", "/leerlingen/?status=open"),
    Shot("leerlingenlijst", "/leerlingen/lijst/"),
    Shot("opleidingsdagen", "/lesdagen/039107-1/"),
    Shot("radar", "/radar/?campus=039107-1"),
    Shot("shortlist", "/shortlists/", do=first_shortlist),
    Shot("benaderen", "/shortlists/", do=contact_form),
    Shot("contacten", "/contactnames/"),
    Shot("contacten-gsm", "/contactnames/", window=PHONE),
    Shot("contacten-lijst", "/contactnames/lijst/"),
    Shot("berichten", "/contactnames/sjablonen/"),
    Shot("contact", "/contactnames/", do=first_interview),
    Shot("antwoord", "/shortlists/", do=answer_page),
    Shot("overeenkomsten", "/overeenkomsten/"),
    Shot("overeenkomst", "/overeenkomsten/?status=running", do=first_of_the_list),
    Shot("dossier", "/programmatie/", do=first_of_the_list),
    Shot("cijfers", "/cijfers/", user=None),
    Shot("cijfers-kaart", "/cijfers/aanbod/?by=municipality&measure=pupils", do=figures_drawn),
    Shot("cijfers-verloop", "/cijfers/aanbod/?by=schoolYear&by=sector", user=None),
    Shot("forum", "/forum/", CONSULTANT, do=own_forum),
    Shot("forum-aanvraag", "/forum/", CONSULTANT, do=first_undecided),
    Shot("home-sectorconsulent", "/", CONSULTANT),
    Shot("aanvragen", "/beoordeling/?toon=bijna", CONSULTANT),
    Shot("aanvraag", "/beoordeling/?toon=te-laat", CONSULTANT, do=oldest_request),
    Shot("uitsluiten", "/beoordeling/", CONSULTANT, do=exclusion_of_a_company),
    Shot("witte-vlekken", "/beoordeling/witte-vlekken/?sector=bouw", CONSULTANT, do=map_drawn),
    Shot("aanvraag-onderneming", "/erkenningen/", COMPANY, do=go_on_with_a_draft),
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
    expect.set_options(timeout=60_000)  # A map without a graphics card takes a while.
    with sync_playwright() as playwright:
        browser = launch(playwright)
        for name in names or known:
            take(browser, site, known[name])
            sys.stdout.write(f"docs/screenshots/{name}.png\n")
        browser.close()


if __name__ == "__main__":
    main(sys.argv[1:])
