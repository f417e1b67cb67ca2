"""JSON bodies: what they must be before anybody looks at their values."""

from __future__ import annotations

from collections.abc import Collection
from typing import Any

from django.utils.translation import gettext as _
from rest_framework.request import Request

from radar.api.problems import BadInput, issue


def json_object(request: Request, known: Collection[str]) -> dict[str, Any]:
    """The body of a request as an object with known names only. Raises BadInput for any other."""
    return check_object(request.data, known)


def check_object(body: Any, known: Collection[str], inside: str = "") -> dict[str, Any]:
    """The same for a part of a body; `inside` is the path that its names are told with."""
    if not isinstance(body, dict):
        raise BadInput([issue(inside or "body", _("This must be an object."), place="body")])
    unknown = [
        issue(
            f"{inside}{name}"[:80], _("This field is unknown."), kind="unknownInput", place="body"
        )
        for name in body
        if name not in known
    ]
    if unknown:
        raise BadInput(unknown)
    return body
