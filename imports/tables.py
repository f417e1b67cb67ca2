"""Tables from outside, read as a stream and with suspicion: CSV and XLSX.

Both come out the same: a header and lines of text, every line as wide as the header. What a file
cannot be is told before the first line (`RefusedError`); what a line cannot be is told by the line
(`Line.problem`), so that the rest can go on.
"""

from __future__ import annotations

import codecs
import csv
import hashlib
import io
import zipfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import date, datetime, time
from pathlib import Path
from typing import Any, BinaryIO, Protocol
from xml.etree.ElementTree import ParseError

import openpyxl
from django.utils.text import format_lazy
from django.utils.translation import gettext_lazy as _

from imports.errors import RefusedError, Text

BLOCK = 1 << 20
MAX_COLUMNS = 500
#: An XLSX is a zip, and its size says little about what is in it.
MAX_XLSX_BYTES = 256 << 20
MAX_SHARED_STRINGS_BYTES = 64 << 20
MAX_XLSX_PARTS = 2_000
#: A worksheet has no more rows; a file that says so would have us count to its number.
MAX_XLSX_ROWS = 1_048_576

_DELIMITERS = ";,\t"
#: Bytes that occur in no text: control characters but for tab, line ends, form feed and Ctrl-Z.
_CONTROL = bytes(set(range(32)) - {9, 10, 11, 12, 13, 26})
_SIGNATURES: tuple[tuple[bytes, Text], ...] = (
    (
        b"PK\x03\x04",
        _("This is a zip or an Excel workbook. Give a workbook the extension .xlsx."),
    ),
    (
        b"\xd0\xcf\x11\xe0",
        _(
            "This is an old Excel workbook (.xls) or one with a password. Save it as .xlsx "
            "without a password."
        ),
    ),
    (b"%PDF", _("This is a PDF. Export the data as CSV or XLSX.")),
    (
        b"\x1f\x8b",
        _("This file is compressed. Unpack it first."),
    ),
    (codecs.BOM_UTF16_LE, _("This file is in UTF-16. Save it as CSV in UTF-8.")),
    (codecs.BOM_UTF16_BE, _("This file is in UTF-16. Save it as CSV in UTF-8.")),
)


@dataclass(frozen=True)
class Line:
    """A row of a table: the number of its line in the file, its cells, and what is wrong with it.

    Numbers start at 1, the header's. The cells of a line with a problem may be too few or too many.
    """

    number: int
    cells: Sequence[str]
    problem: Text = ""


class Table(Protocol):
    """What an importer reads from."""

    header: Sequence[str]

    def lines(self) -> Iterator[Line]:
        """The lines below the header that are not empty."""

    def share(self) -> float | None:
        """How much of the file was read, in 0..1; None when nobody knows."""


def sha256(path: Path) -> str:
    """The hash by which a file is recognised."""
    with path.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()


@contextmanager
def open_table(path: Path, name: str = "") -> Iterator[Table]:
    """A table by the extension of its name. Raises RefusedError for what is no table."""
    suffix = Path(name or path.name).suffix.lower()
    if suffix in (".xlsx", ".xlsm"):
        with open_xlsx(path) as workbook:
            yield workbook
    elif suffix in (".csv", ".txt", ".tsv"):
        with open_csv(path) as table:
            yield table
    else:
        raise RefusedError(
            format_lazy(
                _("“{name}” is no CSV or XLSX file. Save the table in one of these two."), name=name
            )
        )


def _lined_up(cells: Sequence[str], width: int) -> tuple[Sequence[str], Text]:
    """Cells as many as the header has, and what is wrong if they are not."""
    if len(cells) > width and not any(cell.strip() for cell in cells[width:]):
        cells = cells[:width]
    if len(cells) == width:
        return cells, ""
    return cells, format_lazy(
        _("This line has {found} cells and the header {expected}: check separators and quotes."),
        found=len(cells),
        expected=width,
    )


# CSV ---------------------------------------------------------------------------------------------


@contextmanager
def open_csv(path: Path) -> Iterator[CsvTable]:
    """A CSV file, in UTF-8 or Windows-1252, separated by semicolons, commas or tabs."""
    nature = examine(path)
    with path.open("rb") as stream:
        yield CsvTable(stream, path.stat().st_size, nature.encoding, nature.ends_in_newline)


@dataclass(frozen=True)
class Nature:
    """What a first reading tells of a text file."""

    encoding: str
    ends_in_newline: bool


