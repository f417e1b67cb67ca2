"""Inputs that the forms of every app use."""

from django import forms


class DayInput(forms.DateInput):
    """A day in the browser's own calendar, which wants it as ISO 8601 writes it."""

    input_type = "date"

    def __init__(self) -> None:
        super().__init__(format="%Y-%m-%d")
