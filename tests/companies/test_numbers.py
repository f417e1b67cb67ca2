"""KBO numbers: the same rule in Python and in the database."""

import pytest
from django.core.exceptions import ValidationError
from django.db import connection
from hypothesis import given
from hypothesis import strategies as st

from companies.numbers import (
    check_digits,
    compact,
    dotted,
    validate_enterprise_number,
    validate_establishment_number,
)


def number_starting(first: str) -> st.SearchStrategy[str]:
    """Valid ten-digit numbers whose first digit is one of `first`."""
    return st.builds(
        lambda head, tail: f"{head}{tail:07d}{check_digits(int(f'{head}{tail:07d}')):02d}",
        st.sampled_from(first),
        st.integers(1, 9_999_999),
    )


def in_database(number: str) -> bool:
    with connection.cursor() as cursor:
        cursor.execute("SELECT radar_kbo_check_digits(%s)", [number])
        row = cursor.fetchone()
    assert row is not None
    return bool(row[0])


@pytest.mark.parametrize("number", ["0566.988.259", "BE 0566 988 259", "0566988259"])
def test_a_published_enterprise_number_is_valid_however_it_is_written(number: str) -> None:
    validate_enterprise_number(compact(number))


@pytest.mark.parametrize("number", ["2.147.812.701", "2.147.812.897"])
def test_published_establishment_numbers_are_valid(number: str) -> None:
    validate_establishment_number(compact(number))


@given(number_starting("01"))
def test_every_enterprise_number_survives_its_dots(number: str) -> None:
    validate_enterprise_number(number)
    assert compact(dotted(number)) == number


@given(number_starting("2345678"), st.integers(1, 96))
def test_a_wrong_check_digit_is_refused(number: str, shift: int) -> None:
    wrong = f"{number[:8]}{(int(number[8:]) - 1 + shift) % 97 + 1:02d}"
    with pytest.raises(ValidationError):
        validate_establishment_number(wrong)


@pytest.mark.parametrize(
    "number", ["", "0566988258", "2147812701", "566988259", "056698825٩", "0000000000", "x" * 10]
)
def test_no_enterprise_number(number: str) -> None:
    with pytest.raises(ValidationError):
        validate_enterprise_number(number)


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("number", "valid"),
    [
        ("0566988259", True),
        ("2147812897", True),
        ("0566988258", False),
        ("", False),
        ("abc", False),
        ("05669882590", False),
    ],
)
def test_the_database_knows_the_same_rule(number: str, valid: bool) -> None:
    assert in_database(number) is valid
