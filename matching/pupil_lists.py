"""A list of pupils to place, read from text and validated row by row."""

from __future__ import annotations

import csv
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from companies.pupils import pupil_reference_shape
from geo.reach import Mode
from matching.proposals import Pupil
from matching.queries import DEFAULT_RADIUS_KM, MAX_MINUTES, MAX_RADIUS_KM
from schools.models import Campus, CampusQuerySet, Programme

#: Pupils in one list.
MAX_PUPILS = 10_000
#: The columns in their order, and what a first line may call them.
COLUMNS = {
    "reference": ("reference", "referentie", "leerling", "pupil"),
    "programme": ("programme", "opleiding"),
    "postal_code": ("postal_code", "postal code", "postcode"),
    "km": ("km", "kilometer", "kilometres"),
    "campus": ("campus", "vestigingsplaats"),
    "mode": ("mode", "vervoer", "vervoerwijze"),
    "max_minutes": ("max_minutes", "minutes", "minuten"),
}


#: What a list may call a mode, beside its own name.
MODES = {
    "fiets": Mode.CYCLING,
    "bicycle": Mode.CYCLING,
    "ov": Mode.TRANSIT,
    "openbaar vervoer": Mode.TRANSIT,
    "public transport": Mode.TRANSIT,
    "auto": Mode.CAR,
}


class Known:
    """The campuses and programmes that a list may name, each looked up once however often named.

    `campus` is that of pupils whose line names none; None when each has to.
    """

    def __init__(self, campuses: CampusQuerySet, campus: Campus | None) -> None:
        self.campuses = campuses.select_related("school")
        self.own = campus
        self._campuses: dict[str, Campus | None] = {}
        self._programmes: dict[str, Programme | ValidationError] = {}

    def campus(self, key: str) -> Campus:
        """Raises ValidationError; one that the asker may not see is as unknown as no campus."""
        if not key:
            if self.own is None:
                raise ValidationError(_("Name the campus of this pupil."), code="required")
            return self.own
        if key not in self._campuses:
            try:
                self._campuses[key] = self.campuses.keyed(key)
            except Campus.DoesNotExist:
                self._campuses[key] = None
        if (found := self._campuses[key]) is None:
            raise ValidationError(_("This campus is unknown."), code="unknown")
        return found

    def programme(self, name: str) -> Programme:
        """Raises ValidationError."""
        if name not in self._programmes:
            try:
                self._programmes[name] = Programme.objects.named(name)
            except ValidationError as error:
                self._programmes[name] = error
        found = self._programmes[name]
        if isinstance(found, ValidationError):
            raise found
        return found


class PupilForm(forms.Form):
    """One pupil: the school's own reference, never a name. `pupil()` after `is_valid()`."""

    reference = forms.CharField(
        label=gettext_lazy("reference"), max_length=30, validators=[pupil_reference_shape]
    )
    programme = forms.CharField(label=gettext_lazy("programme"), max_length=160)
    postal_code = forms.RegexField(
        r"^[1-9][0-9]{3}$", label=gettext_lazy("postal code"), required=False
    )
    km = forms.FloatField(
        label=gettext_lazy("kilometres"), required=False, min_value=0.1, max_value=MAX_RADIUS_KM
    )
    campus = forms.CharField(label=gettext_lazy("campus"), max_length=20, required=False)
    mode = forms.CharField(label=gettext_lazy("mode"), max_length=20, required=False)
    max_minutes = forms.FloatField(
        label=gettext_lazy("minutes at most"), required=False, min_value=1, max_value=MAX_MINUTES
    )

    def __init__(self, data: dict[str, Any], known: Known) -> None:
        super().__init__(data)
        self.known = known

    def clean_programme(self) -> Programme:
        return self.known.programme(self.cleaned_data["programme"])

    def clean_campus(self) -> Campus:
        return self.known.campus(self.cleaned_data["campus"])

    def clean_mode(self) -> Mode | None:
        text = self.cleaned_data["mode"].casefold()
        if not text or text in Mode.values:
            return Mode(text) if text else None
        if text not in MODES:
            raise ValidationError(_("This mode is unknown."), code="unknown")
        return MODES[text]

    def pupil(self) -> Pupil:
        """Who limits the minutes and no kilometres is held to the minutes alone."""
        asked = self.cleaned_data
        minutes = asked["max_minutes"]
        usual = DEFAULT_RADIUS_KM if minutes is None else MAX_RADIUS_KM
        return Pupil(
            campus=asked["campus"],
            reference=asked["reference"],
            programme=asked["programme"],
            farthest=(asked["km"] or usual) * 1000,
            postal_code=asked["postal_code"],
            mode=asked["mode"] or (None if minutes is None else Mode.CYCLING),
            minutes=minutes,
        )


