"""What a check of the data is: records that somebody should look at, and why."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from django.db.models import QuerySet
from django.urls import reverse
from django.utils.functional import Promise

Text = str | Promise


@dataclass(frozen=True)
class Column:
    """A column of the list: its head, the value of a record, and what the database sorts it by."""

    head: Text
    value: Callable[[Any], Any]
    order: str


@dataclass(frozen=True)
class Check:
    """A rule that records break. `records` is asked anew each time; it is cheap to count."""

    slug: str
    title: Text
    #: Why it matters and what to do about it.
    advice: Text
    records: Callable[[], QuerySet[Any]]
    columns: Sequence[Column]

    def ordered(self, place: int, descending: bool) -> QuerySet[Any]:
        """The records by a column; the key decides between equals."""
        order = self.columns[place].order
        return self.records().order_by(f"-{order}" if descending else order, "pk")

    def cells(self, record: Any) -> list[Any]:
        return [column.value(record) for column in self.columns]


def admin_address(record: Any) -> str:
    """Where an administrator changes a record."""
    meta = record._meta
    return reverse(f"admin:{meta.app_label}_{meta.model_name}_change", args=[record.pk])
