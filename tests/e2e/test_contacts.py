"""The coordinator's contacts in a real browser: from the search to an agreement, by mouse, by
keyboard alone, in both languages, wide and on a phone; and the company's answer without a login.
"""

import re
from typing import Any
from uuid import uuid4

import pytest
from django.db.models import F
from playwright.sync_api import Browser, Page, expect

from companies.answer_links import token_of
from companies.models import Approach, Mentor, Workplace
from tests.e2e.axe import PHONE, fits
from tests.e2e.sessions import ask_database

TOUCH: dict[str, Any] = {"viewport": PHONE, "has_touch": True}


def answer_path(page: Page) -> str:
    """The path of the link in the mail about the approach that the page shows."""
    found = re.search(r"/contactnames/(\d+)/", page.url)
    assert found
    return str(
        ask_database(lambda: f"/antwoord/{token_of(Approach.objects.get(pk=int(found[1])))}/")
    )


def choose_mentor(page: Page) -> None:
    """The first mentor who guides fewer pupils than she may."""
    field = page.get_by_label("Mentor")
    for option in field.locator("option").all():
        load = re.search(r"\((\d+) \w+ (\d+) ", option.inner_text())
        if load and int(load[1]) < int(load[2]):
            field.select_option(option.get_attribute("value"))
            return


def make_room(page: Page) -> None:
    """Whatever the demo drew: the company of the approach on the page has room for a pupil."""
    found = re.search(r"/contactnames/(\d+)/", page.url)
    assert found

    def make() -> None:
        approach = Approach.objects.get(pk=int(found[1]))
        Mentor.objects.create(establishment=approach.establishment, name="Zorg Vrij")
        Workplace.objects.filter(
            recognition__establishment=approach.establishment,
            recognition__programme=approach.programme,
        ).update(places_offered=F("places_taken") + 2)

    ask_database(make)


#: What is on the screen, in each language.
WORDS = {
    "": {
        "never": "nooit door ons benaderd",
        "approach": "De aangevinkte bedrijven benaderen",
        "do": "Uitvoeren",
        "warned": "Ik heb de waarschuwingen gelezen",
        "interview": "Wij willen de leerling eerst leren kennen",
        "message": "Bericht aan de school",
        "send": "Antwoord versturen",
        "thanks": "Bedankt",
        "dead": "hoeft geen antwoord meer",
        "make": "De overeenkomst maken",
        "reference": "Referentie van de leerling",
        "hours": "Uren per week op de werkplek",
        "state": "gesprek",
        "made": "Overeenkomst voor",
    },
    "/en": {
        "never": "never approached by us",
        "approach": "Approach the ticked companies",
        "do": "Do it",
        "warned": "I have read the warnings",
        "interview": "We want to meet the pupil first",
        "message": "Message to the school",
        "send": "Send the answer",
        "thanks": "Thank you",
        "dead": "needs no answer any more",
        "make": "Make the agreement",
        "reference": "Pupil's reference",
        "hours": "Hours a week at the workplace",
        "state": "interview",
        "made": "Agreement for",
    },
}


@pytest.mark.parametrize(
    ("prefix", "options"), [("", {}), ("/en", TOUCH), ("", TOUCH), ("/en", {})], ids=str
)
def test_from_search_to_agreement(
    page: Page, prefix: str, options: dict[str, Any], chromium: Browser, site: str
) -> None:
    words = WORDS[prefix]
    page.goto(f"{prefix}/leerwerkplekken/?campus=039107-1&programme=88&radius=60")
    found = page.locator(".match", has_text=words["never"]).last
    name = found.locator("h2").inner_text()
    found.locator(".shortlist-add button").click()
    page.get_by_role("link", name=re.compile(f"shortlist ?: {re.escape(name)}$")).click()
    # What counts does not wait for a page that is still to come.
    page.wait_for_url("**/shortlists/*/**")
    ticked = page.locator("input[name='establishment']:checked")
    while ticked.count():
        ticked.last.uncheck()
    page.get_by_label(name, exact=True).check()
    page.get_by_role("button", name=words["approach"]).click()
    page.wait_for_url("**/nieuw/**")
    if (warned := page.get_by_label(words["warned"])).count():
        warned.check()
    page.get_by_role("button", name=words["do"], exact=True).click()
    expect(page.locator(".timeline li")).to_have_count(2)
    assert fits(page)

    # The company answers, from its mail, in a browser that never logged in.
    context = chromium.new_context(base_url=site, viewport=PHONE)
    visitor = context.new_page()
    address = prefix + answer_path(page)
    visitor.goto(address)
    assert fits(visitor)
    visitor.get_by_label(words["interview"]).check()
    visitor.get_by_label(words["message"]).fill("Dinsdag om tien uur")
    visitor.get_by_role("button", name=words["send"]).click()
    expect(visitor.get_by_role("heading", level=1)).to_contain_text(words["thanks"])
    visitor.goto(address)
    expect(visitor.get_by_role("heading", level=1)).to_contain_text(words["dead"])
    context.close()

    page.reload()
    expect(page.locator(".timeline li").first).to_contain_text("Dinsdag om tien uur")
    expect(page.locator(".timeline .state").first).to_contain_text(words["state"])
    page.get_by_role("link", name=words["make"]).click()
    reference = f"E2E-{uuid4().hex[:8]}"
    page.get_by_label(words["reference"]).fill(reference)
    page.get_by_label(words["hours"]).fill("28")
    choose_mentor(page)
    page.get_by_role("button", name=words["make"]).click()
    expect(page.get_by_role("heading", level=1)).to_have_text(f"{words['made']} {reference}")
    page.goto(f"{prefix}/overeenkomsten/?q={reference}")
    expect(page.locator("tbody tr")).to_have_count(1)


