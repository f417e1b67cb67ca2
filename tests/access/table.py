"""Reads the tables beside this file: who gets which answer at which address.

A row is a method, an address and an answer for each role of `world.ROLES`, in their order:

    GET  /wat-als/{scenario}/    302 404 200 404 404 404 404 404 404 404 -

`{scenario}` is a record of `world.RECORDS`, named by its key; `{scenario.pk}` by an attribute.
`-` is not asked: a client of the API has nothing to do with pages. What is sent follows a `|`: a
form as in an address, or JSON. A line with `#` is a remark.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl

from tests.access.world import ROLES, World, key

TABLES = sorted(Path(__file__).parent.glob("*.txt"))


@dataclass(frozen=True)
class Row:
    """One line of a table."""

    table: str
    method: str
    address: str
    answers: tuple[str, ...]
    sends: str

    def __str__(self) -> str:
        return f"{self.table} {self.method} {self.address}"

    def path(self, world: World | None) -> str:
        """The address with its records filled in; without a world, with a stand-in."""

        def fill(match: re.Match[str]) -> str:
            if world is None:
                return FILLERS.get(match[1], "1")
            name, _dot, attribute = match[1].partition(".")
            record = world[name]
            return str(getattr(record, attribute)) if attribute else key(record)

        return re.sub(r"\{([\w.]+)\}", fill, self.address)

    def body(self, world: World) -> dict[str, Any]:
        """What is sent, as arguments of Django's test client."""
        if self.sends.startswith(("{", "[")):
            return {"data": json.loads(self.sends), "content_type": "application/json"}
        filled = Row(self.table, "", self.sends, (), "").path(world)
        return {"data": dict(parse_qsl(filled, keep_blank_values=True))} if filled else {}

    def expected(self) -> dict[str, int]:
        """The answer for each role that is asked."""
        pairs = zip(ROLES, self.answers, strict=True)
        return {role: int(answer) for role, answer in pairs if answer != "-"}


#: What stands for a record where the address is only looked up.
FILLERS = dict.fromkeys(("company", "company2", "unclaimed"), "0123456749")


def rows() -> Iterator[Row]:
    """Every row of every table. Raises ValueError for a line that is none."""
    for path in TABLES:
        for number, line in enumerate(path.read_text().splitlines(), 1):
            if not line.strip() or line.startswith("#"):
                continue
            told, _bar, sends = line.partition("|")
            parts = told.split()
            if len(parts) != 2 + len(ROLES):
                raise ValueError(f"{path.name}:{number} has {len(parts) - 2} answers: {line}")
            method, address, *answers = parts
            yield Row(path.stem, method, address, tuple(answers), sends.strip())
