"""Who offers which dual programme where, per school year, with the pupils enrolled."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace

from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from imports.columns import Column
from imports.frame import COMPLETE, Fault, Importer, Values
from imports.json_tables import JSON_SUFFIXES, Record
from imports.registry import register
from imports.staging import Ending, Merge, fetch
from imports.values import Parser, day, one_of, text, whole_number
from schools.imports.education_records import offering_rows
from schools.imports.programme_names import PROGRAMME, ProgrammeNames
from schools.imports.school_columns import school_number
from schools.models import Offering, OfferingStatus, SchoolYear
from schools.school_years import FIRST_YEAR, LAST_YEAR

STATUSES = {
    "aangevraagd": OfferingStatus.REQUESTED,
    "goedgekeurd": OfferingStatus.APPROVED,
    "ingericht": OfferingStatus.RUNNING,
    "geweigerd": OfferingStatus.REFUSED,
    "stopgezet": OfferingStatus.STOPPED,
}


def school_year(cell: str) -> int:
    """The year in which a school year starts: 2026 of `2026-2027`."""
    match = re.fullmatch(r"(\d{4})\s*[-–/]\s*(\d{4})", cell, re.ASCII)
    if (
        not match
        or int(match[2]) != int(match[1]) + 1
        or not FIRST_YEAR <= int(match[1]) <= LAST_YEAR
    ):
        raise ValidationError(_("Write the school year as 2026-2027."))
    return int(match[1])


COLUMNS: tuple[Column, ...] = (
    Column(
        "number",
        "schoolnummer",
        school_number,
        required=True,
        key=True,
        also=("instellingsnummer",),
        explanation=_("Number of the school, six digits."),
        example="039107",
    ),
    Column(
        "site_number",
        "vestigingsnummer",
        whole_number(1, 9999),
        "smallint",
        required=True,
        key=True,
        also=("intern_vplnummer", "vestigingsplaatsnummer"),
        explanation=_("Number of the campus within the school."),
        example="1",
    ),
    PROGRAMME,
    Column(
        "group_code",
        "administratieve groep",
        text(20),
        also=("administratievegroep_code",),
        explanation=_(
            "Administrative group: one year of the programme. Rows of several are one offering."
        ),
    ),
    Column(
        "starts_in",
        "schooljaar",
        school_year,
        "smallint",
        required=True,
        key=True,
        explanation=_("The school year."),
        example="2026-2027",
    ),
    Column(
        "status",
        "status",
        one_of(STATUSES, {str(status): status for status in OfferingStatus}),
        required=True,
        explanation=_("Where the offering stands."),
        example="ingericht",
        choices=tuple(STATUSES),
    ),
    Column(
        "pupils",
        "leerlingen",
        whole_number(0, 9999),
        "smallint",
        explanation=_("Pupils enrolled. Empty means unknown, 0 means none."),
        example="12",
        also=("aantal leerlingen", "inschrijvingen"),
    ),
    Column(
        "decided_on", "beslist op", day, "date", explanation=_("Day of the decision."), example=""
    ),
)


def make_school_years() -> None:
    """Make the school years that the rows in the table `staged` name, where they are new."""
    for (year,) in fetch("SELECT DISTINCT starts_in FROM staged WHERE NOT rejected"):
        SchoolYear.objects.starting_in(year)


@register
class OfferingImporter(Importer):
    """Geprogrammeerde opleidingen met hun leerlingen."""

    kind = "offerings"
    title = _("Offerings and pupils")
    explanation = _(
        "One row per campus, programme and school year, in our template. An empty number of pupils "
        "leaves what is known."
    )
    suffixes = (".csv", ".xlsx", *JSON_SUFFIXES)
    has_template = True
    max_rows = 200_000
    columns: tuple[Column, ...] = COLUMNS
    flags = (
        replace(
            COMPLETE,
            label=_(
                "The file is complete: stop the offerings that it does not name, of the school "
                "years that it names."
            ),
        ),
    )

    def readers(self) -> Mapping[str, Parser]:
        return {"programme_id": ProgrammeNames().key}

    def rows_of(self, record: Record) -> Iterator[Record]:
        return offering_rows(record, self.today)

    def check(self, values: Values) -> Iterable[Fault]:
        if (decided := values.get("decided_on")) and decided > self.today:
            yield "decided_on", _("This day lies in the future.")

    def reject(self) -> None:
        self.reject_repeated(
            "number",
            "site_number",
            "programme_id",
            "starts_in",
            "group_code",
            column="programme_id",
        )
        self.reject_rows(
            """
            SELECT s.line, s.number || '-' || s.site_number AS value FROM staged s
            WHERE NOT EXISTS (
                SELECT FROM schools_campus c JOIN schools_school o ON o.id = c.school_id
                WHERE o.number = s.number AND c.site_number = s.site_number
            )
            """,
            "number",
            _("This campus is unknown. Import the schools first."),
        )
        self.reject_rows(
            """
            SELECT s.line, s.starts_in AS value, p.valid_until AS last
            FROM staged s JOIN schools_programme p ON p.id = s.programme_id
            WHERE s.status IN ('requested', 'approved', 'running')
                AND p.valid_until < make_date(s.starts_in, 9, 1)
            """,
            "starts_in",
            _("This programme ended on {last}, before the school year."),
        )

    def plan(self) -> Iterable[Merge | Ending]:
        make_school_years()
        # The rows are years of the programme. Pupils of one that nobody knows make the sum unknown.
        yield Merge(
            model=Offering,
            query="""
                SELECT c.id AS campus_id, s.programme_id, s.starts_in AS school_year_id,
                    (array_agg(s.status ORDER BY s.line) FILTER (WHERE NOT s.rejected))[1]
                        AS status,
                    CASE WHEN count(*) = count(s.pupils) THEN sum(s.pupils) END AS pupils,
                    max(s.decided_on) AS decided_on,
                    min(p.title || ' · ' || s.number || '-' || s.site_number || ' · '
                        || s.starts_in || '-' || s.starts_in + 1) AS label
                FROM staged s
                JOIN schools_school o ON o.number = s.number
                JOIN schools_campus c ON c.school_id = o.id AND c.site_number = s.site_number
                JOIN schools_programme p ON p.id = s.programme_id
                GROUP BY c.id, s.programme_id, s.starts_in
                HAVING NOT bool_and(s.rejected)
            """,
            match="""
                t.campus_id = s.campus_id AND t.programme_id = s.programme_id
                AND t.school_year_id = s.school_year_id
            """,
            values=("status", "pupils", "decided_on"),
            kept_when_empty=("pupils", "decided_on"),
            initial=("campus_id", "programme_id", "school_year_id"),
            carried=("label",),
            label="p.label",
        )
        if self.is_set(COMPLETE):
            yield self._stopped()

    def _stopped(self) -> Ending:
        """The offerings of the file's school years that a complete file does not name."""
        return Ending(
            model=Offering,
            scope="""
                t.status IN ('requested', 'approved', 'running')
                AND t.school_year_id IN (SELECT starts_in FROM staged)
            """,
            absent="""
                NOT EXISTS (
                    SELECT FROM staged s
                    JOIN schools_school o ON o.number = s.number
                    JOIN schools_campus c ON c.school_id = o.id AND c.site_number = s.site_number
                    WHERE c.id = t.campus_id AND s.programme_id = t.programme_id
                        AND s.starts_in = t.school_year_id
                )
            """,
            changes={"status": "'stopped'"},
            label="""
                (SELECT p.title || ' · ' || o.number || '-' || c.site_number || ' · '
                    || t.school_year_id
                FROM schools_programme p, schools_campus c JOIN schools_school o
                    ON o.id = c.school_id
                WHERE p.id = t.programme_id AND c.id = t.campus_id)
            """,
        )
