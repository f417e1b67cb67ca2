"""Dual programmes (structuuronderdelen): the API's groups as JSON, or a table.

Nothing is taken away: a programme that has ended keeps its record and the successors it was given.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import replace

from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from imports.columns import Column
from imports.frame import COMPLETE, Fault, Importer, Values
from imports.json_tables import JSON_SUFFIXES, Record
from imports.registry import register
from imports.staging import Ending, Merge
from imports.values import day, one_of, text, whole_number
from schools.imports.education_records import programme_rows
from schools.models import Domain, EducationForm, Finality, Programme
from schools.programmes import GROUP_NUMBER_SHAPE

#: Of the official numbers the highest is below a thousand today.
HIGHEST_NUMBER = 999_999


def group_number(cell: str) -> str:
    """The number of a group of programmes, `G-0082`."""
    if not re.fullmatch(GROUP_NUMBER_SHAPE, cell.upper(), re.ASCII):
        raise ValidationError(_("A group number looks like G-0082."))
    return cell.upper()


def numbers(cell: str) -> list[int]:
    """Numbers of programmes with commas or spaces between them."""
    found = re.split(r"[\s,;]+", cell.strip())
    if not all(re.fullmatch(r"\d{1,6}", number, re.ASCII) for number in found):
        raise ValidationError(_("Write the numbers of programmes with commas between them."))
    return sorted({int(number) for number in found})


def _values(choices: Iterable[str]) -> dict[str, str]:
    return {value: value for value in map(str, choices) if value}


COLUMNS: tuple[Column, ...] = (
    Column(
        "number",
        "nummer",
        whole_number(1, HIGHEST_NUMBER),
        "integer",
        required=True,
        key=True,
        also=("structuuronderdeel_nummer",),
        explanation=_("Official number of the programme."),
        example="88",
    ),
    Column(
        "group_number",
        "groepsnummer",
        group_number,
        required=True,
        also=("structuuronderdeel_groep_nummer", "groep"),
        explanation=_("Number of its group."),
        example="G-0082",
    ),
    Column(
        "title",
        "titel",
        text(160),
        required=True,
        explanation=_("Title of the programme."),
        example="Elektrische installaties duaal",
    ),
    Column(
        "grade",
        "graad",
        whole_number(1, 3),
        "smallint",
        required=True,
        explanation=_("Grade; of a seventh year, 3."),
        example="3",
    ),
    Column(
        "education_form",
        "onderwijsvorm",
        one_of(_values(EducationForm)),
        required=True,
        explanation=_("Education form."),
        example="BSO",
        choices=tuple(EducationForm.values),
    ),
    Column(
        "finality",
        "finaliteit",
        one_of(_values(Finality)),
        required=True,
        explanation=_("Finality."),
        example="A",
        choices=tuple(Finality.values),
    ),
    Column(
        "year_type",
        "type 7de leerjaar",
        text(16),
        also=("type_7de_leerjaar",),
        explanation=_("Type of seventh year."),
    ),
    Column(
        "domain",
        "studiedomein",
        one_of(_values(Domain)),
        explanation=_("Study domain."),
        example="STEM",
        choices=tuple(Domain.values),
    ),
    Column("valid_from", "begindatum", day, "date", explanation=_("First day.")),
    Column(
        "valid_until",
        "einddatum",
        day,
        "date",
        explanation=_("Last day. Empty means that no end is known."),
    ),
    Column(
        "successors",
        "opvolgers",
        numbers,
        "integer[]",
        explanation=_("Numbers of the programmes that replace it."),
    ),
)


@register
class ProgrammeImporter(Importer):
    """Duale structuuronderdelen."""

    kind = "programmes"
    title = _("Programmes")
    explanation = _(
        "The education department's structuuronderdelen as JSON, or our template. One row per dual "
        "programme. Known successors stay."
    )
    suffixes = (".csv", ".xlsx", *JSON_SUFFIXES)
    has_template = True
    max_rows = 20_000
    columns: tuple[Column, ...] = COLUMNS
    flags = (
        replace(
            COMPLETE,
            label=_("The file is complete: let the programmes that it does not name end today."),
        ),
    )

    def rows_of(self, record: Record) -> Iterator[Record]:
        return programme_rows(record)

    def check(self, values: Values) -> Iterable[Fault]:
        start, end = values.get("valid_from"), values.get("valid_until")
        if start and end and end < start:
            yield "valid_until", _("The end lies before the start.")

    def reject(self) -> None:
        self.reject_repeated("number", column="number")
        self.reject_rows(
            """
            SELECT s.line, s.successors AS value, next.number
            FROM staged s CROSS JOIN LATERAL unnest(s.successors) AS next(number)
            WHERE next.number = s.number
            """,
            "successors",
            _("A programme cannot succeed itself."),
        )
        self.reject_rows(
            """
            SELECT s.line, s.valid_until AS value, p.valid_from AS start
            FROM staged s JOIN schools_programme p ON p.number = s.number
            WHERE s.valid_from IS NULL AND s.valid_until < p.valid_from
            """,
            "valid_until",
            _("The end lies before the start that we know, {start}."),
        )

    def plan(self) -> Iterable[Merge | Ending]:
        yield Merge(
            model=Programme,
            query="""
                SELECT s.number, s.group_number, s.title, s.grade, s.education_form, s.finality,
                    s.year_type, s.domain, s.valid_from, s.valid_until,
                    'confirmed' AS number_status
                FROM staged s WHERE NOT s.rejected
            """,
            match="t.number = s.number",
            values=(
                "group_number",
                "title",
                "grade",
                "education_form",
                "finality",
                "year_type",
                "domain",
                "valid_from",
                "valid_until",
                "number_status",
            ),
            kept_when_empty=("year_type", "domain", "valid_from"),
            initial=("number",),
            label="p.title || ' (' || p.number || ')'",
        )
        yield Merge(
            model=Programme.successors.through,
            query="""
                SELECT DISTINCT p.target_id AS from_programme_id, n.id AS to_programme_id,
                    p.title || ' → ' || n.title AS label
                FROM staged s
                JOIN plan_schools_programme p ON p.number = s.number
                CROSS JOIN LATERAL unnest(s.successors) AS next(number)
                JOIN (
                    SELECT target_id AS id, number, title FROM plan_schools_programme
                    UNION ALL
                    SELECT o.id, o.number, o.title FROM schools_programme o
                    WHERE NOT EXISTS (
                        SELECT FROM plan_schools_programme q WHERE q.target_id = o.id
                    )
                ) n ON n.number = next.number
                WHERE NOT s.rejected
            """,
            match="""
                t.from_programme_id = s.from_programme_id AND t.to_programme_id = s.to_programme_id
            """,
            initial=("from_programme_id", "to_programme_id"),
            carried=("label",),
            label="p.label",
        )
        if self.is_set(COMPLETE):
            yield Ending(
                model=Programme,
                scope="""
                    (t.valid_until IS NULL OR t.valid_until > %(today)s)
                    AND (t.valid_from IS NULL OR t.valid_from <= %(today)s)
                """,
                absent="NOT EXISTS (SELECT FROM staged s WHERE s.number = t.number)",
                changes={"valid_until": "%(today)s"},
                label="t.title || ' (' || t.number || ')'",
                params={"today": self.today},
            )
