"""Recognitions and workplaces from a CSV or XLSX of our own template.

A row is an establishment and a programme. Which recognition it is about, when there are several,
is decided by `_MATCH`. An establishment that we do not know yet is made when the row gives its name
and postal code.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import replace
from datetime import date, timedelta
from functools import cached_property
from typing import ClassVar

from django.core.exceptions import ValidationError
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from companies.imports.recognition_columns import COLUMNS, places_column
from companies.models import (
    Company,
    Establishment,
    Recognition,
    RecognitionStatus,
    Workplace,
)
from companies.recognitions import MAX_YEARS, longest_until, years_later
from geo.towns import Towns
from imports.columns import Column
from imports.frame import COMPLETE, Fault, Importer, Values
from imports.registry import register
from imports.staging import Ending, Merge, make_table
from imports.values import Parser
from schools.imports.programme_names import ProgrammeNames
from schools.models import SchoolYear, Sector
from schools.school_years import school_year_starting

#: How far ahead of today a recognition may start.
AHEAD = timedelta(days=366)

#: Which recognition a staged row is about. First the one with the same first day, then one in force
#: whose period overlaps, then one that is open: a request that waits for this decision, or one in
#: force that this row lifts. Among equals the one that already is what the row says, so that the
#: same file twice finds what it found.
_MATCH = """
    SELECT s.line, m.id AS recognition_id, m.valid_from, m.valid_until,
        NOT (m.same OR m.overlaps) AND m.open AND m.n_open > 1 AS is_ambiguous
    FROM staged s
    JOIN companies_establishment e ON e.unit_number = s.unit_number
    CROSS JOIN LATERAL (
        SELECT c.*, count(*) FILTER (WHERE c.open) OVER () AS n_open FROM (
            SELECT r.id, r.valid_from, r.valid_until,
                COALESCE(r.valid_from = s.valid_from, false) AS same,
                r.status = 'recognised' AND s.status IN ('recognised', 'lifted', 'expired')
                    AND s.valid_from IS NOT NULL
                    AND daterange(r.valid_from, r.valid_until, '[]')
                        && daterange(s.valid_from, s.valid_until, '[]') AS overlaps,
                CASE WHEN s.status IN ('lifted', 'expired')
                    THEN r.status = 'recognised' AND s.valid_from IS NULL
                    ELSE r.status IN ('requested', 'incomplete') END AS open,
                r.status = s.status AND s.valid_from IS NULL AS alike,
                r.status = s.status
                    AND COALESCE(r.sector_id = s.sector_id, s.sector_id IS NULL)
                    AND COALESCE(r.requested_on = s.requested_on, s.requested_on IS NULL)
                    AND COALESCE(r.decided_on = s.decided_on, s.decided_on IS NULL)
                    AND COALESCE(r.valid_until = s.valid_until, s.valid_until IS NULL)
                    AND COALESCE(r.reason = s.reason, s.reason IS NULL) AS equal
            FROM companies_recognition r
            WHERE r.establishment_id = e.id AND r.programme_id = s.programme_id
        ) c
        WHERE c.same OR c.overlaps OR c.open OR c.alike
        ORDER BY c.same DESC, c.overlaps DESC, c.open DESC, c.equal DESC, c.id DESC
        LIMIT 1
    ) m
    WHERE NOT s.rejected
