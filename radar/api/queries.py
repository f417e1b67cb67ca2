"""The query of a collection: `q`, filters, `sort`, `select`, `embed`, and its page."""

from __future__ import annotations

import math
import re
from functools import cache, reduce
from operator import or_
from typing import Any

from django import forms
from django.contrib.gis.geos import Polygon
from django.core.exceptions import ValidationError
from django.db.models import Q, QuerySet
from django.utils.translation import gettext as _

from radar.api.paging import PageQuery
from radar.api.resources import Resource


class NamesField(forms.CharField):
    """Names with commas between them, each one of those allowed; `-name` where signs count."""

    def __init__(self, allowed: list[str], *, signed: bool = False) -> None:
        super().__init__(required=False, max_length=500)
        self.allowed, self.signed = allowed, signed

    def json_schema(self) -> dict[str, Any]:
        name = f"{'-?' if self.signed else ''}({'|'.join(map(re.escape, self.allowed))})"
        return {"type": "string", "pattern": rf"^({name}(,{name})*)?$"}

    def clean(self, value: Any) -> list[str]:
        text = super().clean(value)
        names = [name.strip() for name in text.strip("()").split(",") if name.strip()]
        for name in names:
            if (name.removeprefix("-") if self.signed else name) not in self.allowed:
                raise ValidationError(
                    _("“%(name)s” is none of: %(allowed)s."),
                    params={"name": name[:40], "allowed": ", ".join(self.allowed)},
                )
        return list(dict.fromkeys(names))


class BoundsField(forms.CharField):
    """`west,south,east,north` in degrees, as a polygon."""

    def json_schema(self) -> dict[str, Any]:
        longitude, latitude = (
            r"([0-9]|[1-9][0-9])(\.[0-9]{1,9})?",
            r"([0-9]|[1-8][0-9])(\.[0-9]{1,9})?",
        )
        return {"type": "string", "pattern": rf"^({longitude},{latitude},{longitude},{latitude})?$"}

    def clean(self, value: Any) -> Polygon | None:
        text = super().clean(value)
        if not text:
            return None
        try:
            west, south, east, north = numbers = [float(part) for part in text.split(",")]
        except ValueError:
            raise ValidationError(_("Write it as west,south,east,north in degrees.")) from None
        inside = all(map(math.isfinite, numbers)) and -180 <= west <= east <= 180
        if not (inside and -90 <= south <= north <= 90):
            raise ValidationError(_("Write it as west,south,east,north in degrees."))
        return Polygon.from_bbox((west, south, east, north))


class CollectionQuery(PageQuery):
    """The parameters that every collection has; `for_resource` adds those of one."""

    resource: Resource

    def records(self) -> QuerySet[Any]:
        """The records that a valid query asks for, in its order."""
        asked = self.cleaned_data
        records = self.resource.records()
        for narrowing in self.resource.filters:
            value = asked.get(_snake(narrowing.name))
            if value not in (None, ""):
                records = records.filter(narrowing.condition(value))
        if bounds := asked.get("bbox"):
            records = records.filter(**{f"{self.resource.point}__coveredby": bounds})
        for word in asked.get("q", "").split()[:5]:
            conditions = [Q(**{f"{path}__icontains": word}) for path in self.resource.search]
            records = records.filter(reduce(or_, conditions))
        columns = self.resource.sortable()
        order = [
            ("-" if name.startswith("-") else "") + columns[name.removeprefix("-")]
            for name in asked["sort"]
        ]
        return records.order_by(*(order or self.resource.sort), "pk")


def _snake(name: str) -> str:
    return "".join(f"_{letter.lower()}" if letter.isupper() else letter for letter in name)


class ItemQuery(forms.Form):
    """What may be asked of one item."""


@cache
def item_query(resource: Resource) -> type[ItemQuery]:
    fields: dict[str, Any] = {"select": NamesField(resource.names())}
    if resource.references:
        fields["embed"] = NamesField([reference.name for reference in resource.references])
    return type(f"{resource.singular}Query", (ItemQuery,), fields)


@cache
def collection_query(resource: Resource) -> type[CollectionQuery]:
    """The form of a resource's collection."""
    fields: dict[str, Any] = {
        **item_query(resource).base_fields,
        "sort": NamesField(list(resource.sortable()), signed=True),
        **{_snake(narrowing.name): narrowing.field for narrowing in resource.filters},
    }
    if resource.search:
        fields["q"] = forms.CharField(required=False, max_length=100)
    if resource.point:
        fields["bbox"] = BoundsField(required=False, max_length=200)
    form = type(f"{resource.singular}CollectionQuery", (CollectionQuery,), fields)
    form.resource = resource  # type: ignore[attr-defined]
    return form
