"""What the OpenAPI document says of every operation: how it fails."""

from __future__ import annotations

from typing import Any

from radar.api.problems import ISSUE_TYPE, TYPE, ProblemRenderer

METHODS = {"get", "put", "post", "patch", "delete"}

ISSUE = {
    "type": "object",
    "description": "What is wrong with one parameter.",
    "properties": {
        "type": {"type": "string", "examples": [f"{ISSUE_TYPE}outOfRange"]},
        "in": {"type": "string", "enum": ["query", "path", "header", "body"]},
        "name": {"type": "string", "examples": ["radius"]},
        "value": {"type": "string", "description": "as it was received, at most 200 characters"},
        "detail": {"type": "string"},
    },
    "required": ["type", "in", "name", "detail"],
}
PROBLEM = {
    "type": "object",
    "description": "An error (RFC 9457), in the language of `Accept-Language`: Dutch or English.",
    "properties": {
        "type": {"type": "string", "examples": [f"{TYPE}badRequest"]},
        "title": {"type": "string"},
        "status": {"type": "integer"},
        "detail": {"type": "string"},
        "instance": {"type": "string", "description": "`urn:uuid:…`; name it when you report it"},
        "issues": {"type": "array", "items": {"$ref": "#/components/schemas/ProblemIssue"}},
    },
    "required": ["type", "title", "status", "detail", "instance"],
}
RESPONSES = {
    "400": "The input is not valid; `issues` names each parameter that is wrong.",
    "401": "Nobody is logged in.",
    "404": "There is no such resource, or it is not yours to see.",
    "default": "Any other error.",
}


def describe_problems(result: dict[str, Any], **_: Any) -> dict[str, Any]:
    """A drf-spectacular hook: every operation can answer with a problem."""
    schemas = result.setdefault("components", {}).setdefault("schemas", {})
    schemas |= {"Problem": PROBLEM, "ProblemIssue": ISSUE}
    content = {ProblemRenderer.media_type: {"schema": {"$ref": "#/components/schemas/Problem"}}}
    for path in result.get("paths", {}).values():
        for method in METHODS & path.keys():
            for status, description in RESPONSES.items():
                path[method]["responses"].setdefault(
                    status, {"description": description, "content": content}
                )
    return result


def close_bodies(result: dict[str, Any], **_: Any) -> dict[str, Any]:
    """A drf-spectacular hook: an unknown field of a body is refused, and the document says so.

    Components that answers have too stay open: clients ignore what they do not know.
    """
    schemas = result["components"].get("schemas", {})
    operations = [path[m] for path in result["paths"].values() for m in METHODS & path.keys()]
    sent = {name for o in operations for name in _names(o.get("requestBody", {}), schemas)}
    given = {name for o in operations for name in _names(o["responses"], schemas)}
    for name in sent - given:
        if schemas[name].get("type") == "object":
            schemas[name].setdefault("additionalProperties", False)
    return result


def _names(part: Any, schemas: dict[str, Any]) -> set[str]:
    """The components that a part of the document refers to, and those that these refer to."""
    found: set[str] = set()
    todo = [part]
    while todo:
        match todo.pop():
            case {"$ref": str(reference)}:
                name = reference.rpartition("/")[2]
                if name not in found and name in schemas:
                    found.add(name)
                    todo.append(schemas[name])
            case dict() as members:
                todo += members.values()
            case list() as members:
                todo += members
    return found
