"""Downloads of a table: files for spreadsheets, its pictures, and paper."""

from __future__ import annotations

import base64

from django.http import HttpResponse

from figures.drawing import drawn
from figures.exports import csv_of, facts_about, header, lines, withheld_note, workbook_of
from figures.measures import Measure
from figures.models import Cube
from figures.pictures import pictures_of
from figures.questions import FiguresQuery
from figures.results import Result, answer
from figures.tables import TABLES
from radar.web.pdf import pdf_response
from radar.web.spreadsheets import FORMATS, attachment

KINDS = {"png": "image/png", "svg": "image/svg+xml"}
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
    picture = drawn(result, measure, kind)
    return attachment(f"{name}.{kind}", KINDS[kind], picture)


def workbook(cube: Cube) -> HttpResponse:
    """Every table as it is usually divided, a sheet each, and one that explains them."""
    results = []
    for table in TABLES.values():
        query = FiguresQuery({}, table=table, cube=cube)
        query.is_valid()
        results.append(answer(query.question()))
    return attachment("cijfers.xlsx", FORMATS["xlsx"], workbook_of(results))


def _paper(result: Result, measure: Measure, name: str) -> HttpResponse:
    picture = base64.b64encode(drawn(result, measure, "svg")).decode()
    return pdf_response(
        name,
        "figures/table_print.html",
        {
            "table": result.question.table,
            "measure": measure,
            "picture": picture if pictures_of(result, measure) else "",
            "heads": header(result),
            "lines": [["" if cell is None else cell for cell in line] for line in lines(result)],
            "facts": facts_about(result),
            "withheld_note": withheld_note(),
        },
    )
