"""The columns of the recognitions' template, and how their cells are read."""

from __future__ import annotations

import re
from dataclasses import replace

from django.core.exceptions import ValidationError
from django.utils.text import format_lazy
from django.utils.translation import gettext_lazy as _

from companies.models import RecognitionStatus
from companies.numbers import compact, validate_enterprise_number, validate_establishment_number
from imports.columns import Column
from imports.values import day, one_of, text, whole_number
from schools.imports.programme_names import PROGRAMME

STATUSES = {
    "aangevraagd": RecognitionStatus.REQUESTED,
    "onvolledig": RecognitionStatus.INCOMPLETE,
    "erkend": RecognitionStatus.RECOGNISED,
    "geweigerd": RecognitionStatus.REFUSED,
    "opgeheven": RecognitionStatus.LIFTED,
    "verlopen": RecognitionStatus.EXPIRED,
}


def enterprise_number(cell: str) -> str:
    """An enterprise number, with its leading zero if a spreadsheet took that off."""
    number = compact(cell).zfill(10)
    validate_enterprise_number(number)
    return number


def unit_number(cell: str) -> str:
    """An establishment number."""
    number = compact(cell)
    validate_establishment_number(number)
    return number


def postal_code(cell: str) -> str:
    """A Belgian postal code."""
    if not re.fullmatch(r"[1-9]\d{3}", cell, re.ASCII):
        raise ValidationError(_("A postal code has four digits."))
    return cell


def places_column(starts_in: int) -> Column:
    """The column with the places offered in a school year."""
    name = f"{starts_in}-{starts_in + 1}"
    return Column(
        f"places_{starts_in}",
        f"plaatsen {name}",
        whole_number(0, 999),
        "integer",
        explanation=format_lazy(
            _("Places that the workplace offers in {year}. Empty means unknown, 0 means none."),
            year=name,
        ),
        example="2",
    )


COLUMNS: tuple[Column, ...] = (
    Column(
        "enterprise_number",
        "ondernemingsnummer",
        enterprise_number,
        required=True,
        explanation=_("Of the company, as the KBO has it, with or without dots."),
        example="0566.988.259",
        also=("enterprise number", "kbo-nummer"),
    ),
    Column(
        "unit_number",
        "vestigingsnummer",
        unit_number,
        required=True,
        key=True,
        explanation=_("Of the establishment, as the KBO has it, with or without dots."),
        example="2.147.812.701",
        also=("vestigingseenheidsnummer", "establishment number"),
    ),
    replace(PROGRAMME, also=("programme",)),
    Column(
        "status",
        "status",
        one_of(STATUSES, {str(status): status for status in RecognitionStatus}),
        required=True,
        explanation=_("Where the recognition stands."),
        example="erkend",
        choices=tuple(STATUSES),
    ),
    Column(
        "requested_on",
        "aangevraagd op",
        day,
        "date",
        explanation=_("Day of the request."),
        example="01-06-2026",
        also=("requested on",),
    ),
    Column(
        "decided_on",
        "beslist op",
        day,
        "date",
        explanation=_("Day of the decision."),
        example="10-06-2026",
        also=("decided on",),
    ),
    Column(
        "valid_from",
        "geldig van",
        day,
        "date",
        explanation=_("First day of the recognition."),
        example="01-09-2026",
        also=("valid from",),
    ),
    Column(
        "valid_until",
        "geldig tot en met",
        day,
        "date",
        explanation=_("Last day of the recognition. Empty means five years after its first day."),
        example="31-08-2031",
        also=("geldig tot", "valid until"),
    ),
    Column(
        "reason",
        "reden",
        text(2000),
        verbatim=True,
        explanation=_("Why it was refused, lifted or found incomplete."),
        also=("reason",),
    ),
    Column(
        "sector_id",
        "sector",
        lambda cell: cell,
        "bigint",
        explanation=_("The sectoral partnership that decides, by its name or short name."),
        example="elektrotechniek",
        also=("partnerschap",),
    ),
    Column(
        "name",
        "naam",
        text(200),
        explanation=_(
            "Name of the establishment. Only needed when we do not know it yet, and so are the "
            "columns that follow."
        ),
        example="Elektro Voorbeeld",
        also=("vestigingsnaam", "name"),
    ),
    Column("street", "straat", text(120), explanation=_("Street."), example="Stationsstraat"),
    Column("house_number", "huisnummer", text(20), explanation=_("House number."), example="1"),
    Column("box", "bus", text(20), explanation=_("Box."), also=("busnummer",)),
    Column(
        "postal_code",
        "postcode",
        postal_code,
        explanation=_("Postal code, in the Flemish or the Brussels-Capital Region."),
        example="3000",
    ),
    Column("town", "gemeente", text(80), explanation=_("Municipality or place."), example="Leuven"),
)
