"""The answer to a question: rows and totals, with their labels, for whoever shows them."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property
from typing import overload

import numpy as np
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from numpy.typing import NDArray

from figures.columns import arrays_of
from figures.crossing import YEAR, Counted, count
from figures.dimensions import DIMENSIONS, Dimension, Labels, school_year_name
from figures.measures import Measure, Value
from figures.questions import Question
from figures.verdicts import verdict

Ints = NDArray[np.int64]

VERDICT = Measure(
    "verdict",
    gettext_lazy("verdict"),
    gettext_lazy("What the figures say with the thresholds that are set; see there."),
    is_text=True,
)


@dataclass(frozen=True)
class Column:
    """A column with numbers: a measure, or its difference with the year before."""

    measure: Measure
    is_change: bool = False

    @property
    def key(self) -> str:
        return self.measure.change_key if self.is_change else self.measure.key

    @property
    def title(self) -> str:
        title = str(self.measure.title)
        return _("%(title)s, difference") % {"title": title} if self.is_change else title

    @property
    def explanation(self) -> str:
        if self.is_change:
            return _("The difference with the school year before.")
        return str(self.measure.explanation)

    @property
    def unit(self) -> str:
        return str(self.measure.unit)


@dataclass(frozen=True)
class Row:
    """A cell or a total: `members` is the key per dimension, None where it stands for all."""

    members: dict[str, str | None]
    values: Mapping[str, Value]

    @property
    def is_total(self) -> bool:
        return None in self.members.values()


@dataclass(frozen=True)
class Result:
    """Rows in the order of their labels, and the totals; all of one cube."""

    question: Question
    counted: Counted

    @property
    def computed_at(self) -> datetime:
        return self.question.cube.computed_at

    @cached_property
    def dimensions(self) -> list[Dimension]:
        return [DIMENSIONS[key] for key in self.question.by]

    @cached_property
    def columns(self) -> list[Column]:
        """Every column with numbers, each difference behind what it is of."""
        table = self.question.table
        found = [Column(VERDICT)] if table.takes_thresholds else []
        for measure in table.shown:
            found.append(Column(measure))
            if measure.has_change:
                found.append(Column(measure, is_change=True))
        return found

    @cached_property
    def labels(self) -> dict[str, Labels]:
        arrays = arrays_of(self.question.cube)
        return {key: arrays.labels_of(key) for key in self.question.by if key != YEAR}

    def label(self, key: str, member: str | None) -> str:
        """What a member of a dimension is called."""
        if member is None:
            return _("total")
        if key == YEAR:
            return school_year_name(member)
        return DIMENSIONS[key].label(member, self.labels[key])

    def row_labels(self, row: Row) -> list[str]:
        return [self.label(key, row.members[key]) for key in self.question.by]

    @cached_property
    def _order(self) -> list[Ints]:
        """Per dimension of the question its places in the arrays, by label, the total last."""
        found = []
        for key in self.question.by:
            if key == YEAR:
                found.append(np.arange(len(self.counted.years)))
                continue
            members = self._members[key]
            order = {member: n for n, member in enumerate(self.labels[key])}
            ranked = sorted(
                range(len(members)),
                key=lambda n: (order.get(members[n], len(order)), members[n]),
            )
            found.append(np.array([*ranked, len(members)], dtype=np.int64))
        return found

    @cached_property
    def _members(self) -> dict[str, list[str]]:
        """The members along the axis of each dimension; a total stands behind the last."""
        crossed = zip(self.question.crossing.by, self.counted.members, strict=True)
        return {YEAR: [str(year) for year in self.counted.years], **dict(crossed)}

    @cached_property
    def _axes(self) -> list[int]:
        """Which axis of the arrays belongs to each dimension of the question."""
        keys = [YEAR, *self.question.crossing.by]
        return [keys.index(key) for key in self.question.by]

    @cached_property
    def _filled(self) -> tuple[Ints, Ints]:
        """Places with something in them, in order: those of rows, and those of totals."""
        by = self.question.by
        if not self.counted.years:
            empty = np.zeros((0, len(by)), dtype=np.int64)
            return empty, empty
        filled = self.counted.is_filled
        if YEAR not in by:
            filled = filled[0]
            axes = [axis - 1 for axis in self._axes]
        else:
            axes = self._axes
        filled = filled.transpose(axes)[np.ix_(*self._order)] if by else filled.reshape(())
        found = np.argwhere(filled)
        last = [-1 if key == YEAR else len(self._members[key]) for key in by]
        is_total = (found == np.array(last)).any(axis=1) if by else np.zeros(len(found), bool)
        return found[~is_total], found[is_total]

    def _row(self, place: Ints) -> Row:
        index = [0] * (1 + len(self.question.crossing.by))
        members: dict[str, str | None] = {}
        for n, key in enumerate(self.question.by):
            at = int(self._order[n][place[n]])
            index[self._axes[n]] = at
            members[key] = self._members[key][at] if at < len(self._members[key]) else None
        values = {key: found.value(tuple(index)) for key, found in self.counted.figures.items()}
        if self.question.table.takes_thresholds:
            values[VERDICT.key] = verdict(values, self.question.thresholds).value
        return Row(members, values)

    @cached_property
    def rows(self) -> Rows:
        """The rows in the order of their labels, each made when it is asked for."""
        return Rows(self._row, self._filled[0])

    @cached_property
    def totals(self) -> Rows:
        """The totals over one or more dimensions, the total of all last."""
        return Rows(self._row, self._filled[1])

    def members(self, key: str) -> list[str]:
        """The members of a dimension that have a row, in order."""
        n = self.question.by.index(key)
        order = self._order[n]
        return [self._members[key][order[at]] for at in np.unique(self._filled[0][:, n])]


@dataclass(frozen=True)
class Rows(Sequence[Row]):
    """Rows that are made when they are asked for: there may be thousands, and a page shows few."""

    make: Callable[[Ints], Row]
    places: Ints

    def __len__(self) -> int:
        return len(self.places)

    @overload
    def __getitem__(self, index: int) -> Row: ...
    @overload
    def __getitem__(self, index: slice) -> list[Row]: ...
    def __getitem__(self, index: int | slice) -> Row | list[Row]:
        if isinstance(index, slice):
            return [self.make(place) for place in self.places[index]]
        return self.make(self.places[index])


def answer(question: Question) -> Result:
    """Count what a question asks: the facts from memory, the labels in a query for each list."""
    counted = count(question.cube, question.table.measures, question.crossing)
    return Result(question, counted)
