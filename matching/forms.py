"""The questions of the pages as their fields: a search with what there is to choose."""

from collections.abc import Iterable
from typing import Any

from django import forms
from django.utils import timezone
from django.utils.formats import number_format
from django.utils.translation import gettext_lazy as _

from geo.reach import Mode
from matching.queries import (
    DEFAULT_RADIUS_KM,
    MAX_MINUTES,
    MAX_RADIUS_KM,
    CampusQuery,
    MatchQuery,
    RadarQuery,
    WayQuery,
)
from matching.radar_rows import ADVICE
from radar.web.choices import SearchSelect, later
from schools.choices import campus_choices, programme_choices, school_years
from schools.school_years import school_year_name, school_year_starting

#: Radii on offer, in kilometres. An address may name any other up to the limit of a search.
RADII = (5, 10, 15, 25, 40, 60)


#: Minutes on offer; an address may name any other.
MINUTES = (15, 30, 45, 60, 90)


class CampusForm(CampusQuery):
    """A `CampusQuery` drawn as two lists; what it accepts is the query's own affair.

    The lists are read from the database when they are drawn, so not for a fragment. Who names no
    campus means the first of the list.
    """

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, label_suffix="", **kwargs)
        campuses = SearchSelect(lambda: campus_choices(self.campuses))
        self._draw("campus", _("Campus"), campuses)
        if self.is_bound and self.fields["campus"].required and not self.data.get("campus"):
            first = next(iter(campuses.choices), None)
            asked: Any = self.data.copy()  # type: ignore[attr-defined]
            asked["campus"] = first[0] if first else ""
            self.data = asked
        self._draw("school_year", _("School year"), forms.Select(choices=later(school_years)))

    def _draw(self, name: str, label: Any, widget: forms.Select) -> None:
        self.fields[name].label = label
        self.fields[name].help_text = ""
        self.fields[name].widget = widget


class WayForm(CampusForm, WayQuery):
    """Also how pupils travel and for how long, as two lists."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._draw("mode", _("Pupils travel"), forms.Select(choices=Mode.choices))
        minutes = forms.Select(choices=later(self._minutes))
        self._draw("max_minutes", _("For at most"), minutes)

    def _minutes(self) -> Iterable[tuple[str, Any]]:
        """The minutes on offer, with those asked for among them."""
        yield "", _("any time")
        for minutes, text in offered(MINUTES, self.data.get("max_minutes", ""), MAX_MINUTES):
            yield text, _("%(n)s minutes") % {"n": number_format(f"{minutes:g}")}


def offered(usual: Iterable[float], asked: str, most: float) -> list[tuple[float, str]]:
    """Numbers on offer with the one asked for among them, each with its text; ascending."""
    found = {number: f"{number:g}" for number in usual}
    try:
        if 0 < float(asked) <= most:
            found[float(asked)] = asked
    except ValueError:
        pass
    return sorted(found.items())


class RadarForm(WayForm, RadarQuery):
    """A `RadarQuery` drawn, with which programmes to show: `offered`, `new`, an advice, or all.

    The list of modes always has one chosen, so that it takes minutes to count in minutes.
    """

    usual_minutes = None

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


class MatchForm(WayForm, MatchQuery):
    """A `MatchQuery` drawn as lists."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._draw("programme", _("Programme"), SearchSelect(self._programmes))
        radii = forms.Select({"data-usual": str(DEFAULT_RADIUS_KM)}, later(self._radii))
        self._draw("radius", _("Radius in a straight line"), radii)

    def _programmes(self) -> Iterable[tuple[str, Any]]:
        if not self.data.get("programme"):
            yield "", _("Choose a programme")
        yield from programme_choices()

    def _radii(self) -> Iterable[tuple[str, Any]]:
        """The radii on offer, with the one asked for among them; none goes with minutes."""
        yield "", _("any distance")
        for km, text in offered(RADII, self.data.get("radius", ""), MAX_RADIUS_KM):
            yield text, _("%(km)s km") % {"km": number_format(f"{km:g}")}


def completed(asked: dict[str, str]) -> dict[str, str]:
    """A question with what it leaves out: this school year, and the usual reach.

    Whoever limits the minutes is not held to the usual radius as well.
    """
    this_year = school_year_name(school_year_starting(timezone.localdate()))
    usual = {"mode": Mode.CYCLING.value, "school_year": this_year}
    if "max_minutes" not in asked:
        usual["radius"] = str(DEFAULT_RADIUS_KM)
    return usual | asked