"""


@register
class RecognitionImporter(Importer):
    """Erkenningen en leerwerkplekken."""

    kind = "recognitions"
    title = _("Recognitions and workplaces")
    explanation = _(
        "One row per establishment and programme, in our template. An empty cell leaves what is "
        "known. A period that overlaps the known one corrects it."
    )
    has_template = True
    max_rows = 500_000
    flags = (
        replace(
            COMPLETE,
            label=_(
                "The file is complete: lift the recognitions in force that it does not name, of "
                "the sectors that it names."
            ),
        ),
    )
    derived: ClassVar[Mapping[str, str]] = {"municipality_id": "bigint"}
    columns: tuple[Column, ...] = COLUMNS

    def readers(self) -> Mapping[str, Parser]:
        return {"programme_id": ProgrammeNames().key, "sector_id": self._sector}

    @property
    def years(self) -> list[int]:
        """The calendar years in which the school years with places start. For a staged file."""
        found = (re.fullmatch(r"places_(\d{4})", name) for name in self.staged.columns)
        return [int(match[1]) for match in found if match]

    @cached_property
    def _towns(self) -> Towns:
        return Towns.load()

    @cached_property
    def _sectors(self) -> dict[str, int]:
        return {
            name.casefold(): pk
            for pk, *names in Sector.objects.values_list("pk", "slug", "name")
            for name in names
        }

    @classmethod
    def template_columns(cls, today: date) -> tuple[Column, ...]:
        year = school_year_starting(today)
        places = (places_column(year), places_column(year + 1))
        split = [column.name for column in cls.columns].index("name")
        return (*cls.columns[:split], *places, *cls.columns[split:])

    def another_column(self, header: str) -> Column | None:
        """`plaatsen 2026-2027`: the places of a school year."""
        match = re.fullmatch(
            r"(?:plaatsen|places)\W*(\d{4})\s*[-–/]\s*(\d{4})", header.strip(), re.I | re.ASCII
        )
        if not match or int(match[2]) != int(match[1]) + 1:
            return None
        if not abs(int(match[1]) - self.today.year) <= MAX_YEARS + 1:
            return None
        return places_column(int(match[1]))

    def _sector(self, cell: str) -> int:
        try:
            return self._sectors[cell.casefold()]
        except KeyError:
            raise ValidationError(
                _("This sector is unknown. Write its name as the list of sectors has it.")
            ) from None

    def check(self, values: Values) -> Iterable[Fault]:
        """Dates that contradict each other or today; fills in the end and the municipality."""
        for name in ("requested_on", "decided_on"):
            if (when := values.get(name)) and when > self.today:
                yield name, _("This day lies in the future.")
        requested, decided = values.get("requested_on"), values.get("decided_on")
        if requested and decided and decided < requested:
            yield "decided_on", _("The decision lies before the request.")
        start, end = values.get("valid_from"), values.get("valid_until")
        if values["status"] == RecognitionStatus.RECOGNISED:
            if not start:
                yield "valid_from", _("A recognition in force needs a first day.")
            elif not end:
                values["valid_until"] = longest_until(start)
        if start and start > self.today + AHEAD:
            yield "valid_from", _("This day lies more than a year in the future.")
        if start and end and end < start:
            yield "valid_until", _("The end lies before the start.")
        if start and end and end > years_later(start, MAX_YEARS):
            yield "valid_until", _("A recognition lasts five years at most.")
        if code := values.get("postal_code"):
            values["municipality_id"] = self._towns.of_postal_code(code, values.get("town") or "")

    def reject(self) -> None:
        self.reject_repeated("unit_number", "programme_id", column="unit_number")
        self._reject_strangers()
        make_table("matched", _MATCH)
        self.reject_rows(
            """
            SELECT s.line, s.status AS value FROM staged s JOIN matched m ON m.line = s.line
            WHERE m.is_ambiguous
            """,
            "status",
            _(
                "We know more than one recognition that may be meant. Give its first day, or "
                "settle the others first."
            ),
        )
        self.reject_rows(
            """
            SELECT s.line, s.status AS value
            FROM staged s
            JOIN matched m ON m.line = s.line
            JOIN companies_establishment e ON e.unit_number = s.unit_number
            JOIN companies_recognition r
                ON r.establishment_id = e.id AND r.programme_id = s.programme_id
            WHERE s.status IN ('requested', 'incomplete')
                AND r.status IN ('requested', 'incomplete') AND r.id <> m.recognition_id
            """,
            "status",
            _("A request for this programme at this establishment is running already."),
        )
        self.reject_rows(
            """
            SELECT s.line, s.valid_until AS value, to_char(r.valid_from, 'DD-MM-YYYY') AS start,
                to_char(r.valid_until, 'DD-MM-YYYY') AS "end"
            FROM staged s
            JOIN companies_establishment e ON e.unit_number = s.unit_number
            JOIN companies_recognition r
                ON r.establishment_id = e.id AND r.programme_id = s.programme_id
            LEFT JOIN matched m ON m.line = s.line
            WHERE s.status = 'recognised' AND r.status = 'recognised'
                AND r.id IS DISTINCT FROM m.recognition_id
                AND daterange(r.valid_from, r.valid_until, '[]')
                    && daterange(s.valid_from, s.valid_until, '[]')
            """,
            "valid_until",
            _(
                "The establishment is recognised for this programme from {start} to {end} too. Let "
                "the periods not overlap."
            ),
        )
        self.reject_rows(
            """
            SELECT s.line, s.valid_until AS value,
                to_char(COALESCE(s.valid_from, m.valid_from), 'DD-MM-YYYY') AS start
            FROM staged s JOIN matched m ON m.line = s.line
            WHERE COALESCE(s.valid_until, m.valid_until) < COALESCE(s.valid_from, m.valid_from)
            """,
            "valid_until",
            _("The end lies before the start of the recognition, {start}."),
        )
        for year in self.years:
            self.reject_rows(
                f"""
                SELECT s.line, s.places_{year} AS value, w.places_taken AS taken
                FROM staged s JOIN matched m ON m.line = s.line
                JOIN companies_workplace w
                    ON w.recognition_id = m.recognition_id AND w.school_year_id = {year}
                WHERE s.places_{year} < w.places_taken
                """,
                f"plaatsen {year}-{year + 1}",
                _("{taken} of the places are taken. Offer as many, or correct those taken first."),
            )

    def _reject_strangers(self) -> None:
        """Establishments of another company, unknown ones of which too little is told, and those
        outside the regions.
        """
        self.reject_rows(
            """
            SELECT s.line, s.unit_number AS value, c.name AS company, c.enterprise_number AS number
            FROM staged s
            JOIN companies_establishment e ON e.unit_number = s.unit_number
            JOIN companies_company c ON c.id = e.company_id
            WHERE c.enterprise_number <> s.enterprise_number
            """,
            "unit_number",
            _(
                "This establishment belongs to {company} ({number}). Check both numbers; if it has "
                "moved to another company, import the KBO first."
            ),
        )
        self.reject_rows(
            """
            SELECT s.line, s.unit_number AS value, f.line AS first
            FROM staged s JOIN (
                SELECT DISTINCT ON (unit_number) unit_number, enterprise_number, line
                FROM staged WHERE NOT rejected ORDER BY unit_number, line
            ) f ON f.unit_number = s.unit_number
            WHERE f.enterprise_number <> s.enterprise_number
            """,
            "unit_number",
            _("On line {first} this establishment belongs to another company. Check both numbers."),
        )
        self.reject_rows(
            """
            SELECT s.line, s.unit_number AS value FROM staged s
            WHERE (s.name IS NULL OR s.postal_code IS NULL) AND NOT EXISTS (
                SELECT FROM companies_establishment e WHERE e.unit_number = s.unit_number
            )
            """,
            "unit_number",
            _(
                "This establishment is unknown. Import the KBO first, or give its name and postal "
                "code."
            ),
        )
        self.reject_rows(
            """
            SELECT s.line, COALESCE(e.postal_code, s.postal_code) AS value
            FROM staged s LEFT JOIN companies_establishment e ON e.unit_number = s.unit_number
            WHERE (e.id IS NULL AND s.municipality_id IS NULL)
                OR (e.id IS NOT NULL AND e.municipality_id IS NULL)
            """,
            "postal_code",
            _(
                "This establishment lies outside the Flemish and the Brussels-Capital Region, "
                "where it cannot be recognised."
            ),
        )

    def plan(self) -> Iterable[Merge | Ending]:
        yield Merge(
            model=Company,
            query="""
                SELECT DISTINCT ON (s.enterprise_number) s.line, s.enterprise_number, s.name
                FROM staged s
                WHERE NOT s.rejected AND s.name IS NOT NULL
                    AND NOT EXISTS (
                        SELECT FROM companies_company c
                        WHERE c.enterprise_number = s.enterprise_number
                    )
                ORDER BY s.enterprise_number, s.line
            """,
            match="t.enterprise_number = s.enterprise_number",
            initial=("enterprise_number", "name"),
            label="p.name || ' (' || p.enterprise_number || ')'",
        )
        yield Merge(
            model=Establishment,
            query="""
                SELECT DISTINCT ON (s.unit_number) s.line, s.unit_number, s.name, s.street,
                    s.house_number, s.box, s.postal_code, s.municipality_id,
                    COALESCE(c.id, p.target_id) AS company_id
                FROM staged s
                LEFT JOIN companies_company c ON c.enterprise_number = s.enterprise_number
                LEFT JOIN plan_companies_company p ON p.enterprise_number = s.enterprise_number
                WHERE NOT s.rejected AND NOT EXISTS (
                    SELECT FROM companies_establishment e WHERE e.unit_number = s.unit_number
                )
                ORDER BY s.unit_number, s.line
            """,
            match="t.unit_number = s.unit_number",
            initial=(
                "unit_number",
                "company_id",
                "name",
                "street",
                "house_number",
                "box",
                "postal_code",
                "municipality_id",
            ),
            label="p.name || ' (' || p.unit_number || ')'",
        )
        yield Merge(
            model=Recognition,
            query="""
                SELECT s.line, s.programme_id, s.sector_id, s.status, s.requested_on, s.decided_on,
                    s.valid_from, s.valid_until, s.reason, m.recognition_id,
                    COALESCE(e.id, p.target_id) AS establishment_id,
                    COALESCE(e.name, p.name) || ' · ' || o.title AS label
                FROM staged s
                LEFT JOIN companies_establishment e ON e.unit_number = s.unit_number
                LEFT JOIN plan_companies_establishment p ON p.unit_number = s.unit_number
                LEFT JOIN matched m ON m.line = s.line
                JOIN schools_programme o ON o.id = s.programme_id
                WHERE NOT s.rejected
            """,
            match="t.id = s.recognition_id",
            values=(
                "status",
                "sector_id",
                "requested_on",
                "decided_on",
                "valid_from",
                "valid_until",
                "reason",
            ),
            kept_when_empty=(
                "sector_id",
                "requested_on",
                "decided_on",
                "valid_from",
                "valid_until",
                "reason",
            ),
            initial=("establishment_id", "programme_id"),
            carried=("line", "label"),
            label="p.label",
            shown={"sector_id": "(SELECT name FROM schools_sector WHERE id = {})"},
        )
        if self.years:
            yield self._workplaces()
        if self.is_set(COMPLETE):
            yield self._lifted()

    def _workplaces(self) -> Merge:
        for year in self.years:
            SchoolYear.objects.starting_in(year)
        return Merge(
            model=Workplace,
            query=" UNION ALL ".join(
                f"""
                SELECT p.target_id AS recognition_id, {year} AS school_year_id,
                    s.places_{year} AS places_offered,
                    p.label || ' · {year}-{year + 1}' AS label
                FROM staged s JOIN plan_companies_recognition p ON p.line = s.line
                WHERE s.places_{year} IS NOT NULL
                """
                for year in self.years
            ),
            match="t.recognition_id = s.recognition_id AND t.school_year_id = s.school_year_id",
            values=("places_offered",),
            initial=("recognition_id", "school_year_id"),
            carried=("label",),
            label="p.label",
        )

    def _lifted(self) -> Ending:
        """The recognitions in force that a complete file does not name, of the sectors in it.

        Rejected rows hold theirs. A file in which no row names a sector speaks of all.
        """
        return Ending(
            model=Recognition,
            scope="""
                t.status = 'recognised' AND t.valid_until >= %(today)s AND (
                    t.sector_id IN (SELECT sector_id FROM staged)
                    OR NOT EXISTS (SELECT FROM staged WHERE sector_id IS NOT NULL)
                )
            """,
            absent="""
                NOT EXISTS (
                    SELECT FROM staged s
                    JOIN companies_establishment e ON e.unit_number = s.unit_number
                    WHERE e.id = t.establishment_id AND s.programme_id = t.programme_id
                )
            """,
            changes={
                "status": "'lifted'",
                "reason": "concat_ws(' – ', NULLIF(t.reason, ''), %(reason)s::text)",
            },
            label="""
                (SELECT e.name FROM companies_establishment e WHERE e.id = t.establishment_id)
                || ' · ' || (SELECT o.title FROM schools_programme o WHERE o.id = t.programme_id)
            """,
            params={
                "today": self.today,
                "reason": gettext("Not in the file %(name)s of %(day)s.")
                % {"name": self.source.name, "day": self.today.strftime("%d-%m-%Y")},
            },
        )
