"""A recognition's life in a real browser: requested, more asked, completed, recognised, renewed."""

from __future__ import annotations

import re
from pathlib import Path

from playwright.sync_api import Page, expect

from fixtures.demo.credentials import COMPANY, CONSULTANT
from fixtures.demo.requests import paper
from tests.e2e.axe import PHONE, assert_accessible, fits
from tests.e2e.browser import typed_list
from tests.e2e.conftest import Window


def test_from_request_to_renewal(window: Window, tmp_path: Path) -> None:
    with window(COMPANY, PHONE) as company, window(CONSULTANT) as consultant:
        title = _fill_in(company, tmp_path)
        _ask_for_more(consultant, title)
        company.reload()
        company.get_by_role("link", name="De aanvraag aanvullen").click()
        expect(company.get_by_text("Het uittreksel is te oud")).to_be_visible()
        _declare(company)
        _recognise_for_a_quarter(consultant)
        company.reload()
        expect(company.locator(".status").first).to_have_text("erkend")
        company.get_by_role("button", name="Verlengen").click()
        expect(company.get_by_text("verlenging", exact=True)).to_be_visible()
        # Prefilled from the last time: only the declaration is left to make.
        expect(company.get_by_role("heading", level=2, name="Overzicht")).to_be_visible()
        expect(company.get_by_role("definition").filter(has_text="Mia Mentor")).to_be_visible()
        _declare(company)
        expect(company.locator(".status").first).to_have_text("aangevraagd")


def _fill_in(page: Page, folder: Path) -> str:
    """Every step of a request; gives the title of its programme."""
    page.expected_complaints.append("400")  # type: ignore[attr-defined]
    page.goto("/erkenningen/")
    page.get_by_role("link", name="Erkenning aanvragen").click()
    programme = typed_list(page, "Opleiding")
    programme.fill("haarverzorging")
    page.get_by_role("option").first.click()
    title = programme.input_value()
    page.get_by_role("button", name="Beginnen").click()
    expect(page.get_by_role("heading", level=2)).to_contain_text("Mentoren")
    page.get_by_label("Naam").fill("Mia Mentor")
    page.get_by_label("Jaren praktijk").fill("9")
    page.get_by_role("button", name="Toevoegen").click()
    expect(page.get_by_text("9 jaar praktijk")).to_be_visible()
    page.get_by_role("link", name="Verder", exact=True).click()
    page.wait_for_url("**/zelfscan/")
    for question in page.locator("fieldset").all():
        question.get_by_label("ja", exact=True).check()
    page.get_by_role("button", name="Bewaren en verder").click()
    liar = folder / "uittreksel.pdf"
    liar.write_bytes(b"MZ\x90\0 no document")
    page.get_by_label("Bestand").set_input_files(liar)
    page.get_by_role("button", name="Toevoegen").click()
    expect(page.get_by_text("Dit is geen PDF")).to_be_visible()
    liar.write_bytes(paper("Uittreksel 596.2"))
    page.get_by_label("Bestand").set_input_files(liar)
    page.get_by_role("button", name="Toevoegen").click()
    expect(page.get_by_role("link", name="uittreksel.pdf")).to_be_visible()
    assert fits(page)
    page.get_by_role("link", name="Verder", exact=True).click()
    page.wait_for_url("**/overzicht/")
    _declare(page)
    return title


def _declare(page: Page) -> None:
    if page.get_by_label("Ik verklaar").count() == 0:
        page.get_by_role("link", name="Overzicht en verklaring").click()
    page.get_by_label("Ik verklaar").check()
    page.get_by_role("button", name=re.compile("verzenden")).click()
    expect(page.get_by_text("De aanvraag is verzonden.")).to_be_visible()


def _ask_for_more(page: Page, title: str) -> None:
    page.goto("/beoordeling/?page=999")
    page.get_by_role("row").filter(has_text=title).last.get_by_role("link").click()
    expect(page.locator("#map[data-drawn]")).to_be_visible()
    with page.expect_download() as download:
        page.get_by_role("link", name="uittreksel.pdf").click()
    assert download.value.suggested_filename == "uittreksel.pdf"
    page.get_by_text("Meer vragen", exact=True).first.click()
    page.get_by_label("Reden").locator("visible=true").fill("Het uittreksel is te oud")
    page.get_by_role("button", name="Meer vragen").click()
    expect(page.locator(".status").first).to_have_text("onvolledig")


def _recognise_for_a_quarter(page: Page) -> None:
    page.reload()
    page.get_by_label("Tot en met").fill(
        page.evaluate("new Date(Date.now() + 90 * 864e5).toISOString().slice(0, 10)")
    )
    page.get_by_role("button", name="Erkennen").click()
    expect(page.locator(".status").first).to_have_text("erkend")
    expect(
        page.get_by_role("list").filter(has_text="Aangevuld door de onderneming")
    ).to_be_visible()


def test_many_decisions_and_an_exclusion_are_shown_first(window: Window) -> None:
    with window(CONSULTANT) as page:
        page.goto("/beoordeling/")
        for box in page.get_by_role("checkbox", name=re.compile("aanvinken")).all()[1:3]:
            box.check()
        page.get_by_role("button", name="Erkennen").click()
        expect(page.get_by_role("heading", level=1)).to_have_text("Erkennen")
        assert_accessible(page)
        page.get_by_role("link", name="Annuleren").click()
        page.locator("tbody th a").first.click()
        page.locator("main header a[href*='onderneming']").click()
        page.get_by_role("link", name="De onderneming uitsluiten").click()
        page.get_by_label("Reden").fill("Onveilig")
        page.get_by_role("button", name="Verder").click()
        expect(page.get_by_role("button", name="Echt uitsluiten")).to_be_visible()
        assert_accessible(page)
        page.get_by_role("link", name="Annuleren").click()
        expect(page.get_by_text("van kracht")).to_have_count(0)
