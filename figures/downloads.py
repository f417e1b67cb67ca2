"""Downloads of a table: files for spreadsheets, its pictures, and paper."""

from __future__ import annotations

import hashlib

from django.core.cache import cache
from django.http import HttpResponse
from django.utils.safestring import mark_safe
from django.utils.translation import get_language

from figures.exports import csv_of, facts_about, withheld_note, workbook_of
from figures.measures import Measure
from figures.models import Cube
from figures.pictures import number_of, pictures_of, text_of
from figures.questions import FiguresQuery
from figures.results import Column, Result, Row, answer
from figures.tables import TABLES
from figures.verdicts import LABELS, Verdict
from radar.web.pdf import pdf_response
from radar.web.spreadsheets import FORMATS, attachment

KINDS = {"png": "image/png", "svg": "image/svg+xml"}
#: A picture is kept for a day; another cube has pictures of its own.
KEPT = 86_400
DOWNLOADS = ("csv", "xlsx", "pdf", *KINDS)


def download(result: Result, measure: Measure, kind: str) -> HttpResponse:
    """A table in one of `DOWNLOADS`; pictures are of one measure."""
    name = f"cijfers-{result.question.table.slug}"
    if kind == "csv":
        return attachment(f"{name}.csv", FORMATS["csv"], csv_of(result))
    if kind == "xlsx":
        return attachment(f"{name}.xlsx", FORMATS["xlsx"], workbook_of([result]))
    if kind == "pdf":
        return _paper(result, measure, name)
    return attachment(f"{name}.{kind}", KINDS[kind], _picture(result, measure, kind))


def workbook(cube: Cube) -> HttpResponse:
    """Every table as it is usually divided, a sheet each, and one that explains them."""
    results = []
    for table in TABLES.values():
        query = FiguresQuery({}, table=table, cube=cube)
        query.is_valid()
        results.append(answer(query.question()))
    return attachment("cijfers.xlsx", FORMATS["xlsx"], workbook_of(results))


def _paper(result: Result, measure: Measure, name: str) -> HttpResponse:
    """The picture and the table on paper; differences stand behind what they are of."""
    columns = [column for column in result.columns if not column.is_change]
    picture = _picture(result, measure, "svg").decode() if pictures_of(result, measure) else ""
    lines = [
        [*result.row_labels(row), *(_written(row, column) for column in columns)]
        for row in (*result.rows, *result.totals)
    ]
    return pdf_response(
        name,
        "figures/table_print.html",
        {
            "table": result.question.table,
            "measure": measure,
            # Drawn by us from numbers and escaped names, without the lines that only a file has.
            "picture": mark_safe(picture[picture.find("<svg") :]),  # noqa: S308
            "heads": [*(d.title for d in result.dimensions), *(c.title for c in columns)],
            "lines": lines,
            "facts": facts_about(result),
            "withheld_note": withheld_note(),
        },
    )


def _written(row: Row, column: Column) -> str:
    measure, value = column.measure, row.values.get(column.key)
    if measure.is_text and isinstance(value, str):
        return str(LABELS[Verdict(value)])
    change = row.values.get(measure.change_key) if measure.has_change else None
    text = text_of(value, measure)
    return f"{text} ({text_of(change, measure, signed=True)})" if number_of(change) else text


def _picture(result: Result, measure: Measure, kind: str) -> bytes:
    """The pictures of a measure, drawn once for a cube and language."""
    question = result.question
    asked = [
        *(question.cube.pk, question.table.key, measure.key, kind, get_language()),
        *(question.by, question.crossing.years, dict(question.crossing.where), question.area_text),
    ]
    key = f"figures-{hashlib.sha256(repr(asked).encode()).hexdigest()}"
    found: bytes | None = cache.get(key)
    if found is None:
        # 30 MB with matplotlib, which few processes need.
        from figures.drawing import drawn

        found = drawn(result, measure, kind)
        cache.set(key, found, KEPT)
    return found
