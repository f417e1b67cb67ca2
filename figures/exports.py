"""A table in files: for spreadsheets with the words of the screen, for machines plain."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Iterator, Sequence
from typing import Any

from django.utils.formats import date_format
from django.utils.timezone import localtime
from django.utils.translation import gettext as _
from openpyxl import Workbook

from figures.columns import arrays_of
from figures.crossing import YEAR
from figures.dimensions import DIMENSIONS, school_year_name
from figures.measures import Measure, Missing, Value
from figures.results import Result, Row
from figures.verdicts import LABELS, Verdict
from radar.web.spreadsheets import add_sheet, write_csv

#: What stands in the place of a figure that is not shown, as statistical offices write it.
CONFIDENTIAL = "c"


def plain(value: Value, measure: Measure) -> float | int | str | None:
    """A figure as files have it: rounded, `c` where it is withheld."""
    if value is Missing.WITHHELD:
        return CONFIDENTIAL
    if isinstance(value, float):
        return round(value, max(measure.decimals, 2))
    return value if not isinstance(value, Missing) else None


def header(result: Result) -> list[str]:
    """The words over the columns, dimensions first."""
    names = [str(dimension.title) for dimension in result.dimensions]
    return names + [_with_unit(column.title, column.unit) for column in result.columns]


def _with_unit(title: str, unit: str) -> str:
    return f"{title} ({unit})" if unit else title


def lines(result: Result) -> Iterator[list[Any]]:
    """The rows under that header, and the totals below them."""
    for row in (*result.rows, *result.totals):
        cells = [_word(row.values.get(column.key), column.measure) for column in result.columns]
        yield [*result.row_labels(row), *cells]


def _word(value: Value, measure: Measure) -> Any:
    if measure.is_text and isinstance(value, str):
        return str(LABELS[Verdict(value)])
    return plain(value, measure)


def csv_of(result: Result) -> bytes:
    """The table as Belgian spreadsheets open it."""
    stream = io.StringIO()
    write_csv(stream, header(result), lines(result))
    return ("\ufeff" + stream.getvalue()).encode()


def workbook_of(results: Sequence[Result]) -> bytes:
    """A sheet per table, and one that explains their columns and names their sources."""
    workbook = Workbook(write_only=True)
    for result in results:
        add_sheet(workbook, str(result.question.table.title), header(result), lines(result))
    heads = [_("table"), _("column"), _("explanation"), _("unit")]
    add_sheet(workbook, _("Explanation"), heads, _explained(results))
    stream = io.BytesIO()
    workbook.save(stream)
    return stream.getvalue()


def _explained(results: Sequence[Result]) -> Iterator[list[str]]:
    for result in results:
        title = str(result.question.table.title)
        for dimension in result.dimensions:
            yield [title, str(dimension.title), str(dimension.explanation), ""]
        for column in result.columns:
            yield [title, column.title, column.explanation, column.unit]
        for name, text in facts_about(result):
            yield [title, name, text, ""]
    yield ["", CONFIDENTIAL, withheld_note(), ""]


def facts_about(result: Result) -> list[tuple[str, str]]:
    """What belongs under every table: what it is of, when it was counted and from what."""
    question = result.question
    found = []
    if question.school_year is not None:
        found.append((_("school year"), school_year_name(question.school_year)))
    for key, member in question.crossing.where.items():
        found.append((str(DIMENSIONS[key].title), label_of(result, key, member)))
    if question.area_text:
        found.append((_("drawn area"), question.area_text))
    computed = date_format(localtime(result.computed_at), "SHORT_DATETIME_FORMAT")
    found += [(_("counted on"), computed), (_("source"), str(question.table.source))]
    return [*found, *((_("note"), str(note)) for note in question.table.notes)]


def label_of(result: Result, key: str, member: str) -> str:
    """What a member that narrows the table is called."""
    return DIMENSIONS[key].label(member, arrays_of(result.question.cube).labels_of(key))


def withheld_note() -> str:
    """Why some figures are not there."""
    return _(
        "Not shown: a group of fewer than five pupils, or a figure from which one could be worked "
        "out."
    )


# For machines -------------------------------------------------------------------------------------


def item(result: Result, row: Row) -> dict[str, Any]:
    """A row of the API: members by key with their names, figures, and which were withheld."""
    found: dict[str, Any] = {}
    for key in result.question.by:
        member = row.members[key]
        if key == YEAR:
            found[key] = None if member is None else school_year_name(member)
        else:
            found[key] = member
            found[f"{key}Name"] = result.label(key, member)
    withheld = []
    for column in result.columns:
        value = row.values.get(column.key)
        if value is Missing.WITHHELD:
            withheld.append(column.key)
            value = None
        found[column.key] = plain(value, column.measure)
    return found | {"withheld": withheld}


def columns_of(result: Result) -> list[dict[str, str]]:
    """What each figure of a row means."""
    return [
        {
            "name": column.key,
            "title": column.title,
            "explanation": column.explanation,
            **({"unit": column.unit} if column.unit else {}),
        }
        for column in result.columns
    ]


def machine_csv(result: Result) -> str:
    """The rows and totals as RFC 4180 has them: commas, the names of the API, points in numbers."""
    names = [
        name
        for key in result.question.by
        for name in ((key,) if key == YEAR else (key, f"{key}Name"))
    ]
    names += [column.key for column in result.columns]
    stream = io.StringIO()
    writer = csv.writer(stream, lineterminator="\r\n")
    writer.writerow(names)
    writer.writerows(_machine_lines(result, names))
    return stream.getvalue()


def _machine_lines(result: Result, names: list[str]) -> Iterable[list[Any]]:
    for row in (*result.rows, *result.totals):
        found = item(result, row)
        hidden = set(found["withheld"])
        yield [CONFIDENTIAL if name in hidden else found[name] for name in names]
