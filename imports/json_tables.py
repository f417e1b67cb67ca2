"""JSON from outside, read with suspicion, as the lines of a table.

Three shapes are understood: an array of records, an envelope with the records in `content` (as the
education API answers), and JSON Lines with a record per line, which is read as a stream.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any, BinaryIO

from django.utils.text import format_lazy
from django.utils.translation import gettext_lazy as _

from imports.columns import Column
from imports.errors import RefusedError, Text
from imports.tables import Line, written

#: Extensions under which JSON comes.
JSON_SUFFIXES = (".json", ".jsonl", ".ndjson")
#: A whole document is held in memory; more belongs in JSON Lines.
MAX_DOCUMENT_BYTES = 64 << 20
MAX_LINE_BYTES = 1 << 20

#: The rows that a record stands for: none, one or, of a group, several.
Record = Mapping[str, Any]
RowsOf = Callable[[Record], Iterable[Record]]

#: What PostgreSQL cannot hold, or UTF-8 cannot write.
_UNWRITABLE = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff]")


@contextmanager
def open_json(
    path: Path, name: str, columns: Sequence[Column], rows_of: RowsOf
) -> Iterator[JsonTable]:
    """The rows in a JSON file. Raises RefusedError for what is no list of records."""
    with path.open("rb") as stream:
        if Path(name or path.name).suffix.lower() == ".json":
            records = _document(stream)
            yield JsonTable(records, columns, rows_of)
        else:
            size = path.stat().st_size
            yield JsonTable(_lines(stream), columns, rows_of, stream, size)


class JsonTable:
    """Records as lines: a cell per column, numbered as rows from 2 on, as below a header."""

    def __init__(
        self,
        records: Iterable[Any],
        columns: Sequence[Column],
        rows_of: RowsOf,
        stream: BinaryIO | None = None,
        size: int = 0,
    ) -> None:
        """`stream` and its `size` in bytes tell the progress, of records that come one by one."""
        self.header: Sequence[str] = [column.header for column in columns]
        self._names = [(column.header, *column.also) for column in columns]
        self._records = records
        self._rows_of = rows_of
        self._stream = stream
        self._size = size

    def lines(self) -> Iterator[Line]:
        number = 1
        for record in self._records:
            if not isinstance(record, dict):
                number += 1
                yield Line(number, [], _("This is no record with named values."))
                continue
            try:
                lines = [
                    self._line(n, row) for n, row in enumerate(self._rows_of(record), number + 1)
                ]
            except (AttributeError, LookupError, TypeError, ValueError, RecursionError):
                # A list where the source has a record, a text where it has a list, and so on.
                lines = [Line(number + 1, [], _("This record has a shape that we do not know."))]
            number += len(lines)
            yield from lines

    def _line(self, number: int, row: Record) -> Line:
        cells = [next((cell(row[n]) for n in names if n in row), "") for names in self._names]
        wrong = any(_UNWRITABLE.search(text) for text in cells)
        problem: Text = _("This record holds characters that are no text.") if wrong else ""
        return Line(number, cells, problem)

    def share(self) -> float | None:
        if self._stream is None or not self._size:
            return None
        return min(1.0, self._stream.tell() / self._size)


def cell(value: Any) -> str:
    """A value as the text of a cell: of a code with its description the code, lists with commas."""
    if isinstance(value, dict):
        return cell(value.get("code", value.get("omschrijving")))
    if isinstance(value, list):
        return ", ".join(cell(item) for item in value)
    return written(value)


def _document(stream: BinaryIO) -> list[Any]:
    content = stream.read(MAX_DOCUMENT_BYTES + 1)
    if len(content) > MAX_DOCUMENT_BYTES:
        raise RefusedError(
            format_lazy(
                _("This JSON document is larger than {max} MB. Give it as JSON Lines (.jsonl)."),
                max=MAX_DOCUMENT_BYTES >> 20,
            )
        )
    found = _parsed(content, 1)
    if isinstance(found, dict):
        found = found.get("content")
    if not isinstance(found, list):
        raise RefusedError(
            _("This JSON holds no list of records, by itself or under the name “content”.")
        )
    return found


def _lines(stream: BinaryIO) -> Iterator[Any]:
    number = 0
    while line := stream.readline(MAX_LINE_BYTES + 1):
        number += 1
        if len(line) > MAX_LINE_BYTES:
            raise RefusedError(
                format_lazy(_("Line {line} is too long for one record."), line=number)
            )
        if line.strip():
            yield _parsed(line, number)


def _parsed(content: bytes, line: int) -> Any:
    try:
        return json.loads(content.decode("utf-8-sig"), parse_constant=_no_number)
    except UnicodeDecodeError as error:
        raise RefusedError(
            _("This is no text in UTF-8 and therefore no JSON. Download the file again.")
        ) from error
    except (ValueError, RecursionError) as error:
        where = line - 1 + error.lineno if isinstance(error, json.JSONDecodeError) else line
        raise RefusedError(
            format_lazy(
                _("Line {line} is no JSON, or the file was cut off. Download it again."), line=where
            )
        ) from error


def _no_number(name: str) -> Any:
    raise ValueError(name)
