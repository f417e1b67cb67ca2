"""What a search asks: from where, for what, how far, and which workplaces to leave out."""

from __future__ import annotations

import copy
from collections.abc import Sequence
from typing import Any

import shapely
from django import forms
from django.core.exceptions import ValidationError
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from companies.models import Recognition
from matching.queries import MatchQuery
from placement.areas import read_area
from placement.search_facts import Place, Places, read_places
from placement.search_filters import Filters
from placement.search_results import Search, Sort
from placement.starts import Start, find_start
from schools.models import Programme

#: A programme this much like what was typed is meant, if the next one is that much less alike.
MEANT_LIKENESS, MEANT_LEAD = 0.55, 0.1
#: Names to offer for a programme that nobody knows.
SUGGESTIONS = 5


class Codes(forms.MultipleChoiceField):
    """Codes of which any may be asked for: one that nothing has finds nothing."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(required=False, **kwargs)

    def valid_value(self, value: str) -> bool:
        return len(value) <= 50

    def clean(self, value: Any) -> frozenset[str]:
        return frozenset(filter(None, super().clean(value)))


class SearchQuery(MatchQuery):
    """A `MatchQuery` from any place, with what it filters and sorts by: `search()` answers it.

    A programme may be written with a typing error: `meant` is then the one that `typed` was taken
    for, and `suggestions` are those it could be.
    """

    start = forms.CharField(label=_("starting from"), max_length=120, required=False)
    sort = forms.ChoiceField(label=_("sort by"), choices=Sort.choices, required=False)
    free = forms.BooleanField(label=_("with a free place"), required=False)
    untouched = forms.BooleanField(label=_("never approached by us"), required=False)
    trained = forms.BooleanField(label=_("trained pupils before"), required=False)
    sector = Codes(label=_("sector"))
    language = Codes(label=_("language"))
    municipality = Codes(label=_("municipality"))
    area = forms.CharField(label=_("area"), max_length=2500, required=False)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.typed = ""
        self.meant: Programme | None = None
        self.suggestions: Sequence[Programme] = ()

    def clean_programme(self) -> Programme:
        try:
            return super().clean_programme()
        except ValidationError as error:
            if error.code != "unknown":
                raise
            today = timezone.localdate()
            self.typed = self.cleaned_data["programme"]
            found = list(Programme.objects.valid_on(today).like(self.typed)[:SUGGESTIONS])
            first, second = (*(p.likeness for p in found[:2]), 0.0, 0.0)[:2]  # type: ignore[attr-defined]
            if first >= MEANT_LIKENESS and first - second >= MEANT_LEAD:
                self.meant = found[0]
                return found[0]
            self.suggestions = found
            raise

    def clean_start(self) -> Start | None:
        text = self.cleaned_data["start"]
        return find_start(text) if text else None

    def clean_sort(self) -> Sort:
        return Sort(self.cleaned_data["sort"] or Sort.RANK)

    def clean_area(self) -> shapely.Polygon | None:
        text = self.cleaned_data["area"]
        return read_area(text) if text else None

    def clean(self) -> dict[str, Any]:
        """The campus of a valid query stands where the search starts.

        It stays the same school's: its own pupils are no rivals of it.
        """
        asked = super().clean() or {}
        if asked.get("start") and "campus" in asked:
            asked["campus"] = copy.copy(asked["campus"])
            asked["campus"].point = asked["start"].point
        return asked

    @property
    def filters(self) -> Filters:
        """The filters of a valid query."""
        names = Filters.__dataclass_fields__
        return Filters(**{name: self.cleaned_data[name] for name in names})

    def search(self) -> Search:
        """What a valid query finds."""
        ranking = self.ranking()
        ids = ranking.candidates.recognition_ids.tolist()
        known = self._places(Recognition.objects.filter(pk__in=ids)) if ids else {}
        return Search.of(ranking, known, self.filters, self.cleaned_data["sort"])

    def _places(self, recognitions: Any) -> dict[int, Place]:
        asked = self.cleaned_data
        today = timezone.localdate()
        return read_places(recognitions, asked["campus"].school, asked["school_year"], today)

    def places_within(self, km: float) -> Places:
        """The places that fit within so many kilometres in a straight line, planar. One query."""
        asked = self.cleaned_data
        usable = (
            Recognition.objects.usable_in(asked["school_year"], timezone.localdate())
            .for_programme(asked["programme"])
            .within(asked["campus"], km)
        )
        return Places(list(self._places(usable).values()))
