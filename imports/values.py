"""Cells of a file into values that cannot be wrong inside; ValidationError says what to do.

A parser takes the text of a cell that is not empty. Emptiness is decided before, by `plain`.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from datetime import date
from decimal import Decimal
from typing import Any

from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.utils.translation import gettext_lazy as _

Parser = Callable[[str], Any]

#: Values by which the sources mean "nothing". The education department's end in the words.
_NOTHING = re.compile(r"(?:.*\bniet van toepassing|n\.?v\.?t\.?|-)", re.IGNORECASE)
_SPACES = re.compile(r"\s+")
_ISO_DAY = re.compile(r"(\d{4})-(\d{1,2})-(\d{1,2})(?:[T ]00:00(?::00(?:\.0+)?)?)?", re.ASCII)
_BELGIAN_DAY = re.compile(r"(\d{1,2})[-/.](\d{1,2})[-/.](\d{4})", re.ASCII)
#: Days outside these are mistakes of typing, whatever the column.
FIRST_YEAR, LAST_YEAR = 1800, 2100


def plain(cell: str) -> str:
    """A cell without the spaces around it, runs of white space as one; "n.v.t." becomes empty."""
    text = _SPACES.sub(" ", cell).strip()
    return "" if _NOTHING.fullmatch(text) else text


def text(max_length: int) -> Parser:
    """A text of at most `max_length` characters."""

    def parse(cell: str) -> str:
        if len(cell) > max_length:
            raise ValidationError(
                _("This is longer than %(max)s characters: shorten it."),
                params={"max": max_length},
            )
        return cell

    return parse


def whole_number(lowest: int, highest: int) -> Parser:
    """A whole number within bounds; `12.0`, as spreadsheets write it, is one."""

    def parse(cell: str) -> int:
        match = re.fullmatch(r"([+-]?\d{1,18})(?:[.,]0+)?", cell, re.ASCII)
        if not match:
            raise ValidationError(_("Write a whole number, such as 12."))
        number = int(match[1])
        if not lowest <= number <= highest:
            raise ValidationError(
                _("Write a number from %(lowest)s to %(highest)s."),
                params={"lowest": lowest, "highest": highest},
            )
        return number

    return parse


def decimal(cell: str) -> Decimal:
    """A number with a point or a comma before its decimals; other separators are refused."""
    if not re.fullmatch(r"[+-]?\d{1,15}(?:[.,]\d{1,15})?", cell, re.ASCII):
        raise ValidationError(_("Write a number, such as 152345.67."))
    return Decimal(cell.replace(",", "."))


def day(cell: str) -> date:
    """A day written as 31-12-2026 (or with strokes or points) or as 2026-12-31."""
    if match := _ISO_DAY.fullmatch(cell):
        year, month, number = map(int, match.groups())
    elif match := _BELGIAN_DAY.fullmatch(cell):
        number, month, year = map(int, match.groups())
    else:
        raise ValidationError(_("Write the date as 31-12-2026 or 2026-12-31."))
    try:
        found = date(year, month, number)
    except ValueError:
        raise ValidationError(_("This day does not exist.")) from None
    if not FIRST_YEAR <= found.year <= LAST_YEAR:
        raise ValidationError(_("The year of this date cannot be right."))
    return found


def one_of(values: Mapping[str, Any], also: Mapping[str, Any] | None = None) -> Parser:
    """One of the words on the left, whatever their case, as the value on the right.

    `also` holds words that are understood and not advertised.
    """
    every = {**(also or {}), **values}
    known = {word.casefold(): value for word, value in every.items()}

    def parse(cell: str) -> Any:
        try:
            return known[cell.casefold()]
        except KeyError:
            raise ValidationError(
                _("Write one of: %(words)s."), params={"words": ", ".join(values)}
            ) from None

    return parse


def email(cell: str) -> str:
    """An e-mail address."""
    validate_email(cell)
    return cell
