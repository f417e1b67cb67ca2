"""The form with which somebody says what is wrong about an establishment."""

from typing import Any

from django import forms

from placement.error_reports import ErrorReport


class ErrorReportForm(forms.ModelForm):
    class Meta:
        model = ErrorReport
        fields = ("subject", "text")
        widgets = {"text": forms.Textarea({"rows": 6})}

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **({"label_suffix": ""} | kwargs))
