"""An answer as its page shows it: lines of a list or a crossing, with what stands in each cell."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from urllib.parse import urlencode

from django.core.paginator import Page, Paginator
from django.urls import reverse
from django.utils.translation import gettext as _

from figures.crossing import YEAR, Crossing
from figures.dimensions import school_year_name
from figures.measures import Measure, Missing, Source, Value
from figures.pictures import (
    Bars,
    Choropleth,
    Dots,
    Heat,
    Multiples,
    Picture,
    band_of,
    limits_of,
    number_of,
    path,
    pictures_of,
    row_value,
    text_of,
)
from figures.questions import Question, known_years, snake
from figures.results import Column, Result, Row, answer
from figures.verdicts import LABELS, Verdict

PER_PAGE = 50
#: The size of a sparkline and of a small multiple, in their own units.
SPARK, SMALL = (80.0, 16.0), (160.0, 60.0)
#: Facts that have a list of records behind them.
RECORDED = (Source.OFFERINGS, Source.SUPPLY)


@dataclass(frozen=True)
class Cell:
    """A figure in a table: `change` with its sign where there is one, `href` to its records."""

    text: str
    change: str = ""
    href: str = ""
    band: int = 0
    withheld: bool = False
    verdict: str = ""


@dataclass(frozen=True)
class Line:
    """A row of the page: its label, where it leads, its cells, a bar (0..100) and a sparkline."""

    label: str
    cells: list[Cell]
    bar: float = 0
    spark: str = ""
    is_total: bool = False


@dataclass(frozen=True)
class Small:
    """A small multiple: its line, and the last value."""

    label: str
    path: str
    last: str


class TablePage:
    """A result with what its page shows: drawn by `measure`, sorted by `sort`."""

    def __init__(
        self, result: Result, measure: Measure, *, sort: str, page: str, sees_records: bool
    ) -> None:
        self.result, self.measure, self.sort = result, measure, sort
        self.asked_page, self.sees_records = page, sees_records
        self.question = result.question

    @property
    def is_crossed(self) -> bool:
        return len(self.question.by) == 2

    @property
    def columns(self) -> list[Column]:
        """The columns of a list; differences stand in the cell of what they are of."""
        return [column for column in self.result.columns if not column.is_change]

    @cached_property
    def pictures(self) -> dict[str, Picture]:
        return pictures_of(self.result, self.measure)

    @property
    def map(self) -> Choropleth | None:
        found = self.pictures.get("map")
        return found if isinstance(found, Choropleth) else None

    @property
    def dots(self) -> Dots | None:
        found = self.pictures.get("dots")
        return found if isinstance(found, Dots) else None

    @property
    def map_data(self) -> dict[str, object]:
        """What js/figures.js draws: the band and the text per code."""
        found = self.map
        if self.dots:
            spots = [
                [round(dot.longitude, 4), round(dot.latitude, 4), *dot.values, dot.text]
                for dot in self.dots.items
            ]
            return {"level": "province", "places": {}, "dots": spots, "most": self.dots.most}
        if found is None:
            return {"level": "province", "places": {}}
        return {
            "level": found.level,
            "places": {code: [band, text] for code, (_n, band, text) in found.places.items()},
        }

    @property
    def key(self) -> list[tuple[int, str]]:
        """The legend of the shades: band and its upper end."""
        found = self.map
        texts = found.limit_texts if found else self._heat_limits
        return [(n + 1 + 5 - len(texts), text) for n, text in enumerate(texts)]

    @cached_property
    def _limits(self) -> list[float]:
        values = (number_of(row.values[self.measure.key]) for row in self.result.rows)
        return limits_of(value for value in values if value)

    @property
    def _heat_limits(self) -> list[str]:
        heat = isinstance(self.pictures.get("crossing"), Heat)
        return [text_of(limit, self.measure) for limit in self._limits] if heat else []

    @property
    def small(self) -> list[Small]:
        """The small multiples, or the one line over the school years."""
        found = self.pictures.get("lines")
        if not isinstance(found, Multiples):
            return []
        return [
            Small(line.label, path(line.values, found.most, *SMALL), line.last)
            for line in found.series
        ]

    @property
    def lines_drawn(self) -> Multiples | None:
        found = self.pictures.get("lines")
        return found if isinstance(found, Multiples) else None

    @property
    def left_out(self) -> int:
        """How many members a picture leaves out; the table has them all."""
        return next(
            (p.left_out for p in self.pictures.values() if isinstance(p, Bars | Multiples)), 0
        )

    # A list: one dimension or none ---------------------------------------------------------------

    @cached_property
    def _sorted(self) -> list[Row]:
        rows = list(self.result.rows)
        shown = {column.key: column for column in self.result.columns}
        if self.sort in shown:
            measure = shown[self.sort].measure
            rows.sort(key=lambda row: row_value(row, measure))
        elif self.sort != "label" and self.question.by and YEAR not in self.question.by:
            rows.sort(key=lambda row: row_value(row, self.measure))
        return rows

    @cached_property
    def page(self) -> Page[Row]:
        return Paginator(self._sorted, PER_PAGE).get_page(self.asked_page)

    @property
    def lines(self) -> list[Line]:
        """The rows of the page at hand, and the total below them."""
        totals = [row for row in self.result.totals if self.question.by]
        most = max(
            (number_of(row.values[self.measure.key]) or 0 for row in self._sorted), default=0
        )
        sparks = self._sparks
        found = []
        for row in self.page:
            bar = number_of(row.values[self.measure.key]) or 0
            label = " · ".join(self.result.row_labels(row)) or _("total")
            found.append(
                Line(
                    label,
                    [self._cell(row, column) for column in self.columns],
                    100 * max(bar, 0) / most if most else 0,
                    sparks.get(label, ""),
                )
            )
        for row in totals:
            cells = [self._cell(row, column) for column in self.columns]
            found.append(Line(_("total"), cells, is_total=True, spark=sparks.get("", "")))
        return found

    @cached_property
    def _sparks(self) -> dict[str, str]:
        """A line over the school years per member, on a scale of its own each."""
        by = self.question.by
        if len(by) != 1 or YEAR in by:
            return {}
        over_years = self._over_years(by)
        key = by[0]
        values: dict[str, list[float | None]] = {}
        years = over_years.members(YEAR)
        for row in (*over_years.rows, *over_years.totals):
            member = row.members[key]
            if row.members[YEAR] is None:
                continue
            name = "" if member is None else over_years.label(key, member)
            line = values.setdefault(name, [None] * len(years))
            line[years.index(str(row.members[YEAR]))] = number_of(row.values[self.measure.key])
        return {
            name: path(line, max((v for v in line if v is not None), default=0), *SPARK)
            for name, line in values.items()
        }

    def _over_years(self, by: tuple[str, ...]) -> Result:
        crossing = self.question.crossing
        years = known_years(self.question.cube)
        return answer(
            Question(
                self.question.table,
                self.question.cube,
                (YEAR, *by),
                Crossing(years, crossing.by, crossing.where, crossing.area),
                self.question.thresholds,
            )
        )

    # A crossing ----------------------------------------------------------------------------------

    @cached_property
    def across(self) -> list[str]:
        """The members along the top of a crossing."""
        return self.result.members(self.question.by[1])

    @property
    def heads(self) -> list[str]:
        key = self.question.by[1]
        return [self.result.label(key, member) for member in self.across]

    @cached_property
    def down(self) -> Page[str]:
        """The members down the side, a page of them."""
        members = self.result.members(self.question.by[0])
        return Paginator(members, PER_PAGE).get_page(self.asked_page)

    @property
    def crossed(self) -> list[Line]:
        """The crossing of the page at hand, with its totals to the right and below."""
        rows = {
            tuple(row.members.values()): row for row in (*self.result.rows, *self.result.totals)
        }
        down, across = self.question.by
        column = Column(self.measure)
        lines = []
        for member in [*self.down, None]:
            if member is None and down == YEAR:
                continue
            cells = [
                self._shaded(rows.get((member, other)), column, member is not None)
                for other in self.across
            ]
            if across != YEAR:
                cells.append(self._shaded(rows.get((member, None)), column, False))
            lines.append(Line(self.result.label(down, member), cells, is_total=member is None))
        return lines

    @property
    def has_total_column(self) -> bool:
        return self.question.by[1] != YEAR

    def _shaded(self, row: Row | None, column: Column, with_shade: bool) -> Cell:
        if row is None:
            return Cell("")
        cell = self._cell(row, column)
        band = band_of(number_of(row.values[column.key]), self._limits) if with_shade else 0
        return Cell(cell.text, "", cell.href, band, cell.withheld)

    # Both ----------------------------------------------------------------------------------------

    def _cell(self, row: Row, column: Column) -> Cell:
        value = row.values.get(column.key)
        if column.measure.is_text and isinstance(value, str):
            return Cell(str(LABELS[Verdict(value)]), verdict=value)
        change = self._change(row, column.measure)
        return Cell(
            text_of(value, column.measure),
            change,
            self._records(row, column.measure, value),
            withheld=value is Missing.WITHHELD,
        )

    def _change(self, row: Row, measure: Measure) -> str:
        if not measure.has_change:
            return ""
        value = row.values.get(measure.change_key)
        return text_of(value, measure, signed=True) if number_of(value) else ""

    def _records(self, row: Row, measure: Measure, value: Value) -> str:
        """Where the records behind a figure are listed, for who may see them."""
        if not (self.sees_records and value and measure.source in RECORDED and measure.count):
            return ""
        where = dict(self.question.crossing.where)
        where |= {key: member for key, member in row.members.items() if member is not None}
        year = where.pop(YEAR, None) or str(self.question.crossing.years[0])
        query = {"measure": measure.key, "school_year": school_year_name(year)}
        query |= {snake(key): member for key, member in where.items()}
        if self.question.area_text:
            query["area"] = self.question.area_text
        return f"{reverse('figures-records', args=[self.question.table.slug])}?{urlencode(query)}"
