"""The columns of the education department's list of schools, and how their cells are read.

The list is a CSV at data-onderwijs.vlaanderen.be: UTF-8 with a byte order mark, semicolons, quotes,
lines ended by CR alone, one line per campus (vestigingsplaats). Numbers may have lost their leading
zeros; "niet van toepassing" means empty; `lx` and `ly` are Belgian Lambert 72 (EPSG:31370), metres.
"""

from __future__ import annotations

import re
from decimal import Decimal
from typing import Any

from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from imports.columns import Column
from imports.values import Parser, day, decimal, one_of, text, whole_number
from schools.models import Network, SchoolType

#: The main structures (hoofdstructuren) of secondary education, and the type of school they make.
TYPE_OF_STRUCTURE = {
    "311": SchoolType.FULL_TIME,
    "312": SchoolType.CDO,
    "315": SchoolType.SYNTRA,
    "321": SchoolType.BUSO,
}

_networks = one_of(
    {
        "GO": Network.GO,
        "OGO": Network.OGO,
        "VGO": Network.VGO,
    },
    {
        "GO!": Network.GO,
        "gemeenschapsonderwijs": Network.GO,
        "GO! onderwijs van de Vlaamse Gemeenschap": Network.GO,
        "officieel gesubsidieerd onderwijs": Network.OGO,
        "gesubsidieerd officieel onderwijs": Network.OGO,
        "gesubsidieerd provinciaal onderwijs": Network.OGO,
        "gesubsidieerd gemeentelijk onderwijs": Network.OGO,
        "vrij gesubsidieerd onderwijs": Network.VGO,
        "gesubsidieerd vrij onderwijs": Network.VGO,
    },
)


def school_number(cell: str) -> str:
    """A school's number with the zeros that it may have lost."""
    if not re.fullmatch(r"\d{1,6}", cell, re.ASCII) or not int(cell):
        raise ValidationError(_("A school number has at most six digits."))
    return cell.zfill(6)


def school_type(cell: str) -> str:
    """The type of a school, by its number, also with the words behind it (`121 - …`)."""
    code = re.match(r"\d{3}\b", cell, re.ASCII)
    if code and code[0] in SchoolType.values:
        return code[0]
    raise ValidationError(
        _("This type of school offers no dual programmes. The types are: %(types)s."),
        params={"types": ", ".join(SchoolType.values)},
    )


def structures(cell: str) -> str | None:
    """The type of school that the main structures (`311, 312`) make, None when they tell none."""
    found = [code for code in re.findall(r"\b\d{3}\b", cell) if code in TYPE_OF_STRUCTURE]
    if {"311", "312"} <= set(found):
        return SchoolType.FULL_AND_PART_TIME
    return TYPE_OF_STRUCTURE[found[0]] if found else None


def shortened(length: int) -> Parser:
    """A text that nobody searches by, cut off where it is too long."""
    return lambda cell: cell[:length]


def metres(cell: str) -> Decimal | None:
    """A Lambert coordinate; the list writes 0 for an unknown one."""
    return decimal(cell) or None


def website(cell: str) -> str:
    """A web address, with the protocol that the list mostly leaves out."""
    address = cell if "://" in cell else f"https://{cell}"
    return address[:200]


def _column(name: str, header: str, parse: Parser, type_: str = "text", **more: Any) -> Column:
    return Column(name, header, parse, type_, **more)


COLUMNS: tuple[Column, ...] = (
    _column(
        "number",
        "schoolnummer",
        school_number,
        required=True,
        key=True,
        also=("instellingsnummer", "instelling_nummer"),
        explanation=_("Number of the school, six digits."),
        example="039107",
    ),
    _column(
        "site_number",
        "intern_vplnummer",
        whole_number(1, 9999),
        "smallint",
        required=True,
        key=True,
        also=("vestigingsnummer", "vestigingsplaatsnummer"),
        explanation=_("Number of the campus within the school."),
        example="1",
    ),
    _column(
        "name",
        "naam",
        text(160),
        required=True,
        verbatim=True,
        explanation=_("Name of the school."),
        example="Voorbeeldschool",
    ),
    _column(
        "campus_name", "naam vestigingsplaats", text(160), explanation=_("Name of the campus.")
    ),
    _column("network", "net", _networks, explanation=_("Education network."), example="VGO"),
    _column(
        "type",
        "instellingstype",
        school_type,
        explanation=_("Type of the school, by its number."),
        example="121",
    ),
    _column(
        "structures_type",
        "ingerichte hoofdstructuren",
        structures,
        explanation=_("Main structures; they tell the type where that is not given."),
        example="311",
    ),
    _column("street", "straat", text(120), explanation=_("Street."), example="Stationsstraat"),
    _column("house_number", "huisnummer", text(20), explanation=_("House number."), example="1"),
    _column("box", "busnummer", text(20), also=("bus",), explanation=_("Box.")),
    _column(
        "postal_code",
        "postcode",
        text(4),
        required=True,
        explanation=_("Postal code, in the Flemish or the Brussels-Capital Region."),
        example="3000",
    ),
    _column(
        "town", "gemeente", text(80), explanation=_("Municipality or place."), example="Leuven"
    ),
    _column(
        "nis_code",
        "niscode",
        text(5),
        explanation=_("NIS code of the municipality; codes from before a merger count too."),
        example="24062",
    ),
    _column(
        "lx", "lx", metres, "numeric", explanation=_("x in Lambert 72, metres."), example="173000"
    ),
    _column(
        "ly", "ly", metres, "numeric", explanation=_("y in Lambert 72, metres."), example="174500"
    ),
    _column(
        "given_longitude",
        "lengtegraad",
        decimal,
        "double precision",
        explanation=_("Longitude in WGS 84; with the latitude, instead of lx and ly."),
    ),
    _column(
        "given_latitude",
        "breedtegraad",
        decimal,
        "double precision",
        explanation=_("Latitude in WGS 84."),
    ),
    _column("telephone", "telefoon", shortened(30), explanation=_("Telephone number.")),
    _column("email", "e-mail", shortened(254), explanation=_("E-mail address.")),
    _column("website", "website", website, explanation=_("Website.")),
    _column("closed_on", "einddatum", day, "date", explanation=_("Last day of the campus.")),
)
