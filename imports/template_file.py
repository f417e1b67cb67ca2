"""The template of a format as a workbook: a sheet to fill in, and one that explains it."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import IO, Any

from django.utils.translation import gettext as _
from openpyxl import Workbook
from openpyxl.cell import WriteOnlyCell
from openpyxl.styles import Alignment, Font
from openpyxl.utils import get_column_letter
from openpyxl.worksheet.datavalidation import DataValidation

from imports.columns import Column

#: Rows for which a list of choices is offered.
ROWS = 10_000
TEXT_FORMAT = "@"


def write_template(columns: Sequence[Column], title: str, stream: IO[bytes]) -> None:
    """Write the workbook. Cells are text, so that no spreadsheet eats a leading zero."""
    workbook = Workbook(write_only=True)
    # Excel allows 31 characters, and some not.
    data = workbook.create_sheet("".join(c for c in title if c not in "[]:*?/\\")[:31])
    for place, column in enumerate(columns, 1):
        letter = get_column_letter(place)
        shape = data.column_dimensions[letter]
        shape.width = max(14, len(column.header) + 2)
        shape.number_format = TEXT_FORMAT
        if column.choices:
            choices = DataValidation(type="list", formula1=f'"{",".join(column.choices)}"')
            choices.add(f"{letter}2:{letter}{ROWS}")
            data.data_validations.append(choices)
    data.freeze_panes = "A2"
    data.append([_cell(data, column.header, bold=column.required) for column in columns])
    _explain(workbook.create_sheet(_("Explanation")), columns)
    workbook.save(stream)


def _explain(sheet: Any, columns: Iterable[Column]) -> None:
    for letter, width in zip("ABCDE", (26, 12, 70, 34, 60), strict=True):
        sheet.column_dimensions[letter].width = width
    heads = (_("Column"), _("Required"), _("What it holds"), _("Example"), _("Choices"))
    sheet.append([_cell(sheet, head, bold=True) for head in heads])
    for column in columns:
        required = _("yes") if column.required else ""
        texts = (column.header, required, str(column.explanation), column.example)
        sheet.append([_cell(sheet, text) for text in (*texts, ", ".join(column.choices))])


def _cell(sheet: Any, text: str, *, bold: bool = False) -> Any:
    cell = WriteOnlyCell(sheet, text)
    cell.font = Font(bold=bold)
    cell.alignment = Alignment(wrap_text=True, vertical="top")
    cell.number_format = TEXT_FORMAT
    return cell
