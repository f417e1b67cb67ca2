"""The questions of the pages as their fields: a search with what there is to choose."""

from collections.abc import Callable, Iterable
from functools import cache
from typing import Any

from django import forms
from django.contrib.postgres.aggregates import StringAgg
from django.utils import timezone
from django.utils.choices import CallableChoiceIterator
from django.utils.formats import number_format
from django.utils.translation import gettext_lazy as _

from matching.queries import DEFAULT_RADIUS_KM, MAX_RADIUS_KM, CampusQuery, MatchQuery
from matching.radar_rows import ADVICE
from schools.models import CampusQuerySet, Programme, SchoolYear

#: Radii on offer, in kilometres. An address may name any other up to the limit of a search.
RADII = (5, 10, 15, 25, 40, 60)


def later(choices: Callable[[], Iterable[Any]]) -> Any:
    """A list of choices that is made once, when it is first looked at."""
    return CallableChoiceIterator(cache(lambda: list(choices())))


class SearchSelect(forms.Select):
    """A list to type in (js/combobox.js); without JavaScript an ordinary list.

    A choice's label may be a `Found`: then its hint is shown too, and its words are searched.
    """

    def __init__(self, choices: Callable[[], Iterable[Any]]) -> None:
        super().__init__({"data-combobox": ""}, later(choices))

    def create_option(self, name: str, value: Any, label: Any, *args: Any, **kwargs: Any) -> Any:
        option = super().create_option(name, value, label, *args, **kwargs)
        if isinstance(label, Found):
            option["attrs"] |= {"data-hint": label.hint, "data-words": label.words}
        return option


class Found(str):
    """A label with a hint beside it and other words that lead to it."""

    hint: str
    words: str

    def __new__(cls, label: str, hint: str = "", words: str = "") -> "Found":
        found = super().__new__(cls, label)
        found.hint, found.words = hint, words
        return found


def campus_choices(campuses: CampusQuerySet) -> Iterable[tuple[str, Any]]:
    """The campuses by key, found by town and school too."""
    for campus in campuses.select_related("school", "municipality"):
        town = campus.municipality.name if campus.municipality else ""
        yield campus.key, Found(str(campus), town, f"{campus.school} {campus.key}")


def programme_choices() -> Iterable[tuple[str, Any]]:
    """The programmes valid today by number, found by their other names too."""
    programmes = (
        Programme.objects.valid_on(timezone.localdate())
        .annotate(words=StringAgg("aliases__name", " ", default=""))
        .order_by("title", "number")
    )
    for programme in programmes:
        hint = f"{programme.get_education_form_display()} · {programme.number}"
        yield str(programme.number), Found(programme.title, hint, programme.words)


class CampusForm(CampusQuery):
    """A `CampusQuery` drawn as two lists; what it accepts is the query's own affair.

    The lists are read from the database when they are drawn, so not for a fragment.
    """

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, label_suffix="", **kwargs)
        self._draw("campus", _("Campus"), SearchSelect(lambda: campus_choices(self.campuses)))
        self._draw("school_year", _("School year"), forms.Select(choices=later(school_years)))

    def _draw(self, name: str, label: Any, widget: forms.Select) -> None:
        self.fields[name].label = label
        self.fields[name].help_text = ""
        self.fields[name].widget = widget


class RadarForm(CampusForm):
    """Also which programmes to show: `offered`, `new`, an advice, or all."""

    show = forms.ChoiceField(
        label=_("Show"),
        required=False,
        choices=[
            ("", _("all programmes")),
            ("offered", _("offered here")),
            ("new", _("not offered here")),
            *((advice.value, word) for advice, word in ADVICE.items()),
        ],
    )


class MatchForm(CampusForm, MatchQuery):
    """A `MatchQuery` drawn as four lists."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._draw("programme", _("Programme"), SearchSelect(self._programmes))
        radii = forms.Select(choices=later(self._radii))
        self._draw("radius", _("Radius in a straight line"), radii)

    def _programmes(self) -> Iterable[tuple[str, Any]]:
        if not self.data.get("programme"):
            yield "", _("Choose a programme")
        yield from programme_choices()

    def _radii(self) -> Iterable[tuple[str, Any]]:
        """The radii on offer, with the one asked for among them."""
        asked = self.data.get("radius", "")
        radii: dict[float, str] = {km: str(km) for km in RADII}
        try:
            if 0 < float(asked) <= MAX_RADIUS_KM:
                radii[float(asked)] = asked
        except ValueError:
            pass
        for km in sorted(radii):
            yield radii[km], _("%(km)s km") % {"km": number_format(f"{km:g}")}


def completed(asked: dict[str, str], campuses: CampusQuerySet) -> dict[str, str]:
    """A question with what it leaves out: the first campus, the usual radius, this school year."""
    usual = {"radius": str(DEFAULT_RADIUS_KM), "school_year": SchoolYear.objects.current().name}
    if "campus" not in asked and (first := campuses.select_related("school").first()):
        usual["campus"] = first.key
    return usual | asked


def school_years() -> Iterable[tuple[str, Any]]:
    """This school year and the one that is being prepared."""
    this = SchoolYear.objects.current()
    for year in (this, SchoolYear.objects.starting_in(this.starts_in + 1)):
        yield year.name, year.name
