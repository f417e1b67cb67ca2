"""Cells into values: what is read, what is refused, and that nothing else comes out."""

from contextlib import suppress
from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from django.core.exceptions import ValidationError
from hypothesis import given
from hypothesis import strategies as st

from imports.columns import Column, Layout, simplified
from imports.errors import RefusedError
from imports.values import Parser, day, decimal, one_of, plain, text, whole_number

pytestmark = pytest.mark.usefixtures("in_english")


@pytest.mark.parametrize(
    ("cell", "expected"),
    [
        ("  Sint-Jan\u00a0 Berchmans\n", "Sint-Jan Berchmans"),
        ("0 - niet van toepassing", ""),
        ("Niet van toepassing", ""),
        ("n.v.t.", ""),
        ("NVT", ""),
        ("-", ""),
        ("   ", ""),
        ("nvt nv", "nvt nv"),
    ],
)
def test_plain(cell: str, expected: str) -> None:
    assert plain(cell) == expected


@pytest.mark.parametrize(
    ("parse", "cell", "expected"),
    [
        (whole_number(0, 99), "12", 12),
        (whole_number(0, 99), "12.0", 12),
        (whole_number(0, 99), "012", 12),
        (decimal, "152345,67", Decimal("152345.67")),
        (decimal, "-1.5", Decimal("-1.5")),
        (day, "31-12-2026", date(2026, 12, 31)),
        (day, "1/9/2026", date(2026, 9, 1)),
        (day, "2026-09-01", date(2026, 9, 1)),
        (day, "2026-09-01T00:00:00", date(2026, 9, 1)),
        (one_of({"Erkend": 1}), "ERKEND", 1),
        (text(3), "abc", "abc"),
    ],
)
def test_what_is_read(parse: Parser, cell: str, expected: Any) -> None:
    assert parse(cell) == expected


@pytest.mark.parametrize(
    ("parse", "cell", "reason"),
    [
        (whole_number(0, 99), "1.200", "whole number"),
        (whole_number(0, 99), "100", "0 to 99"),
        (whole_number(0, 99), "٣", "whole number"),
        (decimal, "1.234,5", "152345.67"),
        (decimal, "nan", "152345.67"),
        (day, "31-12-26", "31-12-2026"),
        (day, "30-02-2026", "does not exist"),
        (day, "01-01-0201", "cannot be right"),
        (day, "46000", "31-12-2026"),
        (one_of({"erkend": 1}), "erkent", "erkend"),
        (text(3), "abcd", "3"),
    ],
)
def test_what_is_refused(parse: Parser, cell: str, reason: str) -> None:
    with pytest.raises(ValidationError, match=reason):
        parse(cell)


@given(st.dates(date(1800, 1, 1), date(2100, 12, 31)), st.sampled_from("-/."))
def test_a_day_comes_back_from_both_notations(number: date, mark: str) -> None:
    assert day(number.isoformat()) == number
    assert day(number.strftime(f"%d{mark}%m{mark}%Y")) == number


@given(st.text())
def test_a_parser_gives_a_value_or_a_reason(cell: str) -> None:
    for parse in (whole_number(0, 9), decimal, day, one_of({"ja": True}), text(5)):
        with suppress(ValidationError):
            parse(plain(cell))


COLUMNS = (
    Column("number", "schoolnummer", whole_number(1, 999999), required=True),
    Column("email", "e-mail", text(9)),
)


def test_headers_are_found_whatever_their_spelling_and_place() -> None:
    layout = Layout.of(["naam", "E_MAIL ", " Schoolnummer"], COLUMNS)
    row = ["x", "a@b.be", "39107"]
    assert [(column.name, cell) for column, cell in layout.cells(row)] == [
        ("email", "a@b.be"),
        ("number", "39107"),
    ]
    assert layout.unread == ["naam"]
    assert simplified("kbo-nummer") == simplified("KBO nummer")


@pytest.mark.parametrize(
    ("header", "message"),
    [
        (["naam", "e-mail"], "missing: schoolnummer.*naam, e-mail"),
        (["schoolnummer", "School nummer"], "twice"),
    ],
)
def test_a_header_that_does_not_do(header: list[str], message: str) -> None:
    with pytest.raises(RefusedError, match=message):
        Layout.of(header, COLUMNS)
