"""A region with its figures, made once for the tests that only read them."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
import time_machine
from django.core.management import call_command
from django.db.transaction import atomic, set_rollback

from figures.cube import refresh
from figures.models import Cube
from figures.questions import FiguresQuery
from figures.results import Result, answer
from figures.tables import TABLES
from tests.factories import TODAY
from tests.figures.region import build


@pytest.fixture(scope="package")
def cube(django_db_setup: None, django_db_blocker: Any) -> Iterator[Cube]:
    """The figures of the small region, rolled back after these tests; the day is TODAY."""
    with django_db_blocker.unblock(), atomic(), time_machine.travel(TODAY, tick=False):
        build()
        call_command("refresh_radar", "--all", verbosity=0)
        yield refresh()
        set_rollback(True)


def ask(cube: Cube, table: str, **asked: Any) -> Result:
    """The answer of a table to a question that is valid."""
    query = FiguresQuery(asked, table=TABLES[table], cube=cube)
    assert query.is_valid(), query.errors
    return answer(query.question())
