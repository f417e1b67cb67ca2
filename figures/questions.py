"""What is asked of a table, checked once for the page, the download, the API and the command."""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from figures.areas import read_area
from figures.columns import arrays_of
from figures.crossing import YEAR, Crossing
from figures.dimensions import DIMENSIONS, school_year_name
from figures.models import Cube
from figures.tables import Table
from figures.verdicts import Thresholds
from geo.models import Municipality
from schools.school_years import SchoolYear, school_year_starting

MOST_DIMENSIONS = 2


@dataclass(frozen=True)
class Question:
    """A valid question to a table of a cube. `by` keeps the order that was asked."""

    table: Table
    cube: Cube
    by: tuple[str, ...]
    crossing: Crossing
    thresholds: Thresholds
    #: The area as it was written, for addresses.
    area_text: str = ""

    @property
    def school_year(self) -> int | None:
        """The one school year that is shown; None when they stand beside each other."""
        return None if YEAR in self.by else self.crossing.years[0]


def snake(key: str) -> str:
    """`educationForm` as forms name it: `education_form`."""
    return "".join(f"_{letter.lower()}" if letter.isupper() else letter for letter in key)


class FiguresQuery(forms.Form):
    """A table's question: by at most two dimensions, a school year, and one member of each other.

    After `is_valid()`, `question()` gives it.
    """

    by = forms.CharField(label=_("by"), max_length=200, required=False)
    school_year = forms.CharField(label=_("school year"), max_length=9, required=False)
    province = forms.CharField(label=_("province"), max_length=5, required=False)
    municipality = forms.CharField(label=_("municipality"), max_length=5, required=False)
    sector = forms.CharField(label=_("sector"), max_length=200, required=False)
    grade = forms.CharField(label=_("grade"), max_length=1, required=False)
    education_form = forms.CharField(label=_("education form"), max_length=6, required=False)
    finality = forms.CharField(label=_("finality"), max_length=2, required=False)
    network = forms.CharField(label=_("network"), max_length=4, required=False)
    programme = forms.CharField(label=_("programme"), max_length=10, required=False)
    area = forms.CharField(label=_("drawn area"), max_length=8_000, required=False)
    enough = forms.FloatField(
        label=_("enough: places per pupil"), min_value=0.1, max_value=20, required=False
    )
    lonely = forms.FloatField(
        label=_("too few programmes: percentage of the places without one in reach"),
        min_value=1,
        max_value=100,
        required=False,
    )
    unused = forms.FloatField(
        label=_("unused: percentage of the places that is free"),
        min_value=1,
        max_value=100,
        required=False,
    )

    def __init__(
        self, data: Mapping[str, Any], *args: Any, table: Table, cube: Cube, **kwargs: Any
    ) -> None:
        super().__init__(data, *args, **kwargs)
        self.table, self.cube = table, cube
        for key in DIMENSIONS:
            if key not in table.dimensions:
                self.fields.pop(snake(key), None)
        if not table.takes_area:
            del self.fields["area"]
        if not table.takes_thresholds:
            for name in ("enough", "lonely", "unused"):
                del self.fields[name]

    def clean_by(self) -> tuple[str, ...]:
        text = self.cleaned_data["by"]
        keys = [key.strip() for key in text.split(",") if key.strip()]
        unknown = [key for key in keys if key not in self.table.dimensions]
        if unknown:
            raise ValidationError(
                _("“%(name)s” is none of the dimensions of this table: %(known)s."),
                code="unknown",
                params={"name": unknown[0][:40], "known": ", ".join(self.table.dimensions)},
            )
        if len(set(keys)) != len(keys):
            raise ValidationError(_("A dimension is crossed with another one."), code="twice")
        if len(keys) > MOST_DIMENSIONS:
            raise ValidationError(
                _("A table has at most two dimensions; %(n)s were asked."),
                code="too_many",
                params={"n": len(keys)},
            )
        return tuple(keys) if "by" in self.data else self.table.usual

    def clean_school_year(self) -> int:
        name = self.cleaned_data["school_year"]
        known = known_years(self.cube)
        if not name:
            return usual_year(self.table, self.cube)
        found = {school_year_name(year): year for year in known}
        if name.strip() not in found:
            _require_school_year(name)
            raise ValidationError(
                _("There are no figures of %(name)s: they go from %(first)s to %(last)s.")
                if known
                else _("There are no figures of any school year yet."),
                code="unknown",
                params={
                    "name": name,
                    "first": school_year_name(known[0]) if known else "",
                    "last": school_year_name(known[-1]) if known else "",
                },
            )
        return found[name.strip()]

    def clean_municipality(self) -> str:
        code = self.cleaned_data["municipality"]
        if not code:
            return ""
        found = Municipality.objects.resolve(code)
        if found is None:
            raise ValidationError(_("No municipality has this NIS code."), code="unknown")
        return found.nis_code

    def clean_area(self) -> Any:
        text = self.cleaned_data["area"]
        return read_area(text) if text.strip() else None

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        for key in self.table.dimensions:
            member = cleaned.get(snake(key))
            if key in (YEAR, "municipality") or not member:
                continue
            if member not in arrays_of(self.cube).labels_of(key):
                self.add_error(
                    snake(key), ValidationError(_("This member is unknown."), code="unknown")
                )
        return cleaned

    def question(self) -> Question:
        """The question that valid data ask."""
        asked = self.cleaned_data
        by = asked["by"]
        where = {
            key: asked[snake(key)]
            for key in self.table.dimensions
            if key != YEAR and asked.get(snake(key))
        }
        years = known_years(self.cube) if YEAR in by else (asked["school_year"],)
        usual = Thresholds()
        return Question(
            self.table,
            self.cube,
            by,
            Crossing(
                tuple(years), tuple(key for key in by if key != YEAR), where, asked.get("area")
            ),
            Thresholds(
                **{
                    name: asked.get(name) or getattr(usual, name)
                    for name in ("enough", "lonely", "unused")
                }
            ),
            str(self.data.get("area", "")) if asked.get("area") else "",
        )

    def as_options(self) -> str:
        """The errors of an invalid question as a command line would name them."""
        return "\n".join(
            f"--{field.replace('_', '-')}: {message}"
            for field, messages in self.errors.items()
            for message in messages
        )


def usual_year(table: Table, cube: Cube) -> int:
    """The school year that a table shows when nobody names one."""
    known = known_years(cube)
    year = school_year_starting(timezone.localdate()) + table.ahead
    return min(max(year, known[0]), known[-1]) if known else year


def _require_school_year(name: str) -> None:
    """Raise ValidationError for a text that is no school year at all."""
    with suppress(SchoolYear.DoesNotExist):
        SchoolYear.objects.named(name)


def known_years(cube: Cube) -> tuple[int, ...]:
    """The school years that a cube has offerings of, oldest first."""
    return arrays_of(cube).years
