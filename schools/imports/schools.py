"""Schools and campuses from the education department's list, one line per campus."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace
from functools import cached_property
from typing import ClassVar

from django.core.exceptions import ValidationError
from django.core.validators import EmailValidator
from django.utils.text import format_lazy
from django.utils.translation import gettext_lazy as _

from geo.coordinate_checks import Places, degrees_from_lambert_72
from geo.precision import LocationPrecision, LocationSource
from geo.towns import Towns
from imports import located
from imports.columns import Column
from imports.frame import COMPLETE, Fault, Importer, Values
from imports.json_tables import JSON_SUFFIXES, Record
from imports.registry import register
from imports.staging import Ending, Merge
from schools.imports.education_records import campus_row
from schools.imports.school_columns import COLUMNS
from schools.models import Campus, School

_is_email = EmailValidator()

#: A school's own facts stand on the line of each of its campuses; the first campus speaks for it.
_SCHOOLS = """
    SELECT DISTINCT ON (s.number) s.line, s.number, s.name, s.network, s.email, s.telephone,
        s.website, COALESCE(s.type, s.structures_type, t.type) AS type,
        CASE WHEN bool_and(s.closed_on IS NOT NULL) OVER school
            THEN max(s.closed_on) OVER school END AS closed_on
    FROM staged s LEFT JOIN schools_school t ON t.number = s.number
    WHERE NOT s.rejected
    WINDOW school AS (PARTITION BY s.number)
    ORDER BY s.number, s.site_number
"""

_LOCATION = located.location(
    "c",
    unmoved="""
        (c.street, c.house_number, c.postal_code)
            = (COALESCE(s.street, ''), COALESCE(s.house_number, ''), s.postal_code)
    """,
    given=(
        "s.longitude IS NOT NULL",
        {
            "point": "ST_SetSRID(ST_MakePoint(s.longitude, s.latitude), 4326)",
            "precision": f"'{LocationPrecision.HOUSE_NUMBER}'",
            "location_source": f"'{LocationSource.IMPORTED}'",
        },
    ),
)

_CAMPUSES = f"""
    SELECT s.line, s.site_number, COALESCE(s.campus_name, '') AS name, s.street, s.house_number,
        s.box, s.postal_code, s.municipality_id, s.closed_on, p.target_id AS school_id,
        p.name || ' (' || s.number || '-' || s.site_number || ')' AS label,
        {_LOCATION}
    FROM staged s
    JOIN plan_schools_school p ON p.number = s.number
    LEFT JOIN schools_campus c ON c.school_id = p.target_id AND c.site_number = s.site_number
    WHERE NOT s.rejected
"""


@register
class SchoolImporter(Importer):
    """Onderwijsinstellingen en hun vestigingsplaatsen."""

    kind = "schools"
    title = _("Schools and campuses")
    explanation = _(
        "The education department's list of schools, as it is published, or a table with the same "
        "columns. One row per campus."
    )
    suffixes = (".csv", ".xlsx", *JSON_SUFFIXES)
    has_template = True
    max_rows = 100_000
    columns: tuple[Column, ...] = COLUMNS
    flags = (
        replace(
            COMPLETE,
            label=_(
                "The file is complete: close the campuses that it does not name, of the types of "
                "school that it names."
            ),
        ),
    )
    derived: ClassVar[Mapping[str, str]] = {
        "municipality_id": "bigint",
        "longitude": "double precision",
        "latitude": "double precision",
    }

    #: E-mail addresses that were left out.
    _bad_emails = 0

    @cached_property
    def _towns(self) -> Towns:
        return Towns.load()

    @cached_property
    def _places(self) -> Places:
        return Places.load()

    def rows_of(self, record: Record) -> Iterable[Record]:
        return (campus_row(record),)

    def check(self, values: Values) -> Iterable[Fault]:
        """The municipality and the point, which must agree; a wrong e-mail address is left out."""
        code = values["postal_code"]
        values["municipality_id"] = self._towns.of_code(
            values.get("nis_code") or ""
        ) or self._towns.of_postal_code(code, values.get("town") or "")
        if values["municipality_id"] is None:
            yield (
                "postal_code",
                _("This campus lies outside the Flemish and the Brussels-Capital Region."),
            )
        if email := values.get("email"):
            try:
                _is_email(email)
            except ValidationError:
                values["email"] = None
                self._bad_emails += 1
        yield from self._locate(values)

    def _locate(self, values: Values) -> Iterable[Fault]:
        """The point, from degrees where they are given and else from Lambert 72."""
        longitude, latitude = values.get("given_longitude"), values.get("given_latitude")
        x, y = values.get("lx"), values.get("ly")
        column = "given_longitude"
        try:
            if longitude is None or latitude is None:
                if x is None or y is None:
                    return
                column = "lx"
                longitude, latitude = degrees_from_lambert_72(float(x), float(y))
            longitude, latitude = float(longitude), float(latitude)
            self._places.check(longitude, latitude, values["postal_code"])
        except ValidationError as error:
            yield column, error
        else:
            values |= {"longitude": longitude, "latitude": latitude}

    def reject(self) -> None:
        self.reject_repeated("number", "site_number", column="number")
        self.reject_rows(
            """
            SELECT s.line, s.number AS value FROM staged s
            WHERE COALESCE(s.type, s.structures_type) IS NULL AND NOT EXISTS (
                SELECT FROM schools_school t WHERE t.number = s.number
            )
            """,
            "number",
            _("This school is new and the file does not tell its type."),
        )
        if self._bad_emails:
            self.notes.append(
                format_lazy(_("E-mail addresses left out as wrong: {n}."), n=self._bad_emails)
            )

    def plan(self) -> Iterable[Merge | Ending]:
        optional = ("network", "email", "telephone", "website")
        yield Merge(
            model=School,
            query=_SCHOOLS,
            match="t.number = s.number",
            values=("name", "type", *optional, "closed_on"),
            initial=("number",),
            kept_when_empty=optional,
            label="p.name || ' (' || p.number || ')'",
        )
        yield Merge(
            model=Campus,
            query=_CAMPUSES,
            match="t.school_id = s.school_id AND t.site_number = s.site_number",
            values=("name", *located.COLUMNS, "closed_on"),
            kept_when_empty=("name",),
            initial=("school_id", "site_number"),
            carried=("label",),
            label="p.label",
            shown=located.SHOWN,
        )
        if self.is_set(COMPLETE):
            yield self._closed()

    def _closed(self) -> Ending:
        """The open campuses that a complete list does not name.

        The published list is asked per main structure, so it speaks only of the types of school
        that it names: the others are not absent, they were not asked for.
        """
        return Ending(
            model=Campus,
            scope="""
                t.closed_on IS NULL AND t.school_id IN (
                    SELECT o.id FROM schools_school o
                    WHERE o.closed_on IS NULL AND o.type IN (
                        SELECT COALESCE(s.type, s.structures_type, k.type)
                        FROM staged s LEFT JOIN schools_school k ON k.number = s.number
                    )
                )
            """,
            absent="""
                NOT EXISTS (
                    SELECT FROM staged s JOIN schools_school o ON o.number = s.number
                    WHERE o.id = t.school_id AND s.site_number = t.site_number
                )
            """,
            changes={"closed_on": "%(today)s"},
            label="""
                (SELECT o.name || ' (' || o.number || '-' || t.site_number || ')'
                FROM schools_school o WHERE o.id = t.school_id)
            """,
            params={"today": self.today},
        )
