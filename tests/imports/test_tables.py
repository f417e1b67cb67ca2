"""CSV and XLSX from outside: every trap of the sources, and what may not come in."""

import codecs
import csv
import io
import time
import zipfile
from datetime import date, datetime
from datetime import time as clock
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from imports.errors import RefusedError
from imports.tables import CsvTable, Line, open_table
from tests.imports.files import SHEET, altered, xlsx_file

pytestmark = pytest.mark.usefixtures("in_english")

HEADER, ROW = ["naam", "plaats"], ["Sint-Jozef", "Liège"]


def read(path: Path) -> tuple[list[str], list[Line]]:
    with open_table(path) as table:
        return list(table.header), list(table.lines())


def written(path: Path, content: bytes | str, encoding: str = "utf-8") -> Path:
    path.write_bytes(content if isinstance(content, bytes) else content.encode(encoding))
    return path


@pytest.mark.parametrize("end", ["\r", "\n", "\r\n"], ids=["CR", "LF", "CRLF"])
@pytest.mark.parametrize("delimiter", [";", ",", "\t"])
@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "cp1252"])
def test_every_way_to_write_a_csv(tmp_path: Path, end: str, delimiter: str, encoding: str) -> None:
    text = end.join(delimiter.join(f'"{cell}"' for cell in row) for row in (HEADER, ROW, ROW))
    for last in ("", end, end + end):
        header, lines = read(written(tmp_path / "a.csv", text + last, encoding))
        assert header == HEADER
        assert [list(line.cells) for line in lines] == [ROW, ROW]
        assert [line.number for line in lines] == [2, 3]
        assert not any(line.problem for line in lines)


def test_lines_keep_their_number_over_line_ends_in_cells_and_empty_lines(tmp_path: Path) -> None:
    path = written(tmp_path / "a.csv", 'a;b\n\n"x\ny";1\n;\n2;3\n')
    assert [(line.number, list(line.cells)) for line in read(path)[1]] == [
        (3, ["x\ny", "1"]),
        (6, ["2", "3"]),
    ]


def test_a_line_with_too_many_or_too_few_cells_says_so(tmp_path: Path) -> None:
    path = written(tmp_path / "a.csv", "a;b\n1\n1;2;\n1;2;3\n1;2\n1\n")
    lines = read(path)[1]
    assert [bool(line.problem) for line in lines] == [True, False, True, False, True]
    assert "1 cells and the header 2" in str(lines[0].problem)


@pytest.mark.parametrize(
    ("name", "content", "message"),
    [
        ("a.csv", b"", "empty"),
        ("a.csv", b"\n\n", "empty"),
        ("a.csv", b"a;b\n1;2\n1", "stops in the middle of line 3"),
        ("a.csv", b'a;b\n1;"2\n3;4\n', "Line 2 cannot be read"),
        ("a.csv", b'a;b\n1;"2"x\n', "Line 2 cannot be read"),
        ("a.csv", b"a;b\n1;\xc3\xab\n1;\xeb\n", "Line 3 holds characters"),
        ("a.csv", codecs.BOM_UTF8 + b"a;b\n1;\xeb\n", "Line 2 holds characters"),
        ("a.csv", b"a;b\r1;2\r1;\x81\r", "Line 3 holds characters"),
        ("a.csv", "a;b\n".encode("utf-16"), "UTF-16"),
        ("a.csv", b"\x89PNG\r\n\x1a\n\x00\x00", "binary"),
        ("a.csv", b"a;b\n1;\x00\n", "binary"),
        ("a.csv", b"PK\x03\x04rest", "extension .xlsx"),
        ("a.csv", b"\xd0\xcf\x11\xe0rest", "old Excel workbook"),
        ("a.csv", b"%PDF-1.7", "PDF"),
        ("a.csv", b"\x1f\x8bzz", "compressed"),
        ("a.csv", b"\xef\xbb\xbf<!DOCTYPE html><p>503", "web page"),
        ("a.csv", b"x" * (1 << 21), "no end"),
        ("a.csv", b";" * 600 + b"a\n", "more than 500 columns"),
        ("a.pdf", b"a;b\n", "no CSV or XLSX"),
        ("a.xlsx", b"a;b\n1;2\n", "no Excel workbook"),
        ("a.xlsx", b"PK\x03\x04 and no more", "damaged"),
        ("a.xlsx", b"\xd0\xcf\x11\xe0rest", "password"),
    ],
)
def test_what_is_no_table(tmp_path: Path, name: str, content: bytes, message: str) -> None:
    with pytest.raises(RefusedError, match=message):
        read(written(tmp_path / name, content))


