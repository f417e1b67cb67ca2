"""Query parameters in lowerCamelCase, checked by the forms that the pages use too."""

from __future__ import annotations

import re

from django import forms
from django.utils.translation import gettext as _
from rest_framework.request import Request

from radar.api.problems import BadInput, Issue, issue

#: Django's error codes that mean a value lies outside what is allowed.
RANGE_CODES = {"min_value", "max_value", "ended"}


def camel(name: str) -> str:
    """`school_year` as the API writes it: `schoolYear`."""
    return re.sub(r"_(\w)", lambda letter: letter[1].upper(), name)


def form_data(request: Request, *forms_used: type[forms.Form]) -> dict[str, str]:
    """The query parameters under the forms' names.

    Raises BadInput for one that no form has, for one given twice (which of the two was meant?), and
    for one without a value that cannot be empty.
    """
    names = {camel(name): name for form in forms_used for name in form.base_fields}
    unknown = [
        issue(name, _("This parameter is unknown."), kind="unknownInput")
        for name in request.query_params
        if name not in names
    ]
    twice = [
        issue(name, _("This parameter is given more than once."))
        for name, values in request.query_params.lists()
        if name in names and len(values) > 1
    ]
    fields = {name: field for form in forms_used for name, field in form.base_fields.items()}
    # Nothing is a text, and no number, day or choice.
    empty = [
        issue(name, _("This parameter has no value."), "")
        for name, value in request.query_params.items()
        if name in names and value == "" and not isinstance(fields[names[name]], forms.CharField)
    ]
    if unknown or twice or empty:
        raise BadInput(unknown + twice + empty)
    return {names[name]: str(request.query_params[name]) for name in request.query_params}


def require_valid(*bound: forms.Form) -> None:
    """Raise BadInput with an issue for each error of each form."""
    issues: list[Issue] = []
    for form in bound:
        for field, errors in form.errors.as_data().items():
            for error in errors:
                kind = "outOfRange" if error.code in RANGE_CODES else "schemaViolation"
                value = form.data.get(field)
                issues += [issue(camel(field), text, value, kind) for text in error.messages]
    if issues:
        raise BadInput(issues)
