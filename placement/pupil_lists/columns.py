"""The columns of a list of pupils, and how their cells are read."""

from __future__ import annotations

from typing import Any

from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from companies.pupils import pupil_reference_shape
from geo.models import postal_code_shape
from imports.columns import Column, simplified
from imports.values import day
from placement.pupil_requests import PupilMode
from schools.models import Programme

#: How people write the way a pupil goes to work.
MODES = {
    "fiets": PupilMode.BICYCLE,
    "bicycle": PupilMode.BICYCLE,
    "bike": PupilMode.BICYCLE,
    "te voet": PupilMode.FOOT,
    "voet": PupilMode.FOOT,
    "foot": PupilMode.FOOT,
    "on foot": PupilMode.FOOT,
    "auto": PupilMode.CAR,
    "car": PupilMode.CAR,
    "ov": PupilMode.TRANSIT,
    "openbaar vervoer": PupilMode.TRANSIT,
    "transit": PupilMode.TRANSIT,
    "public transport": PupilMode.TRANSIT,
}
#: Those that the template offers.
CHOICES = ("fiets", "openbaar vervoer", "te voet", "auto")


def reference(cell: str) -> str:
    pupil_reference_shape(cell)
    return cell


def postal_code(cell: str) -> str:
    postal_code_shape(cell)
    return cell


def mode(cell: str) -> str:
    try:
        return MODES[" ".join(cell.casefold().split())].value
    except KeyError:
        raise ValidationError(
            _("Write one of: %(choices)s."), params={"choices": ", ".join(CHOICES)}
        ) from None


class Programmes:
    """Reads programmes by number or name, each asked from the database once."""

    def __init__(self) -> None:
        self._known: dict[str, Programme] = {}

    def __call__(self, cell: str) -> Programme:
        key = simplified(cell)
        if key not in self._known:
            self._known[key] = Programme.objects.named(cell)
        return self._known[key]


def columns() -> tuple[Column, ...]:
    """The columns of one list, in the order of the template."""
    return (
        Column(
            "reference",
            "referentie",
            reference,
            required=True,
            key=True,
            explanation=_("The school's own reference of the pupil. Never a name."),
            example="26-0412",
            also=("reference", "leerling", "pupil"),
        ),
        Column(
            "programme",
            "opleiding",
            Programmes(),
            required=True,
            explanation=_("The number or the name of the programme."),
            example="88",
            also=("programme", "structuuronderdeel"),
        ),
        Column(
            "postal_code",
            "postcode",
            postal_code,
            explanation=_("Of the pupil's home. Leave empty when unknown."),
            example="9000",
            also=("postal_code", "zip"),
        ),
        Column(
            "mode",
            "vervoer",
            mode,
            explanation=_("How the pupil goes to work. Leave empty when unknown."),
            example="fiets",
            also=("mode", "vervoermiddel"),
            choices=CHOICES,
        ),
        Column(
            "started_on",
            "zoekt sinds",
            day,
            explanation=_("The first day of the search. Empty means today."),
            example="2026-09-01",
            also=("started_on", "searching since", "gestart op"),
        ),
    )


#: What a row holds after reading: values by the names of the columns, None for an empty cell.
Values = dict[str, Any]
