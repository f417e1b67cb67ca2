"""6,000 pupils to 36,000 places at once, beside OR-Tools' plain assignment.

The plain assignment knows no capacities: each place is a column of its own, and each pupil has one
more column for staying without. It places as many pupils over as many steps of way, which is
checked; with scores as a third aim its costs would no longer fit in 64 bits. The `matching` package
of PyPI is not here: it cannot be imported beside our own `matching`.
"""

import time
from collections.abc import Callable
from typing import Any

import numpy as np
from ortools.graph.python.linear_sum_assignment import SimpleLinearSumAssignment
from rich.console import Console
from rich.table import Table

from matching.allocation import (
    STEP_METRES,
    UNPLACED,
    Demand,
    Supply,
    place_most,
    stable,
)

PUPILS, ROWS, PLACES, ESTABLISHMENTS, PROGRAMMES = 6_000, 18_000, 36_000, 12_000, 180
FARTHEST = 25_000.0
#: Width and height in metres of a region the size of Flanders.
REGION = (240_000, 100_000)


def timed(work: Callable[[], Any]) -> tuple[Any, float]:
    start = time.perf_counter()
    found = work()
    return found, time.perf_counter() - start


def main() -> None:
    seed = np.random.default_rng(7)
    popular = 1 / np.arange(1, PROGRAMMES + 1)
    popular /= popular.sum()
    spots = seed.random((ESTABLISHMENTS, 2)) * REGION
    homes = seed.random((PUPILS, 2)) * REGION
    wanted = seed.choice(PROGRAMMES, PUPILS, p=popular)
    free = 1 + seed.multinomial(PLACES - ROWS, np.full(ROWS, 1 / ROWS))
    supply = Supply(
        programme=seed.choice(PROGRAMMES, ROWS, p=popular),
        establishment=seed.integers(0, ESTABLISHMENTS, ROWS),
        free=free,
        guided=np.full(ESTABLISHMENTS, PLACES),
    )
    at = spots[supply.establishment]
    score = seed.random(ROWS)
    found = []
    for programme in range(PROGRAMMES):
        pupils = np.flatnonzero(wanted == programme)
        rows = np.flatnonzero(supply.programme == programme)
        metres = np.hypot(*(homes[pupils, None] - at[None, rows]).transpose(2, 0, 1))
        i, j = np.nonzero(metres <= FARTHEST)
        found.append((pupils[i], rows[j], metres[i, j]))
    pupil, place, metres = (np.concatenate(part) for part in zip(*found, strict=True))
    results: dict[str, tuple[int, float, float]] = {}

    def note(name: str, chosen: Any, seconds: float) -> None:
        put = np.flatnonzero(chosen != UNPLACED)
        way = np.hypot(*(homes[put] - at[chosen[put]]).T).sum()
        results[name] = (len(put), way / 1000, seconds)

    chosen, seconds = timed(lambda: place_most(supply, PUPILS, pupil, place, metres, score[place]))
    note("ours: most placed, least way", chosen, seconds)
    slots, seconds = timed(lambda: assignment(supply, pupil, place, metres))
    note("OR-Tools assignment", slots, seconds)
    ours, plain = list(results.values())
    assert ours[0] == plain[0]
    assert abs(ours[1] - plain[1]) < 2 * PUPILS * STEP_METRES / 1000

    def by_programme() -> Any:
        outcome = np.full(PUPILS, UNPLACED)
        for programme in range(PROGRAMMES):
            pupils = np.flatnonzero(wanted == programme)
            rows = np.flatnonzero(supply.programme == programme)
            far = np.hypot(*(homes[pupils, None] - at[None, rows]).transpose(2, 0, 1))
            part = Supply(
                supply.programme[rows],
                np.arange(len(rows)),
                supply.free[rows],
                np.full(len(rows), PLACES),
            )
            demand = Demand(wanted[pupils], np.full(len(pupils), FARTHEST))
            got = stable(part, demand, far, np.tile(score[rows], (len(pupils), 1))).place
            outcome[pupils[got != UNPLACED]] = rows[got[got != UNPLACED]]
        return outcome

    chosen, seconds = timed(by_programme)
    note("ours: stable", chosen, seconds)
    title = f"{PUPILS:,} pupils, {PLACES:,} places, {len(pupil):,} pairs in reach"
    table = Table("", "placed", "km in all", "seconds", title=title)
    for name, (placed, way, seconds) in results.items():
        table.add_row(name, f"{placed:,}", f"{way:,.0f}", f"{seconds:.2f}")
    Console().print(table)


def assignment(supply: Supply, pupil: Any, place: Any, metres: Any) -> Any:
    """The places (k,) by a plain assignment: padded with pupils who take what nobody has."""
    first = np.concatenate([[0], np.cumsum(supply.free)])
    lengths = supply.free[place]
    pair = np.repeat(np.arange(len(pupil)), lengths)
    within = np.arange(len(pair)) - np.repeat(np.cumsum(lengths) - lengths, lengths)
    cost = np.rint(metres / STEP_METRES).astype(np.int64)
    none = (int(cost.max()) + 1) * PUPILS
    left, right, worth = pupil[pair], first[place][pair] + within, cost[pair]
    # Every pupil may stay without, in a column of her own. The mirror image of the graph fills the
    # columns that nobody takes, so that a perfect matching exists.
    own = np.arange(PUPILS)
    solver = SimpleLinearSumAssignment()
    solver.add_arcs_with_cost(left, right, worth)
    solver.add_arcs_with_cost(own, PLACES + own, np.full(PUPILS, none))
    solver.add_arcs_with_cost(PUPILS + np.arange(PLACES), np.arange(PLACES), np.zeros(PLACES, int))
    solver.add_arcs_with_cost(PUPILS + right, PLACES + left, np.zeros(len(left), int))
    if solver.solve() != solver.OPTIMAL:
        raise RuntimeError("The assignment has no solution.")
    slot = np.array([solver.right_mate(i) for i in range(PUPILS)])
    row = np.searchsorted(first, slot, side="right") - 1
    return np.where(slot < PLACES, row, UNPLACED)


if __name__ == "__main__":
    main()
