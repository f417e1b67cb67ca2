"""JSON files: what is read as rows, and what is refused with a reason."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from imports.columns import Column
from imports.errors import RefusedError
from imports.json_tables import open_json
from imports.values import text

COLUMNS = (Column("number", "nummer", text(9), also=("no",)), Column("name", "naam", text(9)))


def read(path: Path, content: Any, name: str = "a.json") -> list[tuple[int, list[str], str]]:
    """The rows of a file: line, cells and problem."""
    path.write_bytes(content if isinstance(content, bytes) else json.dumps(content).encode())
    with open_json(path, name, COLUMNS, lambda record: (record,)) as table:
        return [(line.number, list(line.cells), str(line.problem)) for line in table.lines()]


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("a.json", [{"nummer": 12, "naam": "x"}, {"no": "3"}]),
        ("a.json", {"meta": {}, "content": [{"nummer": 12.0, "naam": "x"}, {"no": "3"}]}),
        ("a.jsonl", b'\xef\xbb\xbf{"nummer": 12, "naam": "x"}\r\n\r\n{"no": "3", "z": [1]}'),
        ("a.ndjson", b'{"nummer": {"code": "12"}, "naam": ["x"]}\n{"no": "3", "naam": null}\n'),
    ],
)
def test_three_shapes_of_a_list(tmp_path: Path, name: str, content: Any) -> None:
    assert read(tmp_path / "f", content, name) == [(2, ["12", "x"], ""), (3, ["3", ""], "")]


@pytest.mark.parametrize(
    ("name", "content", "reason"),
    [
        ("a.json", b"", "no JSON"),
        ("a.json", b'[{"nummer": 1},\n{"nummer"', "Line 2 is no JSON, or the file was cut off"),
        ("a.json", b'{"nummer": 1}', "no list of records"),
        ("a.json", b'"text"', "no list of records"),
        ("a.json", b"[" * 100_000, "no JSON"),
        ("a.json", b'[{"nummer": NaN}]', "no JSON"),
        ("a.json", b'[{"nummer": ' + b"9" * 5_000 + b"}]", "no JSON"),
        ("a.json", b"\x89PNG\r\n\x1a\n\xff", "no text in UTF-8"),
        ("a.jsonl", b'{"nummer": 1}\n{"nummer"', "Line 2 is no JSON"),
        ("a.jsonl", b'{"nummer": "' + b"x" * (1 << 20) + b'"}', "Line 1 is too long"),
    ],
)
@pytest.mark.usefixtures("in_english")
def test_what_is_no_list_is_refused(tmp_path: Path, name: str, content: bytes, reason: str) -> None:
    with pytest.raises(RefusedError, match=reason):
        read(tmp_path / "f", content, name)


@pytest.mark.usefixtures("in_english")
def test_a_record_that_cannot_be_one_is_a_rejected_row(tmp_path: Path) -> None:
    content = [7, {"nummer": "1\u0000"}, {"nummer": "\ud800"}, {"nummer": "1"}]
    problems = [problem for _line, _cells, problem in read(tmp_path / "f", content)]
    assert ["no record" in problems[0], *("no text" in p for p in problems[1:])] == [
        True,
        True,
        True,
        False,
    ]


_ANYTHING = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(),
    lambda inner: st.lists(inner) | st.dictionaries(st.sampled_from(["code", "naam", "no"]), inner),
    max_leaves=12,
)


@given(st.lists(_ANYTHING, max_size=4))
@settings(
    deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=60
)
def test_any_list_gives_as_many_rows(tmp_path: Path, records: list[Any]) -> None:
    content = json.dumps(records).replace("Infinity", "1").encode()
    rows = read(tmp_path / "f", content)
    assert [number for number, *_ in rows] == list(range(2, len(records) + 2))
