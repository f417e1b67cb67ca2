"""Counting facts into tables of numbers: a small set of aggregates over arrays.

An aggregate is given n facts, their `slots` (n,) in a table of so many slots, and the columns of
the facts; it gives a number per slot, NaN where there is nothing to tell. Masks name columns of
flags, joined with a space when all must hold; a dash before one turns it around.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

Array = NDArray[Any]
Floats = NDArray[np.float64]


#: Up to so many, ticking off what was seen is quicker than sorting.
MOST_FLAGS = 4_000_000


class Aggregate(Protocol):
    """A number per slot."""

    def __call__(self, values: Mapping[str, Array], slots: Array, n: int) -> Floats: ...


def chosen(values: Mapping[str, Array], mask: str, n: int) -> NDArray[np.bool_]:
    """Which of n facts a mask keeps."""
    kept = np.ones(n, dtype=bool)
    for name in mask.split():
        flags = values[name.removeprefix("-")]
        kept &= ~flags if name.startswith("-") else flags
    return kept


@dataclass(frozen=True)
class Count:
    """How many facts there are; 0 for none."""

    mask: str = ""

    def __call__(self, values: Mapping[str, Array], slots: Array, n: int) -> Floats:
        kept = slots[chosen(values, self.mask, len(slots))]
        return np.bincount(kept, minlength=n).astype(np.float64)


@dataclass(frozen=True)
class Sum:
    """The sum of a column of whole numbers, over the facts where it is known (not negative).

    0 where there is no fact; NaN where there are some and none is known, for unknown is not zero.
    """

    column: str
    mask: str = ""

    def __call__(self, values: Mapping[str, Array], slots: Array, n: int) -> Floats:
        column = values[self.column]
        there = chosen(values, self.mask, len(slots))
        kept = there & (column >= 0)
        found = np.bincount(slots[kept], weights=column[kept], minlength=n).astype(np.float64)
        facts = np.bincount(slots[there], minlength=n)
        found[(facts > 0) & (np.bincount(slots[kept], minlength=n) == 0)] = np.nan
        return found


@dataclass(frozen=True)
class Known:
    """How many facts have a known value in a column, or (`unknown`) have none."""

    column: str
    mask: str = ""
    unknown: bool = False

    def __call__(self, values: Mapping[str, Array], slots: Array, n: int) -> Floats:
        known = values[self.column] >= 0
        kept = chosen(values, self.mask, len(slots)) & (~known if self.unknown else known)
        return np.bincount(slots[kept], minlength=n).astype(np.float64)


@dataclass(frozen=True)
class Distinct:
    """How many different values a column has: whole numbers from 0, without large gaps.

    Where there is no fact 0 is told, or (`none_is_unknown`) nothing.
    """

    column: str
    mask: str = ""
    none_is_unknown: bool = False

    def __call__(self, values: Mapping[str, Array], slots: Array, n: int) -> Floats:
        found = self._count(values, slots, n)
        if self.none_is_unknown:
            found[found == 0] = np.nan
        return found

    def _count(self, values: Mapping[str, Array], slots: Array, n: int) -> Floats:
        kept = chosen(values, self.mask, len(slots))
        column, slots = values[self.column][kept], slots[kept]
        if not len(column):
            return np.zeros(n)
        width = int(column.max()) + 1
        if n * width <= MOST_FLAGS:
            seen = np.zeros((n, width), dtype=bool)
            seen[slots, column] = True
            return np.count_nonzero(seen, axis=1).astype(np.float64)
        pairs = np.sort(slots * width + column)
        first = np.append(True, pairs[1:] != pairs[:-1])
        return np.bincount(pairs[first] // width, minlength=n).astype(np.float64)


@dataclass(frozen=True)
class Percentile:
    """The value below which a share of the facts lies, interpolated as PostgreSQL's
    `percentile_cont` does; NaN where no fact has a value.
    """

    column: str
    at: float
    mask: str = ""

    def __call__(self, values: Mapping[str, Array], slots: Array, n: int) -> Floats:
        column = values[self.column].astype(np.float64)
        kept = chosen(values, self.mask, len(slots)) & (column >= 0)
        column, slots = column[kept], slots[kept]
        order = np.lexsort((column, slots))
        column, counts = column[order], np.bincount(slots, minlength=n)
        starts = np.cumsum(counts) - counts
        found = np.full(n, np.nan)
        filled = np.flatnonzero(counts)
        place = (counts[filled] - 1) * self.at
        low = np.floor(place).astype(np.int64)
        high = np.minimum(low + 1, counts[filled] - 1)
        below, above = column[starts[filled] + low], column[starts[filled] + high]
        found[filled] = below + (above - below) * (place - low)
        return found


@dataclass(frozen=True)
class TopShare:
    """The share, in percents, of a column's sum that the greatest tenth of the holders has.

    `holder` is the column that tells holders apart; of a part of one, the tenth is rounded up. NaN
    for fewer than ten holders, of which a tenth is none.
    """

    column: str
    holder: str

    def __call__(self, values: Mapping[str, Array], slots: Array, n: int) -> Floats:
        kept = values[self.column] > 0
        slots, column, holder = slots[kept], values[self.column][kept], values[self.holder][kept]
        if not len(slots):
            return np.full(n, np.nan)
        width = holder.max() + 1
        pairs, inverse = np.unique(slots * width + holder, return_inverse=True)
        held = np.bincount(inverse, weights=column)
        at = pairs // width
        order = np.lexsort((-held, at))
        at, held = at[order], held[order]
        counts = np.bincount(at, minlength=n)
        rank = np.arange(len(at)) - np.repeat(np.cumsum(counts) - counts, counts)
        top = rank < np.ceil(counts[at] / 10)
        all_ = np.bincount(at, weights=held, minlength=n)
        most = np.bincount(at[top], weights=held[top], minlength=n)
        found = np.full(n, np.nan)
        enough = counts >= 10
        found[enough] = 100 * most[enough] / all_[enough]
        return found
