"""Sorting a list by one of its columns, as the address says: `sort=name` or `sort=-name`."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Self, TypeVar

from django.db.models import F, QuerySet

Rows = TypeVar("Rows", bound=QuerySet[Any])


@dataclass(frozen=True)
class Sorting:
    """By which column a list is sorted. The last field of a column makes the order total."""

    column: str
    descending: bool
    fields: Mapping[str, tuple[str, ...]]

    @classmethod
    def of(cls, asked: str, fields: Mapping[str, tuple[str, ...]], usual: str) -> Self:
        """What was asked; the usual where it is no column."""
        if asked.removeprefix("-") not in fields:
            asked = usual
        return cls(asked.removeprefix("-"), asked.startswith("-"), fields)

    def apply(self, rows: Rows) -> Rows:
        """The rows in this order; what is unknown stands last."""
        order = [
            F(field).desc(nulls_last=True) if self.descending else F(field).asc(nulls_last=True)
            for field in self.fields[self.column]
        ]
        return rows.order_by(*order)

    def heads(self, names: Mapping[str, Any]) -> Iterator[tuple[Any, str, str]]:
        """(head, what a click sorts by, how it is sorted now) per column."""
        for column, name in names.items():
            if column == self.column:
                now = "descending" if self.descending else "ascending"
                yield name, column if self.descending else f"-{column}", now
            else:
                yield name, column, ""