def examine(path: Path) -> Nature:
    """Read a file once for its encoding. Raises RefusedError when it is no text.

    UTF-8 when it is that from end to end. Otherwise Windows-1252, unless a byte order mark or an
    earlier accent written in UTF-8 shows that it is UTF-8 with a fault in it: guessing then would
    turn every accent into two wrong letters.
    """
    decoder = codecs.getincrementaldecoder("utf-8")("strict")
    western = codecs.getincrementaldecoder("cp1252")("strict")
    utf8, cp1252, utf8_seen, line, last = True, True, False, 1, b""
    with path.open("rb") as stream:
        head = stream.read(512)
        _refuse_other_kinds(head)
        stream.seek(0)
        while block := stream.read(BLOCK):
            if len(block.translate(None, _CONTROL)) != len(block):
                raise RefusedError(
                    _("This is no text but a binary file. Export the data as CSV or XLSX.")
                )
            if utf8:
                try:
                    decoder.decode(block)
                except UnicodeDecodeError as error:
                    utf8 = False
                    bad = error.object[: error.start]
                    utf8_seen = utf8_seen or not bad.isascii()
                    line += _line_ends(bad)
                else:
                    utf8_seen = utf8_seen or not block.isascii()
                    line += _line_ends(block)
            if cp1252:
                try:
                    western.decode(block)
                except UnicodeDecodeError:
                    cp1252 = False
            last = block[-1:]
    if not last:
        raise RefusedError(_("The file is empty."))
    if utf8:
        try:
            decoder.decode(b"", final=True)
        except UnicodeDecodeError:
            utf8 = False
    if utf8:
        return Nature("utf-8-sig", last in b"\r\n")
    if utf8_seen or not cp1252:
        raise RefusedError(
            format_lazy(
                _(
                    "Line {line} holds characters that are not UTF-8. Save the file as CSV in "
                    "UTF-8 and try again."
                ),
                line=line,
            )
        )
    return Nature("cp1252", last in b"\r\n")


def _line_ends(block: bytes) -> int:
    """How many lines end in a block; whether by CR, LF or both (one more where CR LF is cut)."""
    return block.count(b"\n") + block.count(b"\r") - block.count(b"\r\n")


def _refuse_other_kinds(head: bytes) -> None:
    for signature, message in _SIGNATURES:
        if head.startswith(signature):
            raise RefusedError(message)
    if head.lstrip(b"\xef\xbb\xbf \r\n\t").lower().startswith((b"<!doctype", b"<html", b"<?xml")):
        raise RefusedError(_("This is a web page and no table. Download the file again."))


class CsvTable:
    """A stream of CSV. Quotation marks are strict: one that is out of place ends the reading."""

    def __init__(
        self, stream: BinaryIO, size: int, encoding: str = "utf-8-sig", ends_in_newline: bool = True
    ) -> None:
        """`size` in bytes, for progress only; the encoding is known to fit."""
        self._stream = stream
        self._size = size
        self._ends_in_newline = ends_in_newline
        self._text = io.TextIOWrapper(stream, encoding=encoding, newline="")
        first = self._first_line()
        self.delimiter = max(
            _DELIMITERS, key=lambda mark: len(next(csv.reader([first], delimiter=mark)))
        )
        self._start = 1
        self._reader = csv.reader(
            self._chained(first), delimiter=self.delimiter, strict=True, skipinitialspace=False
        )
        self.header: Sequence[str] = self._next() or []
        if not any(title.strip() for title in self.header):
            raise RefusedError(_("The file is empty."))
        if len(self.header) > MAX_COLUMNS:
            raise RefusedError(
                format_lazy(
                    _("The file has more than {max} columns. Remove those that are not needed."),
                    max=MAX_COLUMNS,
                )
            )

    def _first_line(self) -> str:
        # Far above any header; a file without line ends is refused rather than read whole.
        line = self._text.readline(BLOCK)
        if len(line) >= BLOCK:
            raise RefusedError(_("The first line has no end: this is no CSV file."))
        return line

    def _chained(self, first: str) -> Iterator[str]:
        yield first
        yield from self._text

    def _next(self) -> list[str] | None:
        """The next row; None at the end."""
        self._start = self._reader.line_num + 1 if hasattr(self, "_reader") else 1
        try:
            return next(self._reader, None)
        except csv.Error as error:
            raise RefusedError(
                format_lazy(
                    _(
                        "Line {line} cannot be read ({error}): a quotation mark is not closed or "
                        "stands in the wrong place, or the file was cut off. Export it again."
                    ),
                    line=self._start,
                    error=error,
                )
            ) from error

    def lines(self) -> Iterator[Line]:
        width = len(self.header)
        short: Line | None = None
        while (row := self._next()) is not None:
            if short:
                yield short
                short = None
            if not any(row):
                continue
            cells, problem = _lined_up(row, width)
            line = Line(self._start, cells, problem)
            if problem and len(cells) < width:
                short = line
            else:
                yield line
        if short and not self._ends_in_newline:
            raise RefusedError(
                format_lazy(
                    _("The file stops in the middle of line {line}. Download or export it again."),
                    line=short.number,
                )
            )
        if short:
            yield short

    def share(self) -> float | None:
        return min(1.0, self._stream.tell() / self._size) if self._size else None


