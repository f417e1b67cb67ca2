"""Which occupations (Competent codes) a programme leads to, from CSV or XLSX."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from companies.vacancies.models import OccupationLink
from imports.columns import Column
from imports.frame import Importer
from imports.registry import register
from imports.staging import Ending, Merge
from imports.values import Parser
from schools.imports.programme_names import PROGRAMME, ProgrammeNames


def _code(cell: str) -> str:
    code = cell.strip().upper()
    if len(code) > 40 or not code.isprintable():
        raise ValidationError(_("This is no code of an occupation."))
    return code


@register
class OccupationImporter(Importer):
    """Beroepen per opleiding."""

    kind = "occupations"
    title = _("Occupations of programmes")
    explanation = _(
        "One row per programme and occupation, with the occupation's code in Competent. Vacancies "
        "of these occupations count for the programme."
    )
    has_template = True
    max_rows = 50_000
    columns: tuple[Column, ...] = (
        PROGRAMME,
        Column(
            "code",
            "competent",
            _code,
            required=True,
            key=True,
            explanation=_("The code of the occupation in Competent."),
        ),
        Column(
            "label",
            "beroep",
            lambda cell: cell[:200],
            explanation=_("The name of the occupation."),
        ),
    )

    def readers(self) -> Mapping[str, Parser]:
        return {"programme_id": ProgrammeNames().key}

    def reject(self) -> None:
        self.reject_repeated("programme_id", "code", column="code")

    def plan(self) -> Iterable[Merge | Ending]:
        yield Merge(
            model=OccupationLink,
            query="""
                SELECT s.programme_id, s.code, coalesce(s.label, '') AS label,
                    o.title || ' · ' || s.code AS title
                FROM staged s JOIN schools_programme o ON o.id = s.programme_id
                WHERE NOT s.rejected
            """,
            match="t.programme_id = s.programme_id AND t.code = s.code",
            values=("label",),
            initial=("programme_id", "code"),
            kept_when_empty=("label",),
            carried=("title",),
            label="p.title",
        )
