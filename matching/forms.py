"""The question of the matches page as its fields: a search with what there is to choose."""

from typing import Any

from django import forms
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from matching.queries import DEFAULT_RADIUS_KM, MatchQuery
from schools.models import Programme, SchoolYear

#: Radii on offer, in kilometres. An address may name any other up to the limit of a search.
RADII = (5, 10, 15, 25, 40, 60)


class MatchForm(MatchQuery):
    """A `MatchQuery` drawn as four lists; what it accepts is the query's own affair."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._offer("campus", [(c.key, str(c)) for c in self.campuses.select_related("school")])
        self._offer("programme", [("", "—"), *_programmes()])
        self._offer("radius", [(str(km), _("%(km)s km") % {"km": km}) for km in self._radii()])
        self._offer("school_year", _school_years())

    def _offer(self, name: str, choices: Any) -> None:
        self.fields[name].widget = forms.Select(choices=choices)

    def _radii(self) -> list[float]:
        """The radii on offer, with the one asked for among them."""
        asked = self.data.get("radius", "")
        extra = [float(asked)] if asked.replace(".", "", 1).isdecimal() else []
        return sorted({*RADII, *(int(km) if km.is_integer() else km for km in extra)})

    @classmethod
    def defaults(cls) -> dict[str, str]:
        return {"radius": str(DEFAULT_RADIUS_KM), "school_year": SchoolYear.objects.current().name}


def _programmes() -> list[tuple[str, str]]:
    rows = Programme.objects.valid_on(timezone.localdate()).values_list("number", "title", "grade")
    return [(str(number), title) for number, title, _grade in rows]


def _school_years() -> list[tuple[str, str]]:
    """This school year and the one that is being prepared."""
    this = SchoolYear.objects.current()
    following = SchoolYear.objects.starting_in(this.starts_in + 1)
    return [(year.name, year.name) for year in (this, following)]
