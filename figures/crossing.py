"""Counting facts by the dimensions of a question: the one engine under every table.

A measure is an array with an axis for the school year and one per dimension. The last place of a
dimension's axis is its total.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from itertools import product

import numpy as np
import shapely
from django.contrib.gis.geos import Polygon
from numpy.typing import NDArray

from figures.columns import Array, Arrays, Columns, Rule, arrays_of
from figures.dimensions import canonical
from figures.measures import Figures, Measure, difference
from figures.models import Cube
from figures.protection import Kind

YEAR = "schoolYear"


@dataclass(frozen=True)
class Crossing:
    """What is asked: of which school years, by which dimensions (other than those), and where.

    `where` narrows to one member of a dimension each, `area` to what lies in a polygon (WGS 84).
    """

    years: tuple[int, ...]
    by: tuple[str, ...] = ()
    where: Mapping[str, str] = field(default_factory=dict)
    area: Polygon | None = None


@dataclass(frozen=True)
class Counted:
    """The answer: `figures` per measure, each (years, members + 1, ...), and what the axes hold.

    `is_filled` (same shape) tells the cells with any fact in the year asked or the one before.
    """

    years: tuple[int, ...]
    members: list[list[str]]
    figures: dict[str, Figures]
    is_filled: NDArray[np.bool_]


def count(cube: Cube, measures: Iterable[Measure], crossing: Crossing) -> Counted:
    """The measures of every cell and of all totals, with what is worked out from them.

    Counts of pupils that may not be shown are withheld, and so is all that rests on them.
    """
    wanted = list(measures)
    arrays = arrays_of(cube)
    years = sorted({year - back for year in crossing.years for back in (0, 1)})
    members = [arrays.members[key] for key in crossing.by]
    shape = (len(years), *(len(found) + 1 for found in members))
    figures: dict[str, Figures] = {}
    known = np.zeros(len(years), dtype=bool)
    filled = np.zeros(shape, dtype=bool)
    for source, facts in arrays.facts.items():
        mine = [measure for measure in wanted if measure.source is source]
        if not mine:
            continue
        kept = _kept(arrays, facts, crossing, years)
        known |= np.isin(years, np.unique(facts.years))
        codes = [np.searchsorted(years, facts.years[kept])]
        codes += [facts.codes[key][kept] for key in crossing.by]
        values = {name: column[kept] for name, column in facts.values.items()}
        filled |= _spread_out(codes, shape, lambda slots, n: np.bincount(slots, minlength=n)) > 0
        for measure in mine:
            figures[measure.key] = _counted(measure, values, codes, shape)
    _protect(arrays, figures, wanted, crossing, years)
    _work_out(figures, wanted, years, known)
    asked = [n for n, year in enumerate(years) if year in crossing.years and known[n]]
    before = [max(n - 1, 0) for n in asked]
    return Counted(
        tuple(years[n] for n in asked),
        members,
        {
            key: Figures(found.numbers[asked], found.withheld[asked])
            for key, found in figures.items()
        },
        filled[asked] | filled[before],
    )


def _kept(arrays: Arrays, facts: Columns, crossing: Crossing, years: list[int]) -> Array:
    """The rows of the facts that a crossing is about."""
    kept = np.isin(facts.years, years)
    for key, member in crossing.where.items():
        known = arrays.members[key]
        kept &= facts.codes[key] == (known.index(member) if member in known else -1)
    if crossing.area is not None:
        area = shapely.from_wkb(bytes(crossing.area.wkb))
        rows = np.flatnonzero(kept)
        spots = facts.values["longitude"][rows], facts.values["latitude"][rows]
        kept[rows] = shapely.intersects_xy(area, *spots)
    return np.flatnonzero(kept)


def _spread_out(
    codes: list[Array], shape: tuple[int, ...], counting: Callable[[Array, int], Array]
) -> Array:
    """Count for the cells and for the totals over each dimension, and put all in one array."""
    found = np.zeros(shape)
    for totals in product((False, True), repeat=len(shape) - 1):
        parts = [n for n, total in enumerate(totals, 1) if not total]
        axes = [codes[0], *(codes[n] for n in parts)]
        sizes = [shape[0], *(shape[n] - 1 for n in parts)]
        slots = np.ravel_multi_index(tuple(axes), sizes) if len(codes[0]) else codes[0]
        counts = counting(slots, int(np.prod(sizes))).reshape(sizes)
        place = (slice(None), *(-1 if total else slice(0, -1) for total in totals))
        found[place] = counts
    return found


def _counted(
    measure: Measure, values: dict[str, Array], codes: list[Array], shape: tuple[int, ...]
) -> Figures:
    aggregate = measure.count
    assert aggregate is not None  # noqa: S101 a measure with a source counts
    numbers = _spread_out(codes, shape, lambda slots, n: aggregate(values, slots, n))
    return Figures(numbers, np.zeros(shape, dtype=bool))


def _protect(
    arrays: Arrays,
    figures: dict[str, Figures],
    measures: list[Measure],
    crossing: Crossing,
    years: list[int],
) -> None:
    """Withhold every count of pupils that may not be shown."""
    for measure in measures:
        if measure.kind is None:
            continue
        found = figures[measure.key]
        for n, year in enumerate(years):
            rule = arrays.rules.get((measure.kind.key, year))
            if crossing.area is not None:
                _count_blocks(arrays, found, n, rule, crossing)
            else:
                _withhold(arrays, found, n, rule, measure.kind, crossing)
        # That nobody is there, or that nobody knows, is no secret.
        found.withheld[~(found.numbers > 0)] = False


def _withhold(
    arrays: Arrays, found: Figures, n: int, rule: Rule | None, kind: Kind, crossing: Crossing
) -> None:
    """Mark the cells of the n-th school year that are withheld, or that are in no table."""
    marks = found.withheld[n : n + 1]
    for totals in product((False, True), repeat=len(crossing.by)):
        by = [key for key, total in zip(crossing.by, totals, strict=True) if not total]
        dimensions, looked_at = canonical(dict.fromkeys([*crossing.where, *by], "?"))
        if rule is None or len(looked_at) > 2 or not {*crossing.where, *by} <= set(kind.dimensions):
            marks[0, *(-1 if total else slice(0, -1) for total in totals)] = True
            continue
        cells = rule.hidden.get(dimensions)
        if cells is None:
            continue
        keys = dimensions.split(",") if dimensions else []
        for place, key in enumerate(keys):
            if key in crossing.where:
                member = crossing.where[key]
                known = arrays.members[key]
                cells = cells[cells[:, place] == (known.index(member) if member in known else -1)]
        if not len(cells):
            continue
        # What follows from a cell (the province of a municipality) is a filter, or is free: for
        # every such member the marks are set, and taken off again where there is nobody.
        axes = [
            -1 if total else cells[:, keys.index(key)] if key in keys else slice(0, -1)
            for key, total in zip(crossing.by, totals, strict=True)
        ]
        marks[0, *axes] = True


def _count_blocks(
    arrays: Arrays, found: Figures, n: int, rule: Rule | None, crossing: Crossing
) -> None:
    """Put the pupils of whole blocks that begin in the area in the place of what was counted."""
    numbers, withheld = found.numbers[n : n + 1], found.withheld[n : n + 1]
    counted = numbers > 0
    numbers[counted] = 0
    if rule and crossing.area is not None:
        area = shapely.from_wkb(bytes(crossing.area.wkb))
        shapely.prepare(area)
        for longitude, latitude, named, pupils in rule.blocks:
            if not shapely.intersects_xy(area, longitude, latitude):
                continue
            if any(named.get(key) != member for key, member in crossing.where.items()):
                continue
            if not all(key in named for key in crossing.by):
                continue
            place = [arrays.members[key].index(named[key]) for key in crossing.by]
            for cell in product(*((at, -1) for at in place)):
                numbers[0, *cell] += pupils
    withheld |= counted & (numbers == 0)


def _work_out(
    figures: dict[str, Figures], measures: list[Measure], years: list[int], known: Array
) -> None:
    """Derived measures, and the differences with the year before where there is one."""
    for measure in measures:
        if measure.derive is not None:
            own = [figures[measure.key]] if measure.count else []
            figures[measure.key] = measure.derive(*own, *(figures[key] for key in measure.needs))
    for measure in measures:
        if not measure.has_change:
            continue
        now = figures[measure.key]
        numbers = np.full(now.numbers.shape, np.nan)
        withheld = np.zeros(now.withheld.shape, dtype=bool)
        for n in range(1, len(years)):
            if years[n - 1] == years[n] - 1 and known[n - 1] and known[n]:
                step = difference(
                    Figures(now.numbers[n], now.withheld[n]),
                    Figures(now.numbers[n - 1], now.withheld[n - 1]),
                )
                numbers[n], withheld[n] = step.numbers, step.withheld
        figures[measure.change_key] = Figures(numbers, withheld)
