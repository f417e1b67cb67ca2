"""A site with the demo region in it, and a browser that notices every complaint.

The browser's driver keeps an event loop running in this thread, in which Django refuses to ask the
database anything; so the region is loaded before the browser starts and removed after it stops.
"""

from collections.abc import Iterator
from contextlib import contextmanager, redirect_stdout
from io import StringIO
from typing import Any

import pytest
from django.conf import settings
from django.core.cache import cache
from django.core.management import call_command
from django.db import connection
from django.test.utils import setup_databases, teardown_databases
from playwright.sync_api import Browser, BrowserContext, Page, expect, sync_playwright
from pytest_django.live_server_helper import LiveServer

from fixtures.demo.credentials import ADMINISTRATOR, COORDINATOR
from tests.e2e.browser import launch, log_in

SCALE = 0.1

# A machine that runs two workers and two browsers can take longer than the usual five seconds.
expect.set_options(timeout=15_000)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        if item.path.is_relative_to(settings.BASE_DIR / "tests" / "e2e"):
            item.add_marker(pytest.mark.e2e)


@contextmanager
def database_for_tests() -> Iterator[None]:
    """A test database, left empty. pytest-django makes one only for tests marked to use it."""
    if connection.settings_dict["NAME"].startswith("test_"):
        yield
        call_command("flush", interactive=False, verbosity=0)
    else:
        made = setup_databases(verbosity=0, interactive=False)
        yield
        teardown_databases(made, verbosity=0)


@pytest.fixture(scope="package")
def site(django_db_setup: None, django_db_blocker: Any) -> Iterator[str]:
    """The address of a running site with the demo region."""
    with django_db_blocker.unblock(), database_for_tests():
        cache.clear()
        with redirect_stdout(StringIO()):
            call_command("load_reference")
        call_command("load_demo", scale=SCALE, verbosity=0)
        with redirect_stdout(StringIO()):
            call_command("refresh_figures")
        server = LiveServer("localhost")
        yield server.url
        server.stop()
        cache.clear()


@pytest.fixture(scope="package")
def chromium(site: str) -> Iterator[Browser]:
    with sync_playwright() as playwright:
        browser = launch(playwright)
        yield browser
        browser.close()


def login_state_of(email: str, chromium: Browser, site: str) -> Any:
    """The cookies of a demo user, so that each test need not log in anew."""
    context = chromium.new_context()
    page = context.new_page()
    log_in(page, site, email)
    state = context.storage_state()
    context.close()
    return state


@pytest.fixture(scope="package")
def login_state(chromium: Browser, site: str) -> Any:
    return login_state_of(COORDINATOR, chromium, site)


@pytest.fixture(scope="package")
def administrator_state(chromium: Browser, site: str) -> Any:
    return login_state_of(ADMINISTRATOR, chromium, site)


@pytest.fixture
def options() -> dict[str, Any]:
    """How the browser is set; a test overrides it with `pytest.mark.parametrize`."""
    return {}


@pytest.fixture
def context(
    chromium: Browser, login_state: Any, site: str, options: dict[str, Any]
) -> Iterator[BrowserContext]:
    """A coordinator's browser window."""
    defaults = {"viewport": {"width": 1440, "height": 900}, "storage_state": login_state}
    context = chromium.new_context(base_url=site, **(defaults | options))
    context.set_default_timeout(15_000)
    yield context
    context.close()


@pytest.fixture
def page(context: BrowserContext) -> Iterator[Page]:
    """A page that complains about nothing: no error in the console, none refused by the policy."""
    page = context.new_page()
    complaints: list[str] = []
    page.on("console", lambda message: _note(complaints, message))
    page.on("pageerror", lambda error: complaints.append(str(error)))
    page.expected_complaints = []  # type: ignore[attr-defined]
    yield page
    expected = page.expected_complaints  # type: ignore[attr-defined]
    assert [c for c in complaints if not any(text in c for text in expected)] == []


def _note(complaints: list[str], message: Any) -> None:
    # Chromium remarks on its own software rendering; that is no complaint about the page.
    if message.type in {"error", "warning"} and "GPU stall" not in message.text:
        complaints.append(f"{message.type}: {message.text} ({message.location.get('url')})")
