"""Pupils enrolled per programme, school and school year, onto the offerings.

The ministry counts per year of a programme (administrative group) and mostly per school. Years of
one programme are added up. A number of a school goes to its only campus that offers the programme;
where there are several it is refused, because how it is divided nobody tells.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from datetime import date

from django.utils.translation import gettext_lazy as _

from imports.columns import Column
from imports.frame import Fault, Importer, Values
from imports.json_tables import JSON_SUFFIXES, Record
from imports.registry import register
from imports.staging import Ending, Merge, make_table
from imports.values import Parser
from schools.imports import offerings
from schools.imports.education_records import enrolment_rows
from schools.imports.programme_names import ProgrammeNames
from schools.models import Offering

_OFFERINGS_COLUMNS = {column.name: column for column in offerings.COLUMNS}

#: The campus that a number is about: the one named, the only one that offers the programme in the
#: year, or the only one of the school.
_PLACED = """
    SELECT s.line, s.programme_id, s.starts_in, s.pupils, s.rejected, s.number,
        CASE WHEN s.site_number IS NOT NULL THEN named.id
            WHEN offering.n > 0 THEN CASE WHEN offering.n = 1 THEN offering.id END
            WHEN site.n = 1 THEN site.id END AS campus_id
    FROM staged s
    LEFT JOIN schools_school o ON o.number = s.number
    LEFT JOIN schools_campus named ON named.school_id = o.id AND named.site_number = s.site_number
    LEFT JOIN LATERAL (
        SELECT count(*) AS n, min(c.id) AS id FROM schools_offering f
        JOIN schools_campus c ON c.id = f.campus_id
        WHERE c.school_id = o.id AND f.programme_id = s.programme_id
            AND f.school_year_id = s.starts_in AND f.status IN ('approved', 'running', 'stopped')
    ) offering ON true
    LEFT JOIN LATERAL (
        SELECT count(*) AS n, min(c.id) AS id FROM schools_campus c WHERE c.school_id = o.id
    ) site ON true
"""


@register
class EnrolmentImporter(Importer):
    """Inschrijvingsaantallen."""

    kind = "enrolments"
    title = _("Enrolled pupils")
    explanation = _(
        "One row per school and programme, or per year of it (administrative group): years are "
        "added up. Without a campus number the school must have one campus with the programme."
    )
    suffixes = (".csv", ".xlsx", *JSON_SUFFIXES)
    has_template = True
    max_rows = 200_000
    columns: tuple[Column, ...] = (
        _OFFERINGS_COLUMNS["number"],
        replace(_OFFERINGS_COLUMNS["site_number"], required=False, key=False),
        _OFFERINGS_COLUMNS["programme_id"],
        _OFFERINGS_COLUMNS["group_code"],
        _OFFERINGS_COLUMNS["starts_in"],
        replace(_OFFERINGS_COLUMNS["pupils"], required=True),
    )

    def readers(self) -> Mapping[str, Parser]:
        return {"programme_id": ProgrammeNames().key}

    def rows_of(self, record: Record) -> Iterator[Record]:
        return enrolment_rows(record)

    def check(self, values: Values) -> Iterable[Fault]:
        if date(values["starts_in"], 9, 1) > self.today:
            yield "starts_in", _("This school year has not begun.")

    def reject(self) -> None:
        self.reject_repeated(
            "number", "site_number", "programme_id", "starts_in", "group_code", column="number"
        )
        self.reject_rows(
            """
            SELECT s.line, s.number AS value FROM staged s
            WHERE s.site_number IS NULL AND EXISTS (
                SELECT FROM staged o WHERE o.number = s.number AND o.starts_in = s.starts_in
                    AND o.programme_id = s.programme_id AND o.site_number IS NOT NULL
            )
            """,
            "site_number",
            _("Other rows give this programme per campus. Give the campus here too."),
        )
        make_table("placed", _PLACED)
        self.reject_rows(
            """
            SELECT s.line, concat_ws('-', s.number, s.site_number) AS value
            FROM staged s JOIN placed p ON p.line = s.line
            WHERE p.campus_id IS NULL AND (s.site_number IS NOT NULL OR NOT EXISTS (
                SELECT FROM schools_school o JOIN schools_campus c ON c.school_id = o.id
                WHERE o.number = s.number
            ))
            """,
            "number",
            _("This campus is unknown. Import the schools first."),
        )
        self.reject_rows(
            """
            SELECT s.line, s.number AS value
            FROM staged s JOIN placed p ON p.line = s.line WHERE p.campus_id IS NULL
            """,
            "site_number",
            _(
                "It is unknown at which campus of the school these pupils are. Give the campus, or "
                "import the offerings of this school year first."
            ),
        )

    def plan(self) -> Iterable[Merge | Ending]:
        offerings.make_school_years()
        # Of a programme with a rejected row the sum would be too low: it stays as it is.
        yield Merge(
            model=Offering,
            query="""
                SELECT p.campus_id, p.programme_id, p.starts_in AS school_year_id,
                    sum(p.pupils) AS pupils, 'running' AS status,
                    min(o.title || ' · ' || p.number || ' · ' || p.starts_in || '-'
                        || p.starts_in + 1) AS label
                FROM placed p
                JOIN staged s ON s.line = p.line
                JOIN schools_programme o ON o.id = p.programme_id
                WHERE p.campus_id IS NOT NULL AND NOT EXISTS (
                    SELECT FROM staged bad WHERE bad.rejected AND bad.number = s.number
                        AND bad.programme_id = s.programme_id AND bad.starts_in = s.starts_in
                )
                GROUP BY p.campus_id, p.programme_id, p.starts_in
            """,
            match="""
                t.campus_id = s.campus_id AND t.programme_id = s.programme_id
                AND t.school_year_id = s.school_year_id
            """,
            values=("pupils",),
            initial=("campus_id", "programme_id", "school_year_id", "status"),
            carried=("label",),
            label="p.label",
        )
