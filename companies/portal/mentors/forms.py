"""The form of a mentor. No national register number is asked for."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from companies.models import Company, Establishment, Mentor
from radar.web.inputs import DayInput


class MentorForm(forms.ModelForm):
    """A mentor of one of the company's establishments."""

    class Meta:
        model = Mentor
        fields = (
            "establishment",
            "name",
            "email",
            "years_of_experience",
            "trained_on",
            "training_due_on",
            "pupil_limit",
        )
        labels = {
            "establishment": _("Establishment"),
            "name": _("Name"),
            "email": _("E-mail address"),
            "years_of_experience": _("Years of experience in the occupation"),
            "trained_on": _("Mentor training done on"),
            "training_due_on": _("Mentor training to be done by"),
            "pupil_limit": _("Pupils at a time, at most"),
        }
        widgets = {"trained_on": DayInput(), "training_due_on": DayInput()}

    def __init__(self, *args: Any, company: Company, **kwargs: Any) -> None:
        super().__init__(*args, **({"label_suffix": ""} | kwargs))
        houses = Establishment.objects.filter(company=company).active()
        self.fields["establishment"].queryset = houses.order_by("name")  # type: ignore[attr-defined]
        self.fields["establishment"].empty_label = None  # type: ignore[attr-defined]
