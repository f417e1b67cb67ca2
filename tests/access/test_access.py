"""Every address of the site, for every role: 200, 302, 403 or 404, as the tables here say."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from django.core.cache import cache
from django.db import transaction
from django.urls import Resolver404, get_resolver, resolve
from django.utils import translation

from tests.access.routes import routes
from tests.access.table import ROLES, TABLES, Row, rows
from tests.access.world import World

pytestmark = pytest.mark.django_db
ROWS = list(rows())
#: The administration is Django's: one test below asks all its addresses.
ADMINISTRATION = "admin/"
#: Answers with 404 itself, so that unknown addresses of the API are problems too.
CATCH_ALL = "api/v1/.*$"


class Fillers:
    """What stands for a record where the address is only looked up."""

    def __getitem__(self, name: str) -> str:
        return "0123456749" if name in {"company", "company2", "unclaimed"} else "1"


def route_of(row: Row) -> str:
    path = row.path(Fillers()).partition("?")[0]
    try:
        return resolve(path).route
    except Resolver404:
        # Without the list of all that was tried.
        raise AssertionError(f"{row}: there is no such address any more") from None


def answers(row: Row, world: World) -> dict[str, int]:
    """What each role gets; what it changes is undone before the next one asks."""
    path, body = row.path(world), row.body(world)
    found = {}
    for role in row.expected():
        client = world.client(role)
        cookies = client.cookies.output()
        with transaction.atomic():
            found[role] = getattr(client, row.method.lower())(path, **body).status_code
            transaction.set_rollback(True)
        if client.cookies.output() != cookies:
            del world.clients[role]
    return found


@pytest.fixture(autouse=True)
def _own_limits() -> None:
    cache.clear()


@pytest.mark.parametrize("table", TABLES, ids=lambda path: path.stem)
def test_each_role_gets_its_answer(table: Path) -> None:
    """One world for a whole table: making it takes longer than asking."""
    world, wrong = World(), []
    for role in ROLES:
        world.client(role)
    for row in (row for row in ROWS if row.table == table.stem):
        found = answers(row, world)
        if found != row.expected():
            got = " ".join(str(found.get(role, "-")) for role in ROLES)
            told = " ".join(row.answers)
            wrong.append(f"{row.method} {row.address}\n  told {told}\n  got  {got}")
    assert not wrong, "\n" + "\n".join(wrong)


def test_every_address_has_a_row() -> None:
    """Add one to the table of your package in tests/access (table.py says how)."""
    with translation.override("nl"):
        told = {route_of(row) for row in ROWS}
    there = {
        route
        for route, _view in routes(get_resolver().url_patterns)
        if not route.startswith(ADMINISTRATION) and route != CATCH_ALL
    }
    assert sorted(there - told) == []


def test_nobody_but_administrators_sees_the_administration() -> None:
    """Every address of it leads to the login, which refuses who is logged in."""
    world = World()
    for role in set(ROLES) - {"anonymous", "administrator", "client"}:
        assert world.client(role).get("/admin/", follow=True).status_code == 403
    # Its texts for scripts, its login and its logout show nothing of anybody.
    harmless = ("admin/jsi18n/", "admin/login/", "admin/logout/")
    asked = {
        "/" + re.sub(r"<[^>]+>", "1", route)
        for route, _view in routes(get_resolver().url_patterns)
        if route.startswith(ADMINISTRATION) and "(?P<" not in route and route not in harmless
    }
    assert len(asked) > 50
    for path in sorted(asked):
        for role in ("anonymous", "consultant"):
            answer = world.client(role).get(path)
            address = answer["Location"].partition("?")[0]
            assert answer.status_code == 302, path
            assert address in {"/admin/login/", "/aanmelden/"}, path


def test_the_tables_are_read_whole() -> None:
    assert len(ROWS) > 150
    assert len({(row.method, row.address, row.sends) for row in ROWS}) == len(ROWS)
