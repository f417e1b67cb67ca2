"""The first page of the figures: what the region has this school year, and how that came about."""

from __future__ import annotations

from dataclasses import dataclass

from django.urls import reverse
from django.utils import timezone

from figures.crossing import YEAR, Crossing
from figures.dimensions import school_year_name
from figures.models import Cube
from figures.pictures import number_of, path, text_of
from figures.questions import Question, known_years
from figures.results import Row, answer
from figures.tables import NEXT_YEAR, OFFERINGS, SUPPLY, USE, Table
from figures.verdicts import Thresholds
from schools.school_years import school_year_starting

SIZE = (160.0, 44.0)

#: What is shown, and by what its page divides it.
SHOWN: tuple[tuple[Table, str, str], ...] = (
    (OFFERINGS, "offerings", "province"),
    (OFFERINGS, "pupils", "province"),
    (OFFERINGS, "schools", "sector"),
    (SUPPLY, "placesFree", "sector"),
    (SUPPLY, "pupilsToPlace", "province"),
    (USE, "recognitionsUsedShare", "sector"),
)


@dataclass(frozen=True)
class Headline:
    """A figure of this school year, its difference with the year before, and its line so far.

    `low` and `high` are what the provinces have least and most of it: never one Flemish figure.
    """

    title: str
    text: str
    change: str
    low: str
    high: str
    path: str
    href: str


@dataclass(frozen=True)
class Overview:
    school_year: str
    next_year: str
    headlines: list[Headline]
    coming: list[tuple[str, str]]
    size: tuple[float, float] = SIZE


def overview_of(cube: Cube) -> Overview:
    """Everything on the page, from memory."""
    years = known_years(cube)
    this = school_year_starting(timezone.localdate())
    this = min(max(this, years[0]), years[-1]) if years else this
    past = tuple(year for year in years if year <= this)
    headlines = [_headline(cube, table, key, by, past) for table, key, by in SHOWN] if past else []
    coming: list[tuple[str, str]] = []
    following = this + 1 if this + 1 in years else this
    if years:
        row = _rows(cube, NEXT_YEAR, (), (following,))[0]
        coming = [
            (str(measure.title), text_of(row.values[measure.key], measure))
            for measure in NEXT_YEAR.shown
        ]
    return Overview(school_year_name(this), school_year_name(following), headlines, coming)


def _rows(cube: Cube, table: Table, by: tuple[str, ...], years: tuple[int, ...]) -> list[Row]:
    crossing = Crossing(years, tuple(key for key in by if key != YEAR))
    result = answer(Question(table, cube, by, crossing, Thresholds()))
    return [*result.rows, *result.totals]


def _headline(cube: Cube, table: Table, key: str, by: str, years: tuple[int, ...]) -> Headline:
    measure = table.measure(key)
    line = {int(row.members[YEAR] or 0): row.values for row in _rows(cube, table, (YEAR,), years)}
    values = [number_of(line[year][key]) if year in line else None for year in years]
    now = line[years[-1]]
    spread = [
        row.values[key]
        for row in _rows(cube, table, ("province",), years[-1:])
        if row.members["province"] and number_of(row.values[key]) is not None
    ]
    ordered = sorted(spread, key=lambda value: number_of(value) or 0)
    change = now.get(measure.change_key)
    return Headline(
        str(measure.title),
        text_of(now[key], measure),
        text_of(change, measure, signed=True) if number_of(change) else "",
        text_of(ordered[0], measure) if ordered else "–",
        text_of(ordered[-1], measure) if ordered else "–",
        path(values, max((value or 0 for value in values), default=0), *SIZE),
        f"{reverse('figures-table', args=[table.slug])}?by={by}&measure={key}",
    )
