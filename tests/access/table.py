"""Reads the tables beside this file: who gets which answer at which address.

A row is a method, an address and an answer for each of `ROLES`, in their order:

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
from typing import Any, Protocol
from urllib.parse import parse_qsl

#: Whose columns the tables have, in their order. `user` has an account and no role.
ROLES = (
    "anonymous",
    "user",
    "coordinator",
    "coordinator2",
    "owner",
    "member",
    "owner2",
    "consultant",
    "consultant2",
    "administrator",
    "client",
)
TABLES = sorted(Path(__file__).parent.glob("*.txt"))


class Records(Protocol):
    """The records that addresses name: those of the tests, or of the benchmark's demo region."""

    def __getitem__(self, name: str, /) -> Any: ...


def key(record: Any) -> str:
    """A record as an address names it: by the number or key of the field, or the row's own."""
    for name in ("key", "enterprise_number", "unit_number", "slug", "number"):
        value = getattr(record, name, None)
        if value is not None and not callable(value):
            return str(value)
    return str(getattr(record, "pk", record))


def filled(address: str, records: Records) -> str:
    """The address with its records filled in."""

    def fill(match: re.Match[str]) -> str:
        name, _dot, attribute = match[1].partition(".")
        record = records[name]
        return str(getattr(record, attribute)) if attribute else key(record)

    return re.sub(r"\{([\w.]+)\}", fill, address)


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

    def path(self, records: Records) -> str:
        """The address with its records filled in."""
        return filled(self.address, records)

    def body(self, records: Records) -> dict[str, Any]:
        """What is sent, as arguments of Django's test client."""
        if self.sends.startswith(("{", "[")):
            return {"data": json.loads(self.sends), "content_type": "application/json"}
        sent = filled(self.sends, records)
        return {"data": dict(parse_qsl(sent, keep_blank_values=True))} if sent else {}

    def expected(self) -> dict[str, int]:
        """The answer for each role that is asked."""
        pairs = zip(ROLES, self.answers, strict=True)
        return {role: int(answer) for role, answer in pairs if answer != "-"}


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
