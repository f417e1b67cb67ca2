"""A list of pupils to place, read from text: validated row by row, and kept nowhere."""

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
from matching.proposals import Pupil
from matching.queries import DEFAULT_RADIUS_KM, MAX_RADIUS_KM
from schools.models import Programme

#: Pupils in one list: what is computed while the page is waited for.
MAX_PUPILS = 1000
COLUMNS = ("reference", "programme", "postal_code", "km")


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

    def clean_programme(self) -> Programme:
        return Programme.objects.named(self.cleaned_data["programme"])

    def pupil(self) -> Pupil:
        asked = self.cleaned_data
        km = asked["km"] or DEFAULT_RADIUS_KM
        return Pupil(asked["reference"], asked["programme"], km * 1000, asked["postal_code"])


@dataclass(frozen=True)
class RowError:
    """What is wrong with a line of a list."""

    line: int
    column: str
    text: str


def read_list(text: str) -> tuple[list[Pupil], list[RowError]]:
    """The pupils of a pasted list, and what is wrong with its lines.

    One line per pupil: reference, programme and, if wanted, postal code and kilometres, separated
    by semicolons or tabs. A first line with the columns' own names is skipped.
    """
    lines = text.splitlines()
    delimiter = "\t" if any("\t" in line for line in lines) else ";"
    rows = [
        (number, row)
        for number, row in enumerate(csv.reader(lines, delimiter=delimiter), start=1)
        if any(cell.strip() for cell in row)
    ]
    if rows and rows[0][1][0].strip().lower() in ("reference", "referentie"):
        rows = rows[1:]
    if not 1 <= len(rows) <= MAX_PUPILS:
        most = _("Give 1 to %(most)s pupils, one a line.") % {"most": MAX_PUPILS}
        return [], [RowError(1, "", most)]
    bound = [(number, PupilForm(_cells(row))) for number, row in rows]
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
        for i in repeated(pupil.reference for pupil in pupils)
    ]


def repeated(references: Iterable[str]) -> list[int]:
    """The positions of references that came before."""
    seen: set[str] = set()
    again = []
    for i, reference in enumerate(references):
        if reference in seen:
            again.append(i)
        seen.add(reference)
    return again


def _cells(row: list[str]) -> dict[str, Any]:
    cells = dict(zip(COLUMNS, (cell.strip() for cell in row), strict=False))
    return cells | {"km": cells.get("km", "").replace(",", ".")}


def checked(text: str) -> list[Pupil]:
    """The pupils of a list. Raises ValidationError with a message per wrong line."""
    pupils, errors = read_list(text)
    if errors:
        raise ValidationError(
            [
                ValidationError(
                    _("Line %(line)s %(column)s: %(text)s"),
                    params={"line": error.line, "column": error.column, "text": error.text},
                )
                for error in errors
            ]
        )
    return pupils