# XLSX --------------------------------------------------------------------------------------------


@contextmanager
def open_xlsx(path: Path) -> Iterator[XlsxTable]:
    """The first visible sheet of a workbook. Raises RefusedError for one that is not safe."""
    _check_workbook(path)
    # As a stream: openpyxl refuses a path whose name does not end in .xlsx.
    with path.open("rb") as stream:
        try:
            workbook = openpyxl.load_workbook(
                stream, read_only=True, data_only=True, keep_links=False, keep_vba=False
            )
        except Exception as error:
            # openpyxl raises whatever its parsers do, from KeyError to TypeError.
            raise RefusedError(_damaged()) from error
        try:
            yield XlsxTable(workbook)
        finally:
            workbook.close()


def _damaged() -> Text:
    return _("This workbook is damaged. Open it, save it anew as .xlsx and try again.")


def _check_workbook(path: Path) -> None:
    """Refuse what is no workbook, one with macros, and one that swells beyond measure."""
    with path.open("rb") as stream:
        head = stream.read(8)
    if not head.startswith(b"PK"):
        _refuse_other_kinds(head)
        raise RefusedError(_("This is no Excel workbook. Save the table as .xlsx or as CSV."))
    try:
        with zipfile.ZipFile(path) as archive:
            parts = archive.infolist()
    except (zipfile.BadZipFile, NotImplementedError, ValueError) as error:
        raise RefusedError(_damaged()) from error
    names = {part.filename for part in parts}
    if "xl/workbook.xml" not in names:
        raise RefusedError(_("This is no Excel workbook. Save the table as .xlsx or as CSV."))
    if any("vbaproject" in name.lower() or "macrosheets" in name.lower() for name in names):
        raise RefusedError(
            _("This workbook holds macros. Save it as an ordinary .xlsx without macros.")
        )
    # zipfile reads no more of a part than the size that it declares here.
    strings = sum(p.file_size for p in parts if p.filename.lower() == "xl/sharedstrings.xml")
    if (
        sum(part.file_size for part in parts) > MAX_XLSX_BYTES
        or strings > MAX_SHARED_STRINGS_BYTES
        or len(parts) > MAX_XLSX_PARTS
    ):
        raise RefusedError(
            _(
                "This workbook holds more than it should. Delete empty rows, pictures and other "
                "sheets, or save the table as CSV."
            )
        )


@dataclass
class XlsxTable:
    """The rows of a worksheet as text: dates as 2026-12-31, whole numbers without a point."""

    workbook: Any
    header: Sequence[str] = ()
    _rows: Iterator[tuple[Any, ...]] = field(init=False)
    _number: int = field(init=False, default=0)

    def __post_init__(self) -> None:
        sheets = [s for s in self.workbook.worksheets if s.sheet_state == "visible"]
        if not sheets:
            raise RefusedError(_damaged())
        sheet = sheets[0]
        # What a workbook says of its own size is often wrong, and rows beyond it would be lost.
        sheet.reset_dimensions()
        self._rows = sheet.iter_rows(values_only=True)
        header = self._next()
        while header is not None and not any(header):
            header = self._next()
        if header is None:
            raise RefusedError(_("The file is empty."))
        while header and not header[-1].strip():
            header.pop()
        if len(header) > MAX_COLUMNS:
            raise RefusedError(
                format_lazy(
                    _("The file has more than {max} columns. Remove those that are not needed."),
                    max=MAX_COLUMNS,
                )
            )
        self.header = header

    def _next(self) -> list[str] | None:
        try:
            row = next(self._rows, None)
        except (ParseError, zipfile.BadZipFile, ValueError, KeyError, EOFError, OSError) as error:
            raise RefusedError(_damaged()) from error
        self._number += 1
        if self._number > MAX_XLSX_ROWS + 1:
            raise RefusedError(_damaged())
        return None if row is None else [written(value) for value in row[: MAX_COLUMNS + 1]]

    def lines(self) -> Iterator[Line]:
        width = len(self.header)
        while (row := self._next()) is not None:
            if any(row):
                # A worksheet leaves out the empty cells at the end.
                cells, problem = _lined_up(row + [""] * (width - len(row)), width)
                yield Line(self._number, cells, problem)

    def share(self) -> float | None:
        return None


def written(value: Any) -> str:
    """The value of a spreadsheet's cell as text."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return "ja" if value else "nee"
    if isinstance(value, float) and value.is_integer() and abs(value) < 1e15:
        return str(int(value))
    if isinstance(value, datetime):
        return value.date().isoformat() if value.time() == time() else value.isoformat()
    if isinstance(value, date):
        return value.isoformat()
    return str(value)
