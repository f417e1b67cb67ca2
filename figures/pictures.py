"""What there is to see in an answer: bars, maps, lines over the years, and shaded crossings.

A picture holds numbers only. The page draws it in the browser, a download with `figures.drawing`,
and both stand beside the table that it was taken from.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
from django.utils.formats import number_format
from django.utils.translation import gettext as _

from figures.crossing import YEAR
from figures.measures import Measure, Missing, Value
from figures.results import Result, Row
from geo.models import Municipality

#: Shades of a map and of a crossing; their colours are the bands of css/theme.css.
BANDS = 5
GEOGRAPHIC = ("province", "municipality")
#: Bars and small multiples beyond this say nothing any more in a picture; the table has them all.
MOST_BARS = 30
MOST_MULTIPLES = 24


@dataclass(frozen=True)
class Bar:
    label: str
    value: float
    text: str


@dataclass(frozen=True)
class Bars:
    """Members and their values, the largest first; `left_out` tells how many more there are."""

    items: list[Bar]
    left_out: int


@dataclass(frozen=True)
class Choropleth:
    """Per NIS code a value, its band (0 for nothing, -1 for not shown) and what to say of it.

    `limits` are the upper ends of the bands. `level` is province or municipality.
    """

    level: str
    places: dict[str, tuple[float | None, int, str]]
    limits: list[float]
    limit_texts: list[str]


@dataclass(frozen=True)
class Dot:
    """A municipality with its two values, and what to say of it."""

    longitude: float
    latitude: float
    values: tuple[float, float]
    text: str


@dataclass(frozen=True)
class Dots:
    """Municipalities with something of two measures; the area of a dot is its value."""

    titles: tuple[str, str]
    items: list[Dot]
    most: tuple[float, float]


@dataclass(frozen=True)
class Series:
    """A line: its values per school year, None where there is nothing to draw."""

    label: str
    values: list[float | None]
    last: str


@dataclass(frozen=True)
class Multiples:
    """Lines over the school years, one small picture each, all on one scale."""

    years: list[str]
    series: list[Series]
    most: float
    left_out: int


@dataclass(frozen=True)
class Shade:
    """A cell of a crossing: what it says, and its band."""

    text: str
    band: int


@dataclass(frozen=True)
class Heat:
    """Two dimensions crossed, shaded."""

    rows: list[str]
    columns: list[str]
    cells: list[list[Shade]]


Picture = Bars | Choropleth | Dots | Multiples | Heat


def text_of(value: Value, measure: Measure, *, signed: bool = False) -> str:
    """A figure as the screen writes it, in the language's notation."""
    if value is Missing.WITHHELD:
        return "▪"
    if value is None:
        return "–"
    if not isinstance(value, int | float):
        return str(value)
    written = number_format(value, decimal_pos=measure.decimals, force_grouping=True)
    if signed and value > 0:
        written = f"+{written}"
    return f"{written} %" if str(measure.unit) == "%" and not signed else written


def number_of(value: Value) -> float | None:
    """What is drawn of a figure; None for one that is not known or not shown."""
    return float(value) if isinstance(value, int | float) else None


def limits_of(values: Iterable[float]) -> list[float]:
    """The upper ends of bands that hold about as many values each; fewer for few values."""
    found = np.array(sorted({value for value in values if value > 0}))
    if not len(found):
        return []
    ends = np.quantile(found, np.linspace(0, 1, BANDS + 1)[1:], method="higher")
    return sorted({round(float(end), 2) for end in ends})


def band_of(value: float | None, limits: Sequence[float]) -> int:
    """1 (low) to 5 (high); 0 for nothing."""
    if not value or value < 0 or not limits:
        return 0
    place = min(int(np.searchsorted(limits, round(value, 2))), len(limits) - 1)
    # With few bands, the strongest colours.
    return place + 1 + BANDS - len(limits)


def pictures_of(result: Result, measure: Measure) -> dict[str, Picture]:
    """The pictures of an answer, by the name under which they are downloaded."""
    by = result.question.by
    found: dict[str, Picture] = {}
    if len(by) == 1:
        if by[0] == "municipality" and result.question.table.dots:
            found["dots"] = dots(result)
        elif by[0] in GEOGRAPHIC:
            found["map"] = choropleth(result, measure)
        if by[0] == YEAR:
            found["lines"] = _one_line(result, measure)
        else:
            found["bars"] = bars(result, measure)
    elif len(by) == 2 and YEAR in by:
        found["lines"] = multiples(result, measure)
    elif len(by) == 2:
        found["crossing"] = heat(result, measure)
    return found


def bars(result: Result, measure: Measure) -> Bars:
    """The members of the one dimension, the largest first."""
    key = result.question.by[0]
    found = [
        Bar(result.label(key, row.members[key]), number, text_of(row.values[measure.key], measure))
        for row in result.rows
        if (number := number_of(row.values[measure.key]))
    ]
    found.sort(key=lambda bar: (-bar.value, bar.label))
    return Bars(found[:MOST_BARS], max(len(found) - MOST_BARS, 0))


