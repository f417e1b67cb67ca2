"""How the OpenAPI document describes a query parameter: as its form field takes it."""

from __future__ import annotations

from typing import Any

from django import forms
from drf_spectacular.utils import OpenApiParameter

from radar.api.fields import DayField, YesNoField

Schema = dict[str, Any]


def parameter(
    name: str, field: forms.Field, description: str = "", default: Any = None
) -> OpenApiParameter:
    """A parameter that a form reads with this field."""
    schema = schema_of(field)
    if default is not None:
        schema["default"] = default
    return OpenApiParameter(name, schema, required=field.required, description=description)


def schema_of(field: forms.Field) -> Schema:
    """The JSON Schema of what a field accepts. Rules of its `clean` that no schema can say stay."""
    if describe := getattr(field, "json_schema", None):
        described: Schema = describe()
        return described
    match field:
        case YesNoField():
            return {"type": "boolean"}
        case forms.IntegerField():
            # Django's FloatField is an IntegerField too.
            kind = "number" if isinstance(field, forms.FloatField) else "integer"
            limits = {"minimum": field.min_value, "maximum": field.max_value}
            return {"type": kind, **{k: v for k, v in limits.items() if v is not None}}
        case forms.DateTimeField():
            return {"type": "string", "format": "date-time"}
        case DayField():
            return {"type": "string", "format": "date"}
        case forms.ChoiceField():
            known: Any = field.choices
            values = [value for value, _ in known if value != ""]
            return {"type": "string", "enum": values}
        case forms.CharField():
            schema: Schema = {"type": "string"}
            if field.required:
                schema["minLength"] = 1
            if field.max_length is not None:
                schema["maxLength"] = field.max_length
            return schema
    raise TypeError(type(field))
