"""What is counted: a measure is an aggregate over facts, or is worked out from other measures."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from enum import Enum
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from figures.aggregates import Aggregate, Floats
from figures.models import (
    ContactFact,
    Fact,
    GapFact,
    OfferingFact,
    SupplyFact,
    TermFact,
    VacancyFact,
)
from figures.protection import Kind

if TYPE_CHECKING:
    from django.utils.functional import _StrOrPromise
else:
    from django.utils.functional import Promise

    _StrOrPromise = str | Promise


class Missing(Enum):
    """Why there is no number."""

    WITHHELD = "withheld"


#: A figure: a number, a word, nothing (not known, or nothing to divide by), or withheld.
Value = float | int | str | None | Missing
Values = Mapping[str, Value]


@dataclass(frozen=True)
class Figures:
    """A measure of every cell: numbers, NaN where not known, and which may not be shown."""

    numbers: Floats
    withheld: NDArray[np.bool_]

    def value(self, place: tuple[int, ...]) -> Value:
        """The figure of one cell."""
        if self.withheld[place]:
            return Missing.WITHHELD
        number = float(self.numbers[place])
        if math.isnan(number):
            return None
        return int(number) if number.is_integer() else number


class Source(Enum):
    """Which facts a measure counts."""

    OFFERINGS = OfferingFact
    SUPPLY = SupplyFact
    GAPS = GapFact
    TERMS = TermFact
    CONTACTS = ContactFact
    VACANCIES = VacancyFact

    @property
    def model(self) -> type[Fact]:
        return self.value


@dataclass(frozen=True)
class Measure:
    """One column of a table.

    `count` counts facts of `source`; `derive` works a measure out of those that it `needs`, and is
    withheld where one of them is. With both, `derive` is given what was counted first.
    `kind` says which pupils a sum counts, so that small groups stay hidden. `has_change` adds the
    difference with the year before. `is_additive` says that the parts of a total add up to it: a
    campus with two programmes counts once in the total, so campuses do not.
    """

    key: str
    title: _StrOrPromise
    explanation: _StrOrPromise
    source: Source | None = None
    count: Aggregate | None = None
    needs: tuple[str, ...] = ()
    derive: Callable[..., Figures] | None = None
    kind: Kind | None = None
    has_change: bool = False
    is_additive: bool = False
    decimals: int = 0
    unit: _StrOrPromise = ""
    #: Only there to work others out from: no column.
    is_helper: bool = False
    #: A word, not a number.
    is_text: bool = False

    @property
    def change_key(self) -> str:
        """The name of the column with the difference."""
        return f"{self.key}Change"


def quotient(part: Figures, whole: Figures) -> Figures:
    """One number over another; not known where there is nothing to divide by."""
    divided = np.divide(
        part.numbers,
        whole.numbers,
        out=np.full(part.numbers.shape, np.nan),
        where=whole.numbers > 0,
    )
    return Figures(divided, part.withheld | whole.withheld)


def share(part: Figures, whole: Figures) -> Figures:
    """The same in percents."""
    found = quotient(part, whole)
    return Figures(100 * found.numbers, found.withheld)


def difference(one: Figures, other: Figures) -> Figures:
    """One less the other; withheld where either is."""
    return Figures(one.numbers - other.numbers, one.withheld | other.withheld)
