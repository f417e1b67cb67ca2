"""The form of an establishment: what only its company knows, not what the KBO says."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from companies.establishments import WorkLanguage
from companies.models import Establishment


class EstablishmentForm(forms.ModelForm):
    languages = forms.MultipleChoiceField(
        label=_("Languages at work"),
        choices=WorkLanguage.choices,
        widget=forms.CheckboxSelectMultiple,
        required=False,
    )

    class Meta:
        model = Establishment
        fields = ("email", "telephone", "languages")
        labels = {"email": _("E-mail address"), "telephone": _("Telephone")}

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **({"label_suffix": ""} | kwargs))
