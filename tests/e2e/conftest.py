"""A site with the demo region in it, and a browser that notices every complaint.

The browser's driver keeps an event loop running in this thread, in which Django refuses to ask the
database anything; so the region is loaded before the browser starts and removed after it stops.
"""

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager, redirect_stdout
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

from fixtures.demo.credentials import COORDINATOR
from tests.e2e.axe import DESK
from tests.e2e.browser import launch
from tests.e2e.complaints import no_complaints
from tests.e2e.sessions import login_state_of

Window = Callable[..., AbstractContextManager[Page]]
SCALE = 0.1

# A machine that runs two workers and two browsers can take longer than the usual five seconds.
expect.set_options(timeout=15_000)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """These come last: the region is loaded once for each worker, and nobody works beside it."""

    def is_ours(item: pytest.Item) -> bool:
        return item.path.is_relative_to(settings.BASE_DIR / "tests" / "e2e")

    items.sort(key=is_ours)
    for item in filter(is_ours, items):
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


@pytest.fixture(scope="package")
def login_state(site: str) -> Any:
    return login_state_of(COORDINATOR)


@pytest.fixture
def options() -> dict[str, Any]:
    """How the browser is set; a test overrides it with `pytest.mark.parametrize`."""
    return {}


@pytest.fixture
def context(
    chromium: Browser, login_state: Any, site: str, options: dict[str, Any]
) -> Iterator[BrowserContext]:
    """A coordinator's browser window."""
    defaults = {"viewport": DESK, "storage_state": login_state}
    context = chromium.new_context(base_url=site, **(defaults | options))
    context.set_default_timeout(15_000)
    yield context
    context.close()


@pytest.fixture
def page(context: BrowserContext) -> Iterator[Page]:
    """A page that complains about nothing: no error in the console, none refused by the policy."""
    page = context.new_page()
    with no_complaints(page) as expected:
        page.expected_complaints = expected  # type: ignore[attr-defined]
        yield page


@pytest.fixture
def window(chromium: Browser, site: str) -> Window:
    """A window of a user, or of somebody who is not logged in."""

    @contextmanager
    def opened(user: str = "", size: dict[str, int] = DESK) -> Iterator[Page]:
        state: Any = login_state_of(user) if user else None
        page = chromium.new_page(
            base_url=site, storage_state=state, viewport=size, reduced_motion="reduce"
        )
        page.set_default_timeout(15_000)
        with no_complaints(page) as expected:
            page.expected_complaints = expected  # type: ignore[attr-defined]
            yield page
        page.close()

    return opened
