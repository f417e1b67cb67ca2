"""Request bodies with a list in them, checked by the forms that the pages use too."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django import forms
from django.utils.translation import gettext as _
from rest_framework.request import Request

from radar.api.parameters import RANGE_CODES, camel
from radar.api.problems import BadInput, Issue, issue

Body = dict[str, Any]


def items_of(request: Request, name: str, most: int, others: set[str]) -> tuple[Body, list[Body]]:
    """The body, and the list that it holds under a name.

    Raises BadInput for a body that is no object, a member that is neither this list nor one of the
    others, and a list that is empty, longer than `most` or holds something else than objects.
    """
    body = request.data
    if not isinstance(body, dict):
        raise BadInput([issue("body", _("The body is a JSON object."), place="body")])
    unknown = [
        issue(member, _("This parameter is unknown."), kind="unknownInput", place="body")
        for member in body
        if member not in others | {name}
    ]
    if unknown:
        raise BadInput(unknown)
    items = body.get(name)
    if not isinstance(items, list) or not 1 <= len(items) <= most:
        text = _("This is a list of 1 to %(most)s items.") % {"most": most}
        raise BadInput([issue(name, text, place="body")])
    wrong = [
        issue(f"{name}[{i}]", _("This is a JSON object."), place="body")
        for i, item in enumerate(items)
        if not isinstance(item, dict)
    ]
    if wrong:
        raise BadInput(wrong)
    return body, items


def require_valid_body(form: forms.Form) -> None:
    """Raise BadInput with an issue for each error of the body's own members."""
    _require([(camel(field), form, field) for field in form.errors])


def require_valid_item(name: str, bound: Sequence[forms.Form]) -> None:
    """Raise BadInput with an issue for each error of each item of the list with this name."""
    _require(
        [
            (f"{name}[{i}].{camel(field)}", form, field)
            for i, form in enumerate(bound)
            for field in form.errors
        ]
    )


def _require(wrong: list[tuple[str, forms.Form, str]]) -> None:
    issues: list[Issue] = []
    for name, form, field in wrong:
        for error in form.errors.as_data()[field]:
            kind = "outOfRange" if error.code in RANGE_CODES else "schemaViolation"
            value = form.data.get(field)
            said = None if value is None else str(value)
            issues += [issue(name, text, said, kind, "body") for text in error.messages]
    if issues:
        raise BadInput(issues)
