"""What a browser complains of: errors in the console, and what the policy refuses."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from playwright.sync_api import ConsoleMessage, Page


@contextmanager
def no_complaints(page: Page) -> Iterator[list[str]]:
    """The page complains of nothing meanwhile, but of what holds a text in the list it gives."""
    heard: list[str] = []
    expected: list[str] = []

    def on_console(message: ConsoleMessage) -> None:
        # Chromium remarks on its own software rendering; that is no complaint about the page.
        if message.type in {"error", "warning"} and "GPU stall" not in message.text:
            heard.append(f"{message.type}: {message.text} ({message.location.get('url')})")

    def on_error(error: Any) -> None:
        heard.append(str(error))

    page.on("console", on_console)
    page.on("pageerror", on_error)
    yield expected
    page.remove_listener("console", on_console)
    page.remove_listener("pageerror", on_error)
    assert [text for text in heard if not any(part in text for part in expected)] == []
