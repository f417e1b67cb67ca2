"""Pages of a collection, with absolute links, as the belgif REST guide has them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _
from rest_framework import serializers
from rest_framework.request import Request

from radar.api.parameter_schema import parameter

MAX_PAGE_SIZE = 200


class PageQuery(forms.Form):
    """`page` (from 1) and `pageSize`."""

    page = forms.IntegerField(label=_("page"), min_value=1, max_value=1_000_000, required=False)
    page_size = forms.IntegerField(
        label=_("page size"), min_value=1, max_value=MAX_PAGE_SIZE, required=False
    )

    def page_asked(self) -> Page:
        """The page that a valid query asks for; by default the first, of 50."""
        return Page(self.cleaned_data["page"] or 1, self.cleaned_data["page_size"] or 50)


#: How the OpenAPI document describes a `PageQuery`.
PAGE_PARAMETERS = [
    parameter("page", PageQuery.base_fields["page"], default=1),
    parameter(
        "pageSize", PageQuery.base_fields["page_size"], f"at most {MAX_PAGE_SIZE}", default=50
    ),
]


@dataclass(frozen=True)
class Page:
    """A page of a collection: `start` and `stop` cut it out of the whole."""

    number: int
    size: int

    @property
    def start(self) -> int:
        return (self.number - 1) * self.size

    @property
    def stop(self) -> int:
        return self.start + self.size

    def envelope(
        self, request: Request, items: Sequence[dict[str, Any]], total: int
    ) -> dict[str, Any]:
        """The collection's body. A page past the end is empty and still says the total."""
        last = max(1, -(-total // self.size))
        body: dict[str, Any] = {
            "items": items,
            "total": total,
            "page": self.number,
            "pageSize": self.size,
            "self": self._link(request, self.number),
            "first": self._link(request, 1),
            "last": self._link(request, last),
        }
        if self.number > 1:
            body["prev"] = self._link(request, min(self.number - 1, last))
        if self.number < last:
            body["next"] = self._link(request, self.number + 1)
        return body

    def _link(self, request: Request, number: int) -> str:
        query = request.query_params.copy()
        query["page"], query["pageSize"] = str(number), str(self.size)
        return request.build_absolute_uri(f"{request.path}?{query.urlencode()}")


def page_serializer(
    name: str, item: type[serializers.Serializer[Any]], **more: Any
) -> type[serializers.Serializer[Any]]:
    """The serializer of a page of items and of `more` fields, for the schema.

    Made by hand, for `self` is no name for a class body.
    """
    links: dict[str, Any] = {
        link: serializers.URLField(required=link in ("self", "first", "last"))
        for link in ("self", "first", "prev", "next", "last")
    }
    numbers = {key: serializers.IntegerField() for key in ("total", "page", "pageSize")}
    fields = {"items": item(many=True), **numbers, **links, **more}
    return type(name, (serializers.Serializer,), {**fields, "__doc__": "A page of a collection."})
