"""Form fields of query parameters that the forms of the pages do not have."""

from __future__ import annotations

from django import forms


class YesNoField(forms.TypedChoiceField):
    """`true` or `false`; without it, None."""

    def __init__(self, *, help_text: str) -> None:
        super().__init__(
            required=False,
            choices=[("", ""), ("true", "true"), ("false", "false")],
            coerce=lambda value: value == "true",
            empty_value=None,
            help_text=help_text,
        )


class DayField(forms.DateField):
    """A day as ISO 8601 has it, and no other way."""

    def __init__(self, *, help_text: str) -> None:
        super().__init__(required=False, input_formats=["%Y-%m-%d"], help_text=help_text)