@dataclass(frozen=True)
class RowError:
    """What is wrong with a line of a list."""

    line: int
    column: str
    text: str


def read_list(text: str, known: Known) -> tuple[list[Pupil], list[RowError]]:
    """The pupils of a pasted list, and what is wrong with its lines.

    One line per pupil, its columns in the order of `COLUMNS`, separated by semicolons or tabs (or
    by commas, where no line has either); only the first two are needed. A first line that names
    its columns may have them in any order.
    """
    lines = text.splitlines()
    delimiter = next((sign for sign in "\t;" if any(sign in line for line in lines)), ",")
    rows = [
        (number, [cell.strip() for cell in row])
        for number, row in enumerate(csv.reader(lines, delimiter=delimiter), start=1)
        if any(cell.strip() for cell in row)
    ]
    columns = list(COLUMNS)
    if rows and (named := _header(rows[0][1])):
        columns, rows = named, rows[1:]
    if missing := [name for name in ("reference", "programme") if name not in columns]:
        text = _("The list has no column %(name)s.") % {"name": missing[0]}
        return [], [RowError(1, "", text)]
    if not 1 <= len(rows) <= MAX_PUPILS:
        most = _("Give 1 to %(most)s pupils, one a line.") % {"most": MAX_PUPILS}
        return [], [RowError(1, "", most)]
    bound = [(number, PupilForm(_cells(columns, row), known)) for number, row in rows]
    errors = [
        RowError(number, str(form.fields[name].label), str(message))
        for number, form in bound
        for name, messages in form.errors.items()
        for message in messages
    ]
    if errors:
        return [], errors
    pupils = [form.pupil() for _number, form in bound]
    return pupils, [
        RowError(bound[i][0], str(_("reference")), _("This reference is in the list twice."))
        for i in repeated(pupils)
    ]


def repeated(pupils: Iterable[Pupil]) -> list[int]:
    """The positions of pupils whose school has that reference in the list before."""
    seen: set[tuple[int, str]] = set()
    again = []
    for i, pupil in enumerate(pupils):
        key = (pupil.campus.school_id, pupil.reference)
        if key in seen:
            again.append(i)
        seen.add(key)
    return again


def _header(cells: list[str]) -> list[str]:
    """The names of the columns if this line has them, else nothing. Others are called `""`."""
    names = {called: name for name, all_ in COLUMNS.items() for called in all_}
    found = [names.get(cell.lower(), "") for cell in cells]
    return found if "reference" in found else []


def _cells(columns: list[str], row: list[str]) -> dict[str, Any]:
    cells = dict(zip(columns, row, strict=False))
    return cells | {name: cells.get(name, "").replace(",", ".") for name in ("km", "max_minutes")}


def checked(text: str, known: Known) -> list[Pupil]:
    """The pupils of a list. Raises ValidationError with a message per wrong line."""
    pupils, errors = read_list(text, known)
    if errors:
        raise ValidationError(
            [
                ValidationError(
                    _("Line %(line)s %(column)s: %(text)s"),
                    params={"line": error.line, "column": error.column, "text": error.text},
                )
                for error in errors[:MAX_ERRORS]
            ]
        )
    return pupils


#: Wrong lines that are told at once.
MAX_ERRORS = 50
