"""What axe-core says of a page, in the looks that somebody may have."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from playwright.sync_api import Page

AXE = settings.NODE_MODULES / "axe-core" / "axe.min.js"
#: WCAG 2.2, levels A and AA.
TAGS = {"type": "tag", "values": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]}
#: All that the colours of a dark screen can change.
CONTRAST = {"type": "rule", "values": ["color-contrast"]}

#: All that a smaller window can change.
LAYOUT = {"type": "rule", "values": ["target-size", "scrollable-region-focusable"]}

DESK: Any = {"width": 1440, "height": 900}
PHONE: Any = {"width": 390, "height": 844}


def violations(page: Page, only: dict[str, Any] = TAGS) -> list[str]:
    """What breaks a rule on the page as it stands."""
    if not page.evaluate("Boolean(window.axe)"):
        # Evaluated by the driver: a script tag would be refused by the content security policy.
        page.evaluate(AXE.read_text())
    options = {"runOnly": only, "resultTypes": ["violations"], "iframes": False}
    found = page.evaluate("options => axe.run(options)", options)
    return [
        f"{violation['id']}: {node['html'][:200]} {node['failureSummary']}"
        for violation in found["violations"]
        for node in violation["nodes"]
    ]


def fits(page: Page) -> bool:
    """Whether nothing is wider than the window."""
    return bool(page.evaluate("document.documentElement.scrollWidth <= innerWidth"))


def doubled_ids(page: Page) -> list[str]:
    """Ids that several elements have: a label then names another field than its own."""
    found: list[str] = page.evaluate(
        """() => {
            const ids = [...document.querySelectorAll("[id]")].map((element) => element.id);
            return ids.filter((id, i) => ids.indexOf(id) !== i);
        }"""
    )
    return found


def assert_accessible(page: Page) -> None:
    """No violation in light, in dark and on a phone, and nothing that sticks out.

    The page is left as it was found: its window gets its size again.
    """
    window = page.viewport_size
    assert violations(page) == []
    assert doubled_ids(page) == []
    assert fits(page)
    page.emulate_media(color_scheme="dark", reduced_motion="reduce")
    assert violations(page, CONTRAST) == []
    page.emulate_media(color_scheme="light", reduced_motion="reduce")
    page.set_viewport_size(PHONE)
    assert violations(page, LAYOUT) == []
    assert fits(page)
    if window:
        page.set_viewport_size(window)