def choropleth(result: Result, measure: Measure) -> Choropleth:
    """The provinces or municipalities of the one dimension, shaded."""
    key = result.question.by[0]
    values = {str(row.members[key]): row.values[measure.key] for row in result.rows}
    limits = limits_of(filter(None, map(number_of, values.values())))
    places = {
        code: (
            number_of(value),
            -1 if value is Missing.WITHHELD else band_of(number_of(value), limits),
            f"{result.label(key, code)}: {_said(value, measure)}",
        )
        for code, value in values.items()
    }
    return Choropleth(key, places, limits, [text_of(limit, measure) for limit in limits])


def dots(result: Result) -> Dots:
    """The municipalities of the one dimension, with the measures that the table draws as dots."""
    first, second = (result.question.table.measure(key) for key in result.question.table.dots)
    towns = Municipality.objects.today().filter(point__isnull=False).order_by()
    points = {code: point.coords for code, point in towns.values_list("nis_code", "point") if point}
    items = []
    for row in result.rows:
        code = str(row.members["municipality"])
        values = tuple(number_of(row.values[m.key]) or 0.0 for m in (first, second))
        if code not in points or not any(values):
            continue
        said = ", ".join(
            f"{measure.title}: {text_of(row.values[measure.key], measure)}"
            for measure in (first, second)
        )
        name = result.label("municipality", code)
        longitude, latitude = points[code]
        items.append(Dot(longitude, latitude, (values[0], values[1]), f"{name}: {said}"))
    most = tuple(max((dot.values[n] for dot in items), default=0.0) for n in (0, 1))
    return Dots((str(first.title), str(second.title)), items, (most[0], most[1]))


def _said(value: Value, measure: Measure) -> str:
    if value is Missing.WITHHELD:
        return _("not shown")
    return _("unknown") if value is None else text_of(value, measure)


def multiples(result: Result, measure: Measure) -> Multiples:
    """A line per member of the dimension that the school years are crossed with."""
    (key,) = result.question.crossing.by
    years = result.members(YEAR)
    values: dict[str, dict[str, Value]] = {}
    for row in result.rows:
        values.setdefault(str(row.members[key]), {})[str(row.members[YEAR])] = row.values[
            measure.key
        ]
    lines = [
        _line(result.label(key, member), [of.get(year, 0) for year in years], measure)
        for member, of in values.items()
    ]
    lines.sort(key=lambda line: (-(line.values[-1] or 0), -max(_known(line)), line.label))
    return _multiples(result, years, lines)


def _one_line(result: Result, measure: Measure) -> Multiples:
    years = result.members(YEAR)
    values = [row.values[measure.key] for row in result.rows]
    return _multiples(result, years, [_line(str(measure.title), values, measure)])


def _multiples(result: Result, years: list[str], lines: list[Series]) -> Multiples:
    kept = lines[:MOST_MULTIPLES]
    most = max((max(_known(line)) for line in kept), default=0.0)
    names = [result.label(YEAR, year) for year in years]
    return Multiples(names, kept, most, len(lines) - len(kept))


def _line(label: str, values: list[Value], measure: Measure) -> Series:
    return Series(
        label,
        [number_of(value) for value in values],
        text_of(values[-1], measure) if values else "–",
    )


def _known(line: Series) -> list[float]:
    return [value for value in line.values if value is not None] or [0.0]


def heat(result: Result, measure: Measure) -> Heat:
    """The crossing as the page's table shows it, without its totals."""
    down, across = result.question.by
    cells = {tuple(row.members.values()): row.values[measure.key] for row in result.rows}
    rows, columns = result.members(down), result.members(across)
    limits = limits_of(filter(None, map(number_of, cells.values())))
    return Heat(
        [result.label(down, member) for member in rows],
        [result.label(across, member) for member in columns],
        [[_shade(cells.get((row, column)), measure, limits) for column in columns] for row in rows],
    )


def _shade(value: Value, measure: Measure, limits: Sequence[float]) -> Shade:
    if value is None:
        return Shade("", 0)
    band = -1 if value is Missing.WITHHELD else band_of(number_of(value), limits)
    return Shade("" if value == 0 else text_of(value, measure), band)


def path(values: Sequence[float | None], most: float, width: float, height: float) -> str:
    """An SVG path of values over equal steps, broken where one is missing; "" for fewer than 2."""
    if len(values) < 2 or not most:
        return ""
    step = width / (len(values) - 1)
    points = [
        None if value is None else (n * step, height * (1 - max(value, 0) / most))
        for n, value in enumerate(values)
    ]
    drawn = []
    for before, point in pairwise([None, *points]):
        if point is not None:
            drawn.append(f"{'M' if before is None else 'L'}{point[0]:.1f} {point[1]:.1f}")
    return "".join(drawn)


def row_value(row: Row, measure: Measure) -> float:
    """What rows are sorted by: the largest first, those without a number last."""
    number = number_of(row.values.get(measure.key))
    return -number if number is not None else float("inf")
