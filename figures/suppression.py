"""Which counts may be shown so that no small group of pupils can be worked out from them.

Hiding the small cells is not enough: a total less the other cells gives them back, and so may a
combination of several tables. Here every count that is shown, of whatever table, is a known sum
over the same pupils. What follows from such sums by adding and subtracting is their linear span.
So cells are let through one by one, the most wanted first, and one is withheld when with it the
span would hold a group that must stay hidden. The span is kept by elimination modulo a prime.
"""

from __future__ import annotations

from collections.abc import Hashable, Iterable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

#: Groups of fewer pupils than this are hidden; a group of none hides nobody.
SMALLEST = 5
#: A Mersenne prime: products of two residues fit in 64 bits.
PRIME = (1 << 31) - 1

Ints = NDArray[np.int64]
#: A group as the sorted row numbers of what it counts.
Group = tuple[int, ...]


@dataclass(frozen=True)
class Partition:
    """A cell and the cells it is divided into: shown together, they tell what is left over."""

    whole: Hashable
    parts: tuple[Hashable, ...]


def is_small(count: int) -> bool:
    """Whether a group of so many pupils must stay hidden."""
    return 0 < count < SMALLEST


def withheld(
    counts: Ints,
    cells: Mapping[Hashable, Group],
    partitions: Sequence[Partition],
) -> set[Hashable]:
    """The names of the cells that are not shown.

    `counts` (n,) are positive numbers of pupils; `cells` name groups of them, the most wanted
    first. What is shown lets nobody work out, by adding and subtracting, the count of a small cell,
    nor that of what is left of a whole in `partitions` when the parts that are shown are taken off.
    """
    hidden = {group for group in cells.values() if is_small(int(counts[list(group)].sum()))}
    while True:
        shown = _let_through(counts, list(dict.fromkeys(cells.values())), hidden)
        left_over = set(_small_left_over(counts, cells, partitions, shown)) - hidden
        if not left_over:
            return {name for name, group in cells.items() if group not in shown and group}
        hidden |= left_over


def _small_left_over(
    counts: Ints,
    cells: Mapping[Hashable, Group],
    partitions: Iterable[Partition],
    shown: set[Group],
) -> Iterable[Group]:
    for partition in partitions:
        whole = cells[partition.whole]
        if whole not in shown:
            continue
        rest = set(whole)
        for part in partition.parts:
            if cells[part] in shown:
                rest -= set(cells[part])
        if is_small(int(counts[list(rest)].sum())):
            yield tuple(sorted(rest))


def _let_through(counts: Ints, wanted: list[Group], hidden: set[Group]) -> set[Group]:
    """The groups that may be shown, of those wanted, with none of the hidden in their span."""
    groups = [*wanted, *(group for group in hidden if group not in set(wanted))]
    rows = _Rows(groups, len(counts))
    guarded = np.array([group in hidden for group in groups])
    shown = set()
    for row, group in enumerate(wanted):
        if not group or guarded[row]:
            continue
        if rows.is_spanned(row) or not rows.gives_away(row, guarded):
            rows.add_to_span(row)
            shown.add(group)
    return shown


class _Rows:
    """Groups as rows over pupils, each less what the span so far explains of it."""

    def __init__(self, groups: Sequence[Group], n: int) -> None:
        self.left = np.zeros((len(groups), n), dtype=np.int64)
        for row, group in enumerate(groups):
            self.left[row, list(group)] = 1
        #: In how many rows each column is not zero: pivots with few keep the rows sparse.
        self.used = np.count_nonzero(self.left, axis=0)

    def is_spanned(self, row: int) -> bool:
        return not self.left[row].any()

    def gives_away(self, row: int, guarded: NDArray[np.bool_]) -> bool:
        """Whether with this row the span would hold a guarded one: a multiple of what is left."""
        here = self.left[row]
        filled = np.flatnonzero(here)
        first = filled[0]
        rows = np.flatnonzero((self.left[:, first] != 0) & guarded)
        if not len(rows):
            return False
        others = self.left[rows]
        same = np.count_nonzero(others, axis=1) == len(filled)
        others, factor = others[same][:, filled], self.left[rows[same], first][:, None]
        return bool((others * here[first] % PRIME == here[filled] * factor % PRIME).all(1).any())

    def add_to_span(self, row: int) -> None:
        """Take what this row explains off every row."""
        filled = np.flatnonzero(self.left[row])
        if not len(filled):
            return
        pivot = filled[np.argmin(self.used[filled])]
        here = self.left[row, filled] * pow(int(self.left[row, pivot]), -1, PRIME) % PRIME
        rows = np.flatnonzero(self.left[:, pivot])
        part = np.ix_(rows, filled)
        before = self.left[part]
        after = (before - before[:, [np.searchsorted(filled, pivot)]] * here % PRIME) % PRIME
        self.left[part] = after
        self.used[filled] += np.count_nonzero(after, axis=0) - np.count_nonzero(before, axis=0)
