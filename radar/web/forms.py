"""Between a form and the action that it starts."""

from collections.abc import Iterator
from contextlib import contextmanager

from django import forms
from django.core.exceptions import ValidationError


@contextmanager
def take_errors(form: forms.BaseForm) -> Iterator[None]:
    """What an action refuses becomes an error of the form: of the field named, or of the whole."""
    try:
        yield
    except ValidationError as error:
        form.add_error(None, error)
