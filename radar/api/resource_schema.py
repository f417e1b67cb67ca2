"""How the OpenAPI document describes a resource: its serializers, parameters and examples."""

from __future__ import annotations

from copy import deepcopy
from functools import cache
from typing import Any

from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter
from rest_framework import serializers

from radar.api.fields import YesNoField
from radar.api.geojson import PointSerializer
from radar.api.paging import PAGE_PARAMETERS
from radar.api.resources import Body, Resource


def _optional(field: Any) -> Any:
    """The field, left out where it is unknown or not selected."""
    # A copy of a field is made from the arguments that it was made with.
    copy = deepcopy(field)
    copy._kwargs = copy._kwargs | {"required": False}
    return deepcopy(copy)


@cache
def reference_serializer(resource: Resource) -> type[serializers.Serializer[Any]]:
    """The serializer of a reference to an item of this resource."""
    fields = {
        resource.key: resource.by_name[resource.key].field,
        "href": serializers.URLField(),
        "__doc__": f"{resource.singular}: its key; the whole of it with `embed`.",
    }
    return type(f"{resource.singular}Reference", (serializers.Serializer,), fields)


@cache
def item_serializer(resource: Resource) -> type[serializers.Serializer[Any]]:
    """The serializer that describes an item; all but its key may be left out (unknown, or not
    selected)."""
    fields: dict[str, Any] = {}
    for p in resource.properties:
        fields[p.name] = p.field if p.name == resource.key else _optional(p.field)
    for reference in resource.references:
        fields[reference.name] = reference_serializer(reference.to)(required=False)
    if resource.point:
        fields["point"] = PointSerializer(required=False)
    fields["href"] = serializers.URLField()
    fields["__doc__"] = resource.description
    return type(resource.singular, (serializers.Serializer,), fields)


def example_of(resource: Resource) -> Body:
    """An item as the documentation shows it."""
    host = "https://radar.example.org/api/v1"
    body: Body = {p.name: p.example for p in resource.properties if p.example is not None}
    for reference in resource.references:
        key = reference.to.by_name[reference.to.key].example
        href = f"{host}/{reference.to.name}/{key}"
        body[reference.name] = {reference.to.key: key, "href": href}
    if resource.point:
        body["point"] = {"type": "Point", "coordinates": [3.7174, 51.0543]}
    return body | {"href": f"{host}/{resource.name}/{body[resource.key]}"}


def _types(field: Any) -> Any:
    """The OpenAPI type of a form field."""
    kinds = {
        "IntegerField": OpenApiTypes.INT,
        "DayField": OpenApiTypes.DATE,
        "YesNoField": OpenApiTypes.BOOL,
    }
    return kinds.get(type(field).__name__, OpenApiTypes.STR)


def parameters_of(resource: Resource, *, collection: bool) -> list[OpenApiParameter]:
    """The query parameters as the schema describes them."""
    text = OpenApiTypes.STR
    found = [OpenApiParameter("select", text, description=f"of: {', '.join(resource.names())}")]
    if resource.references:
        names = ", ".join(reference.name for reference in resource.references)
        found.append(OpenApiParameter("embed", text, description=f"of: {names}"))
    if not collection:
        return found
    if resource.search:
        found.append(OpenApiParameter("q", text, description="words that must all occur"))
    if resource.point:
        found.append(OpenApiParameter("bbox", text, description="west,south,east,north in degrees"))
    for narrowing in resource.filters:
        is_flag = isinstance(narrowing.field, YesNoField)
        choices = (
            []
            if is_flag
            else [value for value, _ in getattr(narrowing.field, "choices", []) if value != ""]
        )
        found.append(
            OpenApiParameter(
                narrowing.name,
                _types(narrowing.field),
                description=str(narrowing.field.help_text),
                enum=choices or None,
            )
        )
    names = ", ".join(resource.sortable())
    found += [
        OpenApiParameter("sort", text, description=f"of: {names}; `-name` turns it round"),
        *PAGE_PARAMETERS,
    ]
    return found


def page_example(resource: Resource) -> Body:
    href = f"https://radar.example.org{resource.path}?page=1&pageSize=50"
    numbers = {"total": 1, "page": 1, "pageSize": 50}
    links = {"self": href, "first": href, "last": href}
    return {"items": [example_of(resource)], **numbers, **links}
