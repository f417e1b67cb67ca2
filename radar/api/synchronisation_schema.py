"""How the OpenAPI document describes the synchronisation of a resource."""

from __future__ import annotations

from typing import Any

from django import forms
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import (
    OpenApiExample,
    OpenApiParameter,
    extend_schema,
    extend_schema_field,
    extend_schema_view,
)
from rest_framework import serializers
from rest_framework.renderers import JSONRenderer

from radar.api.collections import ResourceView
from radar.api.parameter_schema import parameter
from radar.api.parameters import camel
from radar.api.resource_schema import example_of, item_serializer
from radar.api.resources import Resource
from radar.api.synchronisation import (
    MAX_CHANGES,
    MAX_KEYS,
    Changes,
    ChangesQuery,
    Details,
    Initial,
    InitialQuery,
    NdjsonRenderer,
)

CURSOR, AT = "81234-0-1795514400", "2026-11-24T10:00:00+01:00"


@extend_schema_field({"type": ["string", "integer"]})
class KeyField(serializers.CharField):
    """A key as it stands in an address, or as a number where it is one."""


class KeysSerializer(serializers.Serializer[Any]):
    """The keys of the items that are asked."""

    keys = serializers.ListField(child=KeyField(), min_length=1, max_length=MAX_KEYS)


def _parameters(form: type[forms.Form], **descriptions: str) -> list[OpenApiParameter]:
    """The parameters that a form reads, with what is said of each."""
    return [
        parameter(camel(name), form.base_fields[name], description)
        for name, description in descriptions.items()
    ]


def _serializer(name: str, **fields: Any) -> type[serializers.Serializer[Any]]:
    return type(name, (serializers.Serializer,), {"__doc__": "", **fields})


def changes_serializer(
    resource: Resource, item: type[serializers.Serializer[Any]]
) -> type[serializers.Serializer[Any]]:
    """A page of changes."""
    change = _serializer(
        f"{resource.singular}Change",
        change=serializers.ChoiceField(choices=["created", "changed", "deleted"]),
        key=serializers.CharField(),
        at=serializers.DateTimeField(help_text="when it was written"),
        item=item(required=False, help_text="as it is now; left out when it is deleted"),
    )
    return _serializer(
        f"{resource.singular}Changes",
        items=change(many=True),
        cursor=serializers.CharField(help_text="keep it, and ask with it next time"),
        hasMore=serializers.BooleanField(),
        next=serializers.URLField(),
    )


def sync_views_of(resource: Resource) -> dict[str, type[ResourceView]]:
    """The view classes of a resource's `initial`, `changes` and `details`, by that name."""
    item, plural = item_serializer(resource), f"{resource.name[0].upper()}{resource.name[1:]}"
    example, tags = example_of(resource), [resource.name]
    scope = f" Scope: `{resource.scope}`."
    common = {"resource": resource, "scopes": {"read": resource.scope, "write": resource.scope}}
    lines = [{"cursor": CURSOR}, {"position": 1, "item": example}, {"end": True, "count": 1}]
    initial = extend_schema(
        operation_id=f"get{plural}Initial",
        tags=tags,
        description=f"{Initial.__doc__}{scope}",
        parameters=_parameters(
            InitialQuery,
            after="to go on: the last position received",
            cursor="to go on: the cursor of the first part",
        ),
        responses={(200, NdjsonRenderer.media_type): OpenApiTypes.OBJECT},
        examples=[
            OpenApiExample(
                name, value=line, response_only=True, media_type=NdjsonRenderer.media_type
            )
            for name, line in zip(("first line", "item", "last line"), lines, strict=True)
        ],
    )
    changed = {"change": "changed", "key": str(example[resource.key]), "at": AT, "item": example}
    deleted = {"change": "deleted", "key": "7", "at": AT}
    changes = extend_schema(
        operation_id=f"list{plural}Changes",
        tags=tags,
        description=f"{Changes.__doc__}{scope}",
        parameters=_parameters(
            ChangesQuery,
            cursor="of `initial` or of the last answer",
            changed_from="with changedUntil",
            changed_until="at most five days later",
            limit=f"at most {MAX_CHANGES}; default 500",
        ),
        responses=changes_serializer(resource, item),
        examples=[
            OpenApiExample(
                "changes",
                value={
                    "items": [changed, deleted],
                    "cursor": CURSOR,
                    "hasMore": False,
                    "next": f"https://radar.example.org{resource.path}/changes?cursor={CURSOR}",
                },
                response_only=True,
            )
        ],
    )
    details = extend_schema(
        operation_id=f"get{plural}Details",
        tags=tags,
        description=f"{Details.__doc__}{scope}",
        request=KeysSerializer,
        responses=_serializer(
            f"{resource.singular}Details",
            items=item(many=True),
            missing=serializers.ListField(child=serializers.CharField()),
        ),
        examples=[
            OpenApiExample("keys", value={"keys": [example[resource.key], "7"]}, request_only=True),
            OpenApiExample(
                "details", value={"items": [example], "missing": ["7"]}, response_only=True
            ),
        ],
    )
    documented = {
        "initial": (Initial, {"get": initial}),
        "changes": (Changes, {"get": changes}),
        "details": (Details, {"post": details}),
    }
    return {
        name: extend_schema_view(**how)(
            type(
                f"{plural}{view.__name__}View",
                (view,),
                common
                | (
                    {"renderer_classes": [NdjsonRenderer, JSONRenderer]}
                    if name == "initial"
                    else {"renderer_classes": [JSONRenderer]}
                ),
            )
        )
        for name, (view, how) in documented.items()
    }
