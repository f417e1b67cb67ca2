"""CSV and XLSX for spreadsheets, which take some texts for formulas and run them."""

from __future__ import annotations

import csv
import re
from collections.abc import Iterable, Mapping, Sequence
from typing import IO, Any, TextIO

from django.http import HttpResponse
from openpyxl import Workbook
from openpyxl.cell import WriteOnlyCell
from openpyxl.cell.cell import ILLEGAL_CHARACTERS_RE
from openpyxl.styles import Font
from openpyxl.utils import get_column_letter

#: How a formula may begin. OWASP, "CSV Injection".
_FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r", "\n")


def harmless(value: Any) -> Any:
    """A value that no spreadsheet runs: a text that looks like a formula gets a quote before it."""
    if isinstance(value, str) and value.startswith(_FORMULA_STARTS):
        return f"'{value}"
    return value


def write_csv(stream: TextIO, header: Iterable[str], rows: Iterable[Iterable[Any]]) -> None:
    """A CSV that opens in columns in a Belgian Excel: semicolons, and lines ended by CR LF."""
    writer = csv.writer(stream, delimiter=";", lineterminator="\r\n")
    writer.writerow(header)
    writer.writerows([harmless(value) for value in row] for row in rows)


#: The formats in which a table is downloaded, by the end of the file's name.
FORMATS = {
    "csv": "text/csv; charset=utf-8",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
}
#: A worksheet has no more rows than this, the header included.
MAX_XLSX_ROWS = 1_048_576


def write_xlsx(
    stream: IO[bytes], title: str, header: Iterable[str], rows: Iterable[Iterable[Any]]
) -> None:
    """A workbook of one sheet, written as a stream; texts stay texts, also those like formulas.

    Raises ValueError for more rows than a worksheet holds.
    """
    workbook = Workbook(write_only=True)
    add_sheet(workbook, title, header, rows)
    workbook.save(stream)


def add_sheet(
    workbook: Workbook, title: str, header: Iterable[str], rows: Iterable[Iterable[Any]]
) -> None:
    """Add a sheet to a workbook that is written as a stream (`write_only`).

    Raises ValueError for more rows than a worksheet holds.
    """
    # Excel allows 31 characters, and some not.
    sheet = workbook.create_sheet(re.sub(r"[\[\]:*?/\\]", "", title)[:31] or "1")
    sheet.freeze_panes = "A2"
    heads = []
    for place, name in enumerate(header, 1):
        cell = WriteOnlyCell(sheet, name)
        cell.font = Font(bold=True)
        heads.append(cell)
        sheet.column_dimensions[get_column_letter(place)].width = max(12, min(len(name) + 4, 40))
    sheet.append(heads)
    for count, row in enumerate(rows, 2):
        if count > MAX_XLSX_ROWS:
            raise ValueError("A worksheet holds no more rows.")
        sheet.append([_cell(sheet, value) for value in row])


def _cell(sheet: Any, value: Any) -> Any:
    if not isinstance(value, str):
        return value
    cell = WriteOnlyCell(sheet, ILLEGAL_CHARACTERS_RE.sub("", value)[:32_767])
    # What looks like a formula is text here, and Excel is told so.
    cell.data_type = "s"
    return cell


def attachment(name: str, content_type: str, content: bytes = b"") -> HttpResponse:
    """A response that the browser keeps as a file of this name."""
    response = HttpResponse(content, content_type=content_type)
    response["Content-Disposition"] = f'attachment; filename="{name}"'
    return response


def table_response(
    name: str, suffix: str, header: Sequence[str], rows: Iterable[Iterable[Any]]
) -> HttpResponse:
    """A table as a download in one of `FORMATS`. Raises KeyError for another one."""
    response = attachment(f"{name}.{suffix}", FORMATS[suffix])
    if suffix == "xlsx":
        write_xlsx(response, name, header, rows)  # type: ignore[arg-type]
    else:
        # Spreadsheets know UTF-8 by its mark.
        response.write("\ufeff")
        write_csv(response, header, rows)  # type: ignore[arg-type]
    return response


def records_response(
    name: str, suffix: str, records: Sequence[Mapping[str, Any]], empty: Sequence[str] = ()
) -> HttpResponse:
    """Records with the same names as a download in one of `FORMATS`.

    The names are the header; `empty` is the header where there is no record.
    """
    header = list(records[0]) if records else empty
    return table_response(name, suffix, header, (record.values() for record in records))
