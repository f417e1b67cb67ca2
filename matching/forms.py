"""The questions of the pages as their fields: a search with what there is to choose."""

from collections.abc import Iterable
from typing import Any

from django import forms
from django.utils import timezone
from django.utils.formats import number_format
from django.utils.translation import gettext_lazy as _

from matching.queries import DEFAULT_RADIUS_KM, MAX_RADIUS_KM, CampusQuery, MatchQuery
from matching.radar_rows import ADVICE
from radar.web.choices import SearchSelect, later
from schools.choices import campus_choices, programme_choices, school_years
from schools.models import CampusQuerySet
from schools.school_years import school_year_name, school_year_starting

#: Radii on offer, in kilometres. An address may name any other up to the limit of a search.
RADII = (5, 10, 15, 25, 40, 60)


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
    this_year = school_year_name(school_year_starting(timezone.localdate()))
    usual = {"radius": str(DEFAULT_RADIUS_KM), "school_year": this_year}
    if "campus" not in asked and (first := campuses.select_related("school").first()):
        usual["campus"] = first.key
    return usual | asked
