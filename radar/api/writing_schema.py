"""The views of what clients write, and how the OpenAPI document describes them."""

from __future__ import annotations

from functools import cache
from typing import Any

from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import (
    OpenApiExample,
    OpenApiParameter,
    OpenApiResponse,
    extend_schema,
    extend_schema_view,
)
from rest_framework import serializers
from rest_framework.views import APIView

from radar.api.idempotency import HEADER
from radar.api.parameters import camel
from radar.api.resource_schema import example_of, item_serializer
from radar.api.writing import MAX_BATCH, Batch, WritableCollection, WritableItem, Writing

IDEMPOTENCY = OpenApiParameter(
    HEADER,
    {"type": "string", "pattern": "^[!-~]{1,100}$"},
    OpenApiParameter.HEADER,
    description="yours, for this request: sent again within 24 hours, it is not done again",
)
IF_MATCH = OpenApiParameter(
    "If-Match", OpenApiTypes.STR, OpenApiParameter.HEADER, required=True, description="the ETag"
)
ETAG = '"1c8655091af9d7d47fdb88b3"'


@cache
def _in_camels(kind: type[serializers.Serializer[Any]]) -> type[serializers.Serializer[Any]]:
    """A serializer under the names that the API has."""
    fields = {camel(name): field for name, field in kind().fields.items()}
    bare = {name: _plain(field) for name, field in fields.items()}
    return type(kind.__name__, (serializers.Serializer,), {**bare, "__doc__": kind.__doc__})


def _plain(field: Any) -> Any:
    """A fresh field; a reference to a record is a number."""
    if isinstance(field, serializers.PrimaryKeyRelatedField):
        return serializers.IntegerField()
    return type(field)(*field._args, **field._kwargs)


def writing_views_of(
    writing: Writing, collection: type[APIView], item: type[APIView]
) -> tuple[type[APIView], type[APIView], type[APIView]]:
    """The views of a resource with what writes added, and the one of its batch."""
    resource = writing.resource
    plural = f"{resource.name[0].upper()}{resource.name[1:]}"
    common: dict[str, Any] = {
        "writing": writing,
        "resource": resource,
        "scopes": {"read": resource.scope, "write": writing.scope},
    }
    body, example = item_serializer(resource), example_of(resource)
    scope = f"Scope: `{writing.scope}`."
    answer = OpenApiExample("item", value=example, response_only=True)
    change, tags = _in_camels(writing.change), [resource.name]
    patch = extend_schema(
        operation_id=f"update{resource.singular}",
        tags=tags,
        description=f"Changes what the body names. 412 when it has changed since. {scope}",
        parameters=[IF_MATCH, IDEMPOTENCY],
        request=change,
        responses=OpenApiResponse(body),
        examples=[OpenApiExample("change", value=writing.example, request_only=True), answer],
    )
    item = extend_schema_view(patch=patch)(
        type(f"Writable{item.__name__}", (WritableItem, item), dict(common))
    )
    new = _in_camels(writing.create) if writing.create else None
    if new:
        references = {
            reference.name: reference.to.by_name[reference.to.key].example
            for reference in resource.references
        }
        first = {"schoolYear": "2026-2027", **references, **(writing.example or {})}
        post = extend_schema(
            operation_id=f"create{resource.singular}",
            tags=tags,
            description=f"Makes one; `Location` names it. {scope}",
            parameters=[IDEMPOTENCY],
            request=new,
            responses={201: body},
            examples=[OpenApiExample("new", value=first, request_only=True), answer],
        )
        collection = extend_schema_view(post=post)(
            type(f"Writable{collection.__name__}", (WritableCollection, collection), dict(common))
        )
    entry = type(
        f"{resource.singular}BatchEntry",
        (serializers.Serializer,),
        {
            "key": serializers.CharField(required=False, help_text="left out for a new one"),
            "ifMatch": serializers.CharField(required=False, help_text="the ETag, with a key"),
            "value": (new or change)(partial=True),
            "__doc__": "",
        },
    )
    result = type(
        f"{resource.singular}BatchResult",
        (serializers.Serializer,),
        {
            "status": serializers.IntegerField(),
            "etag": serializers.CharField(required=False),
            "item": body(required=False),
            "problem": serializers.DictField(required=False),
            "__doc__": "",
        },
    )
    entries = [{"key": str(example[resource.key]), "ifMatch": ETAG, "value": writing.example}]
    results = [{"status": 200, "etag": ETAG, "item": example}]
    batch = extend_schema(
        operation_id=f"write{plural}",
        tags=tags,
        description=f"{Batch.__doc__} {scope}",
        parameters=[IDEMPOTENCY],
        request=_list_of(f"{resource.singular}Batch", entry, MAX_BATCH),
        responses=_list_of(f"{resource.singular}BatchResults", result),
        examples=[
            OpenApiExample("batch", value={"items": entries}, request_only=True),
            OpenApiExample("results", value={"items": results}, response_only=True),
        ],
    )
    many = extend_schema_view(post=batch)(
        type(f"{plural}BatchView", (Batch,), common | {"scopes": {"write": writing.scope}})
    )
    return collection, item, many


def _list_of(name: str, item: type[Any], most: int | None = None) -> type[Any]:
    items = serializers.ListField(child=item(), min_length=1, max_length=most)
    return type(name, (serializers.Serializer,), {"items": items, "__doc__": ""})