@given(
    st.lists(
        st.lists(st.text(st.characters(exclude_categories=["C"])), min_size=2, max_size=2).filter(
            any
        )
    )
)
def test_what_csv_writes_is_read_back(rows: list[list[str]]) -> None:
    stream = io.StringIO()
    csv.writer(stream, delimiter=";", lineterminator="\r").writerows([HEADER, *rows])
    raw = stream.getvalue().encode()
    table = CsvTable(io.BytesIO(raw), len(raw))
    assert [list(line.cells) for line in table.lines()] == rows
    assert table.share() == 1.0


# XLSX --------------------------------------------------------------------------------------------


def test_a_workbook_gives_text(tmp_path: Path) -> None:
    row = [
        566988259,
        date(2026, 9, 1),
        datetime.combine(date(2026, 9, 1), clock(8, 30)),
        1.5,
        True,
        None,
        "é ",
    ]
    path = xlsx_file(tmp_path / "a.xlsx", [[], list("abcdefg"), row, [], ["x"]])
    header, lines = read(path)
    assert header == list("abcdefg")
    assert [(line.number, list(line.cells)) for line in lines] == [
        (3, ["566988259", "2026-09-01", "2026-09-01T08:30:00", "1.5", "ja", "", "é "]),
        (5, ["x", "", "", "", "", "", ""]),
    ]


def test_rows_beyond_the_size_that_a_workbook_claims_are_read(tmp_path: Path) -> None:
    path = xlsx_file(tmp_path / "a.xlsx", [["a"], ["1"], ["2"]])
    altered(path, SHEET, lambda xml: xml.replace(b'ref="A1:A3"', b'ref="A1:A2"'))
    assert len(read(path)[1]) == 2


def test_a_million_empty_rows_are_passed_over(tmp_path: Path) -> None:
    path = xlsx_file(tmp_path / "a.xlsx", [["a"], ["1"]])
    empty = b"".join(b'<row r="%d"/>' % number for number in range(3, 1_000_003))
    altered(path, SHEET, lambda xml: xml.replace(b"</sheetData>", empty + b"</sheetData>"))
    started = time.perf_counter()
    assert [list(line.cells) for line in read(path)[1]] == [["1"]]
    assert time.perf_counter() - started < 60


def test_a_row_with_an_absurd_number_is_no_endless_loop(tmp_path: Path) -> None:
    path = xlsx_file(tmp_path / "a.xlsx", [["a"], ["1"]])
    altered(path, SHEET, lambda xml: xml.replace(b'<row r="2"', b'<row r="999999999999"'))
    with pytest.raises(RefusedError, match="damaged"):
        read(path)


@pytest.mark.parametrize("part", ["xl/vbaProject.bin", "xl/macrosheets/sheet1.xml"])
def test_macros_are_refused(tmp_path: Path, part: str) -> None:
    path = altered(xlsx_file(tmp_path / "a.xlsx", [["a"]]), part, lambda _: b"Sub Auto_Open()")
    with pytest.raises(RefusedError, match="macros"):
        read(path)


@pytest.mark.parametrize(("part", "size"), [("xl/media/x.bin", 257), ("xl/sharedStrings.xml", 65)])
def test_a_zip_bomb_is_refused_unread(tmp_path: Path, part: str, size: int) -> None:
    path = altered(xlsx_file(tmp_path / "a.xlsx", [["a"]]), part, lambda _: bytes(size << 20))
    assert path.stat().st_size < 1 << 20
    with pytest.raises(RefusedError, match="more than it should"):
        read(path)


def test_entities_that_swell_are_refused(tmp_path: Path) -> None:
    entities = "".join(
        f'<!ENTITY e{n} "{f"&e{n - 1};" * 10 if n else "a" * 1000}">' for n in range(9)
    ).encode()
    path = xlsx_file(tmp_path / "a.xlsx", [["a"], ["b"]])
    altered(path, "xl/sharedStrings.xml", lambda xml: xml)
    altered(
        path,
        SHEET,
        lambda xml: b"<!DOCTYPE x [" + entities + b"]>" + xml.replace(b"<t>b", b"<t>&e8;"),
    )
    with pytest.raises(RefusedError):
        read(path)


def test_any_other_zip_is_refused(tmp_path: Path) -> None:
    with zipfile.ZipFile(tmp_path / "a.xlsx", "w") as archive:
        archive.writestr("../../etc/passwd", "x")
    with pytest.raises(RefusedError, match="no Excel workbook"):
        read(tmp_path / "a.xlsx")


@pytest.mark.parametrize("part", [SHEET, "xl/workbook.xml", "xl/styles.xml"])
def test_a_damaged_part_is_told(tmp_path: Path, part: str) -> None:
    path = altered(xlsx_file(tmp_path / "a.xlsx", [["a"], ["b"]]), part, lambda xml: xml[:-60])
    with pytest.raises(RefusedError, match="damaged"):
        read(path)
