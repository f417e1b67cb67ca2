"""A provincial forum in a real browser: a meeting goes through the requests one by one."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import expect

from accounts.models import User
from figures.forum.models import Opinion
from fixtures.demo.credentials import CONSULTANT
from tests.e2e.axe import DESK, PHONE, assert_accessible, fits
from tests.e2e.conftest import Window
from tests.e2e.sessions import ask_database


def own_forum() -> str:
    """The code of the province whose forum the consultant writes for."""
    return User.objects.get(email=CONSULTANT).forummemberships.get().province.code


@pytest.mark.parametrize("size", [DESK, PHONE], ids=["desk", "phone"])
def test_a_meeting(window: Window, size: dict[str, int]) -> None:
    code = ask_database(own_forum)
    with window(CONSULTANT, size) as page:
        page.expected_complaints.append("400")  # type: ignore[attr-defined]
        page.goto("/forum/")
        page.locator(f"main a[href^='/forum/{code}/']").click()
        assert fits(page)
        page.locator(".forum-table tbody a").first.click()
        expect(page.locator(".forum-turn")).to_contain_text("1 van")
        if (onward := page.get_by_role("link", name="Volgende zonder standpunt")).count():
            onward.click()
            expect(page.locator(".forum-turn")).not_to_contain_text(re.compile(r"\b1 van"))
        assert fits(page)
        assert_accessible(page)

        page.get_by_label("Uw opmerking").fill("De bakkers vragen hier al jaren naar.")
        page.get_by_role("button", name="Opmerking plaatsen").click()
        expect(page.get_by_role("status").first).to_contain_text("opmerking")
        expect(page.locator("main")).to_contain_text("De bakkers vragen hier al jaren naar.")

        # To coordinate without saying why is refused, and what was chosen is still there.
        view = page.get_by_role("combobox", name="Standpunt van het forum")
        view.select_option("coordinate")
        page.get_by_label("Redenen").fill("")
        page.get_by_role("button", name="Standpunt bewaren").click()
        expect(page.get_by_role("alert")).to_contain_text("redenen")
        expect(view).to_have_value("coordinate")
        page.get_by_label("Redenen").fill("Eén van beide scholen start.")
        page.get_by_role("button", name="Standpunt bewaren").click()
        expect(page.locator(".view-coordinate")).to_be_visible()
        title = page.get_by_role("heading", level=1).inner_text()

        page.locator(".crumbs a").first.click()
        decided = page.locator(".decision-list li", has_text="Eén van beide scholen start.")
        expect(decided.first).to_contain_text(title)
        with page.expect_download() as download:
            page.get_by_role("link", name="PDF").click()
        assert download.value.path().read_bytes().startswith(b"%PDF")
    assert ask_database(Opinion.objects.filter(text="Eén van beide scholen start.").exists)
