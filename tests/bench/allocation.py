"""6,000 pupils to 36,000 places at once, beside OR-Tools' plain assignment.

The plain assignment knows no capacities: each place is a column of its own, and each pupil has one
more column for staying without. It places as many pupils over as many steps of way, which is
checked; with scores as a third aim its costs would no longer fit in 64 bits.

The `matching` package of PyPI (hospital-resident, with capacities) stands beside the stable policy.
It has the name of our own package, so it runs in a process of its own, without ours on the path.
"""

import json
import subprocess
import sys
import time
from collections.abc import Callable
from typing import Any

import numpy as np
from ortools.graph.python.linear_sum_assignment import SimpleLinearSumAssignment
from rich.console import Console
from rich.table import Table

from matching.allocation import STEP_METRES, UNPLACED, Pairs, Supply, best, stable

PUPILS, ROWS, PLACES, ESTABLISHMENTS, PROGRAMMES = 6_000, 18_000, 36_000, 12_000, 180
FARTHEST = 25_000.0
#: The pupils that the `matching` package is given.
FEW = 300
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
    offered = seed.choice(PROGRAMMES, ROWS, p=popular)
    supply = Supply(
        establishment=seed.integers(0, ESTABLISHMENTS, ROWS),
        free=free,
        guided=np.full(ESTABLISHMENTS, PLACES),
    )
    at = spots[supply.establishment]
    score = seed.random(ROWS)
    found = []
    for programme in range(PROGRAMMES):
        pupils = np.flatnonzero(wanted == programme)
        rows = np.flatnonzero(offered == programme)
        metres = np.hypot(*(homes[pupils, None] - at[None, rows]).transpose(2, 0, 1))
        i, j = np.nonzero(metres <= FARTHEST)
        found.append((pupils[i], rows[j], metres[i, j]))
    pupil, place, metres = (np.concatenate(part) for part in zip(*found, strict=True))
    pairs = Pairs(pupil, place, metres, score[place])
    results: dict[str, tuple[int, float, float]] = {}

    def note(name: str, chosen: Any, seconds: float) -> None:
        put = np.flatnonzero(chosen != UNPLACED)
        way = np.hypot(*(homes[put] - at[chosen[put]]).T).sum()
        results[name] = (len(put), way / 1000, seconds)

    chosen, seconds = timed(lambda: best(supply, PUPILS, pairs))
    note("ours: most placed, least way", chosen, seconds)
    slots, seconds = timed(lambda: assignment(supply, pupil, place, metres))
    note("OR-Tools assignment", slots, seconds)
    ours, plain = results.values()
    assert ours[0] == plain[0]
    assert abs(ours[1] - plain[1]) < 2 * PUPILS * STEP_METRES / 1000

    chosen, seconds = timed(lambda: stable(supply, PUPILS, pairs))
    note("ours: stable", chosen, seconds)
    # All pupils did not end in six minutes.
    few = pairs.only(pairs.pupil < FEW)
    chosen, seconds = timed(lambda: stable(supply, FEW, few))
    note(f"ours: stable, {FEW} pupils", chosen, seconds)
    theirs, seconds = hospital_resident(supply, few)
    note(f"matching: hospital-resident, {FEW} pupils", theirs, seconds)
    assert (theirs == chosen).all()
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


#: What runs beside the other `matching`: preferences in, the outcome and the seconds out. The
#: package copies its players recursively, deeper than Python's own stack goes.
THEIRS = """
import json, sys, threading, time
from matching.games import HospitalResident

def solve():
    residents, hospitals, capacities = json.load(sys.stdin)
    start = time.perf_counter()
    game = HospitalResident.create_from_dictionaries(residents, hospitals, capacities)
    solved = game.solve(optimal="resident")
    seconds = time.perf_counter() - start
    placed = [[r.name, h.name] for h, matched in solved.items() for r in matched]
    json.dump([placed, seconds], sys.stdout)

sys.setrecursionlimit(10_000_000)
threading.stack_size(1_000_000_000)
thread = threading.Thread(target=solve)
thread.start()
thread.join()
"""


def hospital_resident(supply: Supply, pairs: Pairs) -> tuple[Any, float]:
    """The places (k,) by the `matching` package, and its seconds without starting and reading."""
    near = pairs.only(np.lexsort((pairs.place, pairs.metres, pairs.pupil)))
    good = pairs.only(np.lexsort((pairs.pupil, -pairs.score, pairs.place)))
    residents: dict[str, list[str]] = {}
    hospitals: dict[str, list[str]] = {}
    for i, j in zip(near.pupil.tolist(), near.place.tolist(), strict=True):
        residents.setdefault(f"p{i}", []).append(f"w{j}")
    for i, j in zip(good.pupil.tolist(), good.place.tolist(), strict=True):
        hospitals.setdefault(f"w{j}", []).append(f"p{i}")
    capacities = {name: int(supply.free[int(name[1:])]) for name in hospitals}
    # Isolated (-I): neither this folder nor PYTHONPATH, where our own `matching` lies.
    done = subprocess.run(
        [sys.executable, "-I", "-c", THEIRS],
        input=json.dumps([residents, hospitals, capacities]),
        stdout=subprocess.PIPE,
        text=True,
        check=True,
    )
    placed, seconds = json.loads(done.stdout)
    chosen = np.full(FEW, UNPLACED)
    for pupil, place in placed:
        chosen[int(pupil[1:])] = int(place[1:])
    return chosen, seconds


if __name__ == "__main__":
    main()
