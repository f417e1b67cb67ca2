"""A file into rows of text, and rows of text into what they mean, with what is wrong named."""

from __future__ import annotations

import tempfile
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

from django.core.exceptions import ValidationError
from django.core.files.uploadedfile import UploadedFile
from django.utils.translation import gettext as _

from imports.columns import Column, Layout
from imports.errors import RefusedError
from imports.tables import open_table
from placement.pupil_lists.columns import Values, columns

MAX_BYTES = 1 << 20
#: More pupils than a large school has dual ones.
MAX_ROWS = 2_000


@dataclass(frozen=True)
class Row:
    """A row of the file: its line, and its cells as text by the names of the columns."""

    line: int
    cells: dict[str, str]


@dataclass(frozen=True)
class Rejection:
    """Why a row is not taken in: the line in the file, the column as it is headed, the reason."""

    line: int
    column: str
    reason: str


@dataclass
class Read:
    """The rows that can be taken in, with their lines, and those that cannot."""

    rows: list[tuple[int, Values]] = field(default_factory=list)
    rejections: list[Rejection] = field(default_factory=list)


def rows_of(upload: UploadedFile) -> list[Row]:
    """The rows of an uploaded CSV or XLSX. Raises ValidationError for what is no such list."""
    if (upload.size or 0) > MAX_BYTES:
        raise ValidationError(_("The file is larger than 1 MB."))
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "list"
        path.write_bytes(upload.read())
        try:
            with open_table(path, upload.name or "") as table:
                layout = Layout.of(table.header, columns())
                found = []
                for line in table.lines():
                    if line.problem:
                        raise ValidationError(
                            _("Line %(line)s: %(problem)s"),
                            params={"line": line.number, "problem": line.problem},
                        )
                    cells = {column.name: cell for column, cell in layout.cells(line.cells)}
                    found.append(Row(line.number, cells))
                    if len(found) > MAX_ROWS:
                        raise ValidationError(
                            _("A list has at most %(most)s pupils."), params={"most": MAX_ROWS}
                        )
        except RefusedError as error:
            raise ValidationError(str(error)) from None
    if not found:
        raise ValidationError(_("There are no pupils in this file."))
    return found


def read(rows: Iterable[Row]) -> Read:
    """What the rows mean. A reference that was in the list before is rejected."""
    result, seen, known = Read(), set(), columns()
    for row in rows:
        values: Values = {}
        faults = list(_fill(values, row, known))
        if not faults and values["reference"] in seen:
            faults = [
                Rejection(row.line, known[0].header, _("This reference is in the list twice."))
            ]
        seen.add(values.get("reference"))
        if faults:
            result.rejections += faults
        else:
            result.rows.append((row.line, values))
    return result


def _fill(values: Values, row: Row, known: Iterable[Column]) -> Iterator[Rejection]:
    """Put the values of a row in, and give what is wrong with its cells."""
    for column in known:
        try:
            values[column.name] = column.read(row.cells.get(column.name, ""))
        except ValidationError as error:
            yield Rejection(row.line, column.header, " ".join(error.messages))