def tab_to(page: Page, name: str, exact: bool = False) -> None:
    """Press Tab until the element with this name, or with one that holds it, has the focus."""
    for _ in range(150):
        page.keyboard.press("Tab")
        names = page.evaluate(
            """() => {
                const at = document.activeElement;
                if (!at.matches("a, button, input, select, textarea, summary")) return [];
                const label = at.labels?.[0]?.innerText;
                return [at.ariaLabel, at.innerText, label].filter(Boolean).map(t => t.trim());
            }"""
        )
        if name in names or (not exact and any(name in text for text in names)):
            return
    raise AssertionError(f"The keyboard does not come to {name!r}.")


def test_by_keyboard_alone(page: Page) -> None:
    page.goto("/shortlists/")
    tab_to(page, "Elektrische installaties duaal")
    page.keyboard.press("Enter")
    page.wait_for_url("**/shortlists/*/")
    first = page.locator("[data-entry] h2").first.inner_text()
    tab_to(page, "naar beneden")
    page.keyboard.press("Enter")
    expect(page.locator("[data-entry] h2").nth(1)).to_have_text(first)
    expect(page.locator("[data-entry]").nth(1)).to_be_focused()
    # Planned for later: what is ticked, and that is at least the one that moved.
    tab_to(page, first, exact=True)
    if not page.get_by_label(first, exact=True).is_checked():
        page.keyboard.press("Space")
    tab_to(page, "De aangevinkte bedrijven benaderen")
    page.keyboard.press("Enter")
    page.wait_for_url("**/nieuw/**")
    tab_to(page, "Nu mailen")
    page.keyboard.press("ArrowDown")
    page.keyboard.press("ArrowDown")
    expect(page.get_by_label("Plannen voor later")).to_be_checked()
    tab_to(page, "Uitvoeren")
    page.keyboard.press("Enter")
    page.wait_for_url(re.compile(r"/contactnames/(\d+/)?$"))
    page.goto("/contactnames/")
    tab_to(page, "Volgende stap voor")
    page.keyboard.press("Enter")
    page.wait_for_url("**/contactnames/*/#next")
    tab_to(page, "Mailen of bellen")
    page.keyboard.press("Enter")
    page.wait_for_url("**/nieuw/**")
    tab_to(page, "Nu mailen")
    page.keyboard.press("ArrowDown")
    tab_to(page, "Wat zeiden ze?")
    page.keyboard.press("ArrowDown")
    if page.get_by_label("Ik heb de waarschuwingen gelezen").count():
        tab_to(page, "Ik heb de waarschuwingen gelezen")
        page.keyboard.press("Space")
    tab_to(page, "Uitvoeren")
    page.keyboard.press("Enter")
    page.wait_for_url(re.compile(r"/contactnames/\d+/$"))
    expect(page.locator(".timeline .state").first).to_contain_text("beantwoord")
    make_room(page)
    tab_to(page, "De overeenkomst maken")
    page.keyboard.press("Enter")
    page.wait_for_url("**/overeenkomst/")
    tab_to(page, "Referentie van de leerling")
    page.keyboard.type(f"TOETS-{uuid4().hex[:8]}")
    tab_to(page, "Uren per week")
    page.keyboard.type("32")
    tab_to(page, "Mentor")
    page.keyboard.type("Zorg Vrij")
    tab_to(page, "De overeenkomst maken")
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", level=1)).to_contain_text("Overeenkomst voor TOETS-")


@pytest.mark.parametrize("options", [{"viewport": {"width": 1280, "height": 2000}}], ids=str)
def test_a_shortlist_is_ordered_by_dragging_too(page: Page) -> None:
    page.goto("/shortlists/")
    page.locator("tbody a").first.click()
    page.wait_for_url("**/shortlists/*/")
    first = page.locator("[data-entry] h2").first.inner_text()
    start = page.locator(".entry-order .number").first.bounding_box()
    end = page.locator("[data-entry]").nth(2).bounding_box()
    assert start
    assert end
    page.mouse.move(start["x"] + 4, start["y"] + 4)
    page.mouse.down()
    page.mouse.move(start["x"] + 4, start["y"] + 40, steps=4)
    page.mouse.move(start["x"] + 4, end["y"] + end["height"] * 0.8, steps=8)
    page.mouse.up()
    expect(page.locator("[data-entry] h2").nth(2)).to_have_text(first)
    page.reload()
    expect(page.locator("[data-entry] h2").nth(2)).to_have_text(first)
