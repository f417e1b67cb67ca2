"""How the OpenAPI document describes a resource: its serializers, parameters and examples."""

from __future__ import annotations

from copy import deepcopy
from functools import cache
from typing import Any

from drf_spectacular.utils import OpenApiParameter
from rest_framework import serializers

from radar.api.geojson import PointSerializer
from radar.api.paging import PAGE_PARAMETERS
from radar.api.parameter_schema import parameter
from radar.api.queries import collection_query, item_query
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


def parameters_of(resource: Resource, *, collection: bool) -> list[OpenApiParameter]:
    """The query parameters as the schema describes them."""
    form = collection_query(resource) if collection else item_query(resource)
    fields = form.base_fields
    described = {"select": f"of: {', '.join(resource.names())}"}
    if resource.references:
        described["embed"] = f"of: {', '.join(reference.name for reference in resource.references)}"
    if collection and resource.search:
        described["q"] = "words that must all occur"
    if collection and resource.point:
        described["bbox"] = "west,south,east,north in degrees"
    found = [parameter(name, fields[name], text) for name, text in described.items()]
    if not collection:
        return found
    found += [
        parameter(narrowing.name, narrowing.field, str(narrowing.field.help_text))
        for narrowing in resource.filters
    ]
    names = ", ".join(resource.sortable())
    found.append(parameter("sort", fields["sort"], f"of: {names}; `-name` turns it round"))
    return [*found, *PAGE_PARAMETERS]


def page_example(resource: Resource) -> Body:
    href = f"https://radar.example.org{resource.path}?page=1&pageSize=50"
    numbers = {"total": 1, "page": 1, "pageSize": 50}
    links = {"self": href, "first": href, "last": href}
    return {"items": [example_of(resource)], **numbers, **links}
