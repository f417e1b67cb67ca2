"""What a resource of the API is: its properties, its filters, and how a record becomes JSON.

A resource is declared once, from columns. The query, the body, `select`, `embed`, `sort` and the
OpenAPI document all follow from that declaration. Records are read as plain values and not as
models: that is what makes a snapshot of the whole region fast.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from django import forms
from django.db.models import Q, QuerySet
from django.db.models.expressions import Combinable
from django.http import Http404
from rest_framework import serializers

from radar.api.scopes import CONTACTS

Body = dict[str, Any]


@dataclass(frozen=True)
class Property:
    """One property of a body: a column or an expression, and how the schema describes it."""

    name: str
    source: str | Combinable
    field: serializers.Field[Any, Any, Any, Any]
    example: Any
    read: Callable[[Any], Any] | None = None
    #: Seen only by callers that have this scope too.
    scope: str | None = None

    @property
    def is_sortable(self) -> bool:
        return isinstance(self.source, str) and self.scope is None and self.read is None

    @property
    def alias(self) -> str:
        """How the query calls it."""
        return self.source if isinstance(self.source, str) else f"_{self.name}"


@dataclass(frozen=True)
class Reference:
    """A property that points to another resource: its key and `href`, or the whole with `embed`."""

    name: str
    #: The path of the foreign key.
    source: str
    to: Resource
    #: The key of the other resource as this one's query reads it, when it is no plain column.
    key: Combinable | None = None

    @property
    def alias(self) -> str:
        return f"_{self.name}" if self.key else f"{self.source}__{self.to.key_column}"


@dataclass(frozen=True)
class Filter:
    """A query parameter that narrows a collection: a form field and what it means."""

    name: str
    field: forms.Field
    where: str | Callable[[Any], Q]

    def condition(self, value: Any) -> Q:
        return Q(**{self.where: value}) if isinstance(self.where, str) else self.where(value)


@dataclass(frozen=True, eq=False)
class Resource:
    """A collection of the API and the items in it."""

    name: str
    singular: str
    description: str
    scope: str
    records: Callable[[], QuerySet[Any]]
    properties: tuple[Property, ...]
    #: The property that stands in the address.
    key: str
    references: tuple[Reference, ...] = ()
    filters: tuple[Filter, ...] = ()
    search: tuple[str, ...] = ()
    sort: tuple[str, ...] = ("pk",)
    #: The column of a point (WGS 84), for GeoJSON.
    point: str = ""
    #: The key of an address as a condition; raises ValueError when it can be nobody's.
    lookup: Callable[[str], Q] | None = None
    #: Whether it is in `initial`, `changes` and `details`.
    synchronised: bool = True

    @cached_property
    def by_name(self) -> dict[str, Property]:
        return {item.name: item for item in self.properties}

    @property
    def key_column(self) -> str:
        source = self.by_name[self.key].source
        return source if isinstance(source, str) else "pk"

    @property
    def path(self) -> str:
        return f"/api/v1/{self.name}"

    def names(self) -> list[str]:
        """What `select` may name."""
        known = [*self.by_name, *(reference.name for reference in self.references)]
        return [*known, "point"] if self.point else known

    def sortable(self) -> dict[str, str]:
        """What `sort` may name, with its column."""
        return {p.name: str(p.source) for p in self.properties if p.is_sortable}

    def with_key(self, key: str) -> QuerySet[Any]:
        """The record of an address. Raises Http404 for a key that can be nobody's."""
        try:
            return self.records().filter(self.condition(key))
        except ValueError:
            raise Http404 from None

    def condition(self, key: str) -> Q:
        """Raises ValueError for a key that can be nobody's."""
        if "\x00" in key or len(key) > 40:
            raise ValueError(key)
        if self.lookup:
            return self.lookup(key)
        field = self.by_name[self.key].field
        if isinstance(field, serializers.IntegerField):
            return Q(**{self.key_column: whole(key)})
        return Q(**{self.key_column: key})


def whole(text: str) -> int:
    """A key that is a number. Raises ValueError for any other text, or one that no column holds."""
    if not (text.isascii() and text.isdecimal() and len(text) < 16):
        raise ValueError(text)
    return int(text)


def one_of(name: str, source: str, values: Iterable[str], example: str) -> Property:
    """A property that is one of some values."""
    field = serializers.ChoiceField(choices=[value for value in values if value])
    return Property(name, source, field, example)


def contact(name: str, source: str, example: str) -> Property:
    """A property that is personal data, or may be."""
    text = serializers.CharField(help_text=f"needs the scope {CONTACTS}")
    return Property(name, source, text, example, scope=CONTACTS)
