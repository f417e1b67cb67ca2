"""The search as its fields: the question on top, and what it filters and sorts by."""

from __future__ import annotations

from typing import Any

from django import forms
from django.http import QueryDict
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from matching.forms import MatchForm, completed
from placement.search_query import SearchQuery
from schools.models import Programme


class SearchForm(MatchForm, SearchQuery):
    """A `SearchQuery` drawn; the filters are drawn with their counts, beside the results."""

    data: QueryDict

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        start = self.fields["start"]
        start.label = _("Starting from")
        start.widget = forms.TextInput(
            {
                "placeholder": _("the campus"),
                "maxlength": 120,
                "autocomplete": "off",
                "spellcheck": "false",
            }
        )
        self.fields["programme"].widget.attrs["data-search"] = reverse("programme-names")

    def clean_programme(self) -> Programme:
        programme = super().clean_programme()
        # The list shows what the text stood for.
        self.data = self.data.copy()
        self.data["programme"] = str(programme.number)
        return programme


def asked_of(query: QueryDict) -> QueryDict:
    """What a page is asked, with what it leaves out: as `completed`, and with several values."""
    asked = QueryDict(mutable=True)
    for name, values in query.lists():
        if texts := [text for text in values if text]:
            asked.setlist(name, texts)
    single = {name: str(text) for name, text in asked.items()}
    for name, text in completed(single).items():
        asked.setdefault(name, text)
    return asked
