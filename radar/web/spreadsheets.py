"""CSV for spreadsheets, which take some texts for formulas and run them."""

from __future__ import annotations

import csv
from collections.abc import Iterable
from typing import Any, TextIO

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
