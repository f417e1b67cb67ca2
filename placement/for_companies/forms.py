"""The form with which a company lets a school know that it has a place."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from placement.for_companies.offers import PlaceOffer


class OfferForm(forms.ModelForm):
    """A message of the company's own, if it wants to add one."""

    class Meta:
        model = PlaceOffer
        fields = ("text",)
        labels = {"text": _("Your message")}
        help_texts = {"text": _("The school also sees the programme, the establishment and you.")}
        widgets = {"text": forms.Textarea(attrs={"rows": 5})}

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **({"label_suffix": ""} | kwargs))
