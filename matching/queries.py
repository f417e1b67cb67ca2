"""What is asked of the engine, checked once for the page, the API and the command line."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib.gis.geos import Point
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from companies.models import Establishment
from geo.coordinates import WGS84
from geo.reach import Mode
from matching.campus_ranking import CampusRanking, rank_campuses
from matching.radar import ProgrammeRadar, Radar, programme_radar, radar
from matching.ranking import Ranking, Way, rank
from schools.models import Campus, CampusQuerySet, Programme, SchoolYear

MAX_RADIUS_KM = 150
DEFAULT_RADIUS_KM = 25
MAX_MINUTES = 180


class SchoolYearQuery(forms.Form):
    """A school year that has not ended, this one by default.

    `campuses` are those the asker may see. After `is_valid()`, `programme_radar()` answers for a
    programme at each of them.
    """

    school_year = forms.CharField(label=_("school year"), max_length=9, required=False)

    def __init__(self, *args: Any, campuses: CampusQuerySet, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.campuses = campuses

    def clean_school_year(self) -> SchoolYear:
        name = self.cleaned_data["school_year"]
        try:
            year = SchoolYear.objects.named(name) if name else SchoolYear.objects.current()
        except SchoolYear.DoesNotExist:
            raise ValidationError(_("This school year is unknown."), code="unknown") from None
        if year.has_ended():
            raise ValidationError(_("This school year has ended."), code="ended")
        return year

    def programme_radar(self, programme: Programme) -> ProgrammeRadar:
        """The opportunities of a programme that a valid query asks for."""
        allowed = self.campuses.order_by().values_list("pk", flat=True)
        return programme_radar(programme, self.cleaned_data["school_year"], allowed)


class CampusQuery(SchoolYearQuery):
    """Also a campus: any that the asker may not see is as unknown as one that does not exist."""

    campus = forms.CharField(label=_("campus"), max_length=20)

    field_order: tuple[str, ...] = ("campus", "school_year")

    def clean_campus(self) -> Campus:
        return self.campuses.select_related("school").chosen(self.cleaned_data["campus"])

    def as_options(self) -> str:
        """The errors of an invalid query as a command line would name them."""
        return "\n".join(
            f"--{field.replace('_', '-')}: {message}"
            for field, messages in self.errors.items()
            for message in messages
        )


class WayQuery(forms.Form):
    """How pupils travel, by bicycle unless told otherwise, and for how many minutes at most."""

    mode = forms.ChoiceField(label=_("mode"), choices=Mode.choices, required=False)
    max_minutes = forms.FloatField(
        label=_("minutes at most"), required=False, max_value=MAX_MINUTES
    )

    def clean_mode(self) -> Mode:
        return Mode(self.cleaned_data["mode"] or Mode.CYCLING)

    def clean_max_minutes(self) -> float | None:
        minutes: float | None = self.cleaned_data["max_minutes"]
        if minutes is not None and minutes <= 0:
            raise ValidationError(_("This is more than 0 minutes."), code="min_value")
        return minutes

    def way(self) -> Way:
        """The way that a valid query asks for."""
        return Way(self.cleaned_data["mode"], self.cleaned_data["max_minutes"])


class RadarQuery(CampusQuery, WayQuery):
    """Also a way: with one, `radar()` counts in minutes instead of kilometres.

    Who names a mode and no minutes means `usual_minutes`, or kilometres after all.
    """

    usual_minutes: float | None = 45.0

    field_order = ("campus", "mode", "max_minutes", "school_year")

    def radar(self) -> Radar:
        """The opportunities that a valid query asks for."""
        asked = self.cleaned_data
        at_most = asked["max_minutes"] or (self.usual_minutes if self.data.get("mode") else None)
        way = Way(asked["mode"], at_most) if at_most else None
        return radar(asked["campus"], asked["school_year"], way)


class AllocationQuery(CampusQuery):
    """Also the policy by which pupils get places: as `matching.allocation` describes them.

    The campus is that of pupils who name none, and may be left out.
    """

    campus = forms.CharField(label=_("campus"), max_length=20, required=False)

    method = forms.ChoiceField(
        label=_("Policy"),
        choices=[
            ("best", _("as many pupils as can be, then the shortest ways")),
            ("stable", _("stable: nobody would rather swap")),
        ],
    )

    field_order = ("campus", "school_year", "method")

    def clean_campus(self) -> Campus | None:  # type: ignore[override]
        return super().clean_campus() if self.cleaned_data["campus"] else None


class MatchQuery(CampusQuery, WayQuery):
    """Also a programme, a radius in kilometres (hemelsbreed) and a way: `ranking()` answers it.

    Whoever limits the minutes and names no radius is not held to the usual one.
    """

    programme = forms.CharField(label=_("programme"), max_length=160)
    radius = forms.FloatField(
        label=_("radius"),
        required=False,
        max_value=MAX_RADIUS_KM,
        help_text=_("Kilometres in a straight line."),
    )

    field_order = ("campus", "programme", "mode", "max_minutes", "radius", "school_year")

    def clean_programme(self) -> Programme:
        return Programme.objects.named(self.cleaned_data["programme"])

    def clean_radius(self) -> float:
        radius = self.cleaned_data["radius"]
        if radius is None:
            limited = self.cleaned_data.get("max_minutes") is not None
            return MAX_RADIUS_KM if limited else DEFAULT_RADIUS_KM
        if radius <= 0:
            raise ValidationError(_("The radius is more than 0 kilometres."), code="min_value")
        return float(radius)

    def ranking(self) -> Ranking:
        """The ranking that a valid query asks for."""
        asked = self.cleaned_data
        return rank(
            asked["campus"],
            asked["programme"],
            asked["radius"],
            asked["school_year"],
            way=self.way(),
        )


class PointQuery(MatchQuery):
    """The same from any point: what a campus there would find. Degrees, WGS 84."""

    campus = None  # type: ignore[assignment]
    # Flanders and Brussels, and what lies around them.
    longitude = forms.FloatField(label=_("longitude"), min_value=2.0, max_value=6.5)
    latitude = forms.FloatField(label=_("latitude"), min_value=50.0, max_value=52.0)

    def clean(self) -> dict[str, Any]:
        asked = super().clean() or {}
        if "longitude" in asked and "latitude" in asked:
            asked["campus"] = Campus(point=Point(asked["longitude"], asked["latitude"], srid=WGS84))
        return asked


class EstablishmentQuery(MatchQuery):
    """The same seen from an establishment: `rankings()` has one for each of its recognitions."""

    campus = None  # type: ignore[assignment]
    programme = forms.CharField(label=_("programme"), max_length=160, required=False)

    def clean_programme(self) -> Programme | None:  # type: ignore[override]
        return super().clean_programme() if self.cleaned_data["programme"] else None

    def rankings(self, establishment: Establishment) -> list[CampusRanking]:
        """The campuses for each recognition that a valid query asks for."""
        asked = self.cleaned_data
        return rank_campuses(
            establishment,
            asked["radius"],
            asked["school_year"],
            asked["programme"],
            way=self.way(),
        )
