"""All pupils to all free places at once.

Two policies. `best` places as many pupils as can be, then takes the shortest ways, then the best
scores: a minimum-cost flow. `stable` leaves no pupil and workplace that would both rather have each
other (D. Gale and L. S. Shapley, "College admissions and the stability of marriage", American
Mathematical Monthly 69 (1962) 9-15); it may place fewer.

Nothing is written: an allocation is a proposal.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

import numpy as np
from numpy.typing import NDArray
from ortools.graph.python.min_cost_flow import SimpleMinCostFlow

Floats = NDArray[np.float64]
Ids = NDArray[np.int64]

#: Metres count in steps of this many, so that a better score can decide between equal ways.
STEP_METRES = 10
#: Steps of a score between 0 and 1; all of them together weigh less than one step of way.
SCORE_STEPS = 100

UNPLACED = -1


class Why(StrEnum):
    """Why a pupil could not be placed; `NO_FREE_PLACE`: none in reach is known to be free."""

    NOT_RECOGNISED = "not_recognised"
    OUT_OF_REACH = "out_of_reach"
    NO_FREE_PLACE = "no_free_place"


@dataclass(frozen=True)
class Supply:
    """m places to train: each of a programme at an establishment, with a number of free places.

    `programme`, `establishment` and `free` have shape (m,). `guided` (e,) is how many pupils more
    the mentors of each establishment can guide; `establishment` holds row numbers into it.
    """

    programme: Ids
    establishment: Ids
    free: Ids
    guided: Ids


@dataclass(frozen=True)
class Demand:
    """k pupils: the programme and the farthest way in metres of each, both (k,)."""

    programme: Ids
    farthest: Floats


@dataclass(frozen=True)
class Allocation:
    """The place (k,) of each pupil, a row number of the supply or `UNPLACED`; and the sums."""

    place: Ids
    metres: float
    why: tuple[Why | None, ...]

    @property
    def placed(self) -> int:
        return int((self.place != UNPLACED).sum())


def allowed(supply: Supply, demand: Demand, metres: Floats) -> NDArray[np.bool_]:
    """Which pupil (k) may go to which place (m): the right programme, and near enough."""
    same = demand.programme[:, None] == supply.programme[None, :]
    return np.asarray(same & (metres <= demand.farthest[:, None]))


def best(supply: Supply, demand: Demand, metres: Floats, scores: Floats) -> Allocation:
    """Most pupils placed; among those, least metres in all; among those, the highest scores.

    `metres` and `scores` have shape (k, m); scores lie in 0..1.
    """
    pupil, place = np.nonzero(allowed(supply, demand, metres))
    chosen = place_most(
        supply, len(demand.programme), pupil, place, metres[pupil, place], scores[pupil, place]
    )
    return _allocation(supply, demand, metres, chosen)


def place_most(
    supply: Supply, k: int, pupil: Ids, place: Ids, metres: Floats, scores: Floats
) -> Ids:
    """The places (k,) that `best` gives, from the pairs that are allowed: each array (n,).

    Metres count in steps of `STEP_METRES`. The flow runs from pupils to places, to what mentors can
    guide, to the end.
    """
    known_free = supply.free[place] > 0
    pupil, place = pupil[known_free], place[known_free]
    m, e = len(supply.programme), len(supply.guided)
    steps = np.rint(metres[known_free] / STEP_METRES).astype(np.int64)
    penalty = np.rint((1 - scores[known_free]) * SCORE_STEPS).astype(np.int64)
    cost = steps * (SCORE_STEPS * (k + 1)) + penalty
    unplaced = (int(cost.max(initial=0)) + 1) * (k + 1)

    source, sink = 0, 1
    pupils, places = 2 + np.arange(k), 2 + k + np.arange(m)
    establishments = 2 + k + m + np.arange(e)
    flow = SimpleMinCostFlow()

    def arcs(tails: Ids, heads: Ids, capacities: Ids, costs: Ids) -> Ids:
        return np.asarray(
            flow.add_arcs_with_capacity_and_unit_cost(tails, heads, capacities, costs)
        )

    def same(value: int, n: int) -> Ids:
        return np.full(n, value, dtype=np.int64)

    arcs(same(source, k), pupils, same(1, k), same(0, k))
    choices = arcs(pupils[pupil], places[place], same(1, len(pupil)), cost)
    arcs(pupils, same(sink, k), same(1, k), same(unplaced, k))
    arcs(places, establishments[supply.establishment], supply.free, same(0, m))
    arcs(establishments, same(sink, e), supply.guided, same(0, e))
    flow.set_node_supply(source, k)
    flow.set_node_supply(sink, -k)
    if k and flow.solve() != flow.OPTIMAL:
        raise RuntimeError("The flow has no solution, though every pupil may stay unplaced.")

    taken = flow.flows(choices) > 0 if len(choices) else np.zeros(0, dtype=bool)
    chosen = same(UNPLACED, k)
    chosen[pupil[taken]] = place[taken]
    return chosen


def stable(supply: Supply, demand: Demand, metres: Floats, scores: Floats) -> Allocation:
    """No pupil and place that would both rather have each other than what they got.

    Pupils propose, nearest place first; a place, and the establishment behind it, keep the pupils
    with the best scores. Ties go to the lower row number, so that the outcome is one. The theorem
    holds for each place by itself; where the mentors of one establishment limit several programmes
    together, there may be no stable outcome, and this is then a reasonable one.
    """
    may = allowed(supply, demand, metres) & (supply.free > 0)[None, :]
    wishes = [
        [int(j) for j in np.lexsort((np.arange(may.shape[1]), metres[i])) if may[i, j]]
        for i in range(len(may))
    ]
    kept: dict[int, list[int]] = {j: [] for j in range(len(supply.programme))}
    waiting = list(range(len(wishes)))[::-1]
    tried = [0] * len(wishes)

    def worst(pupils: list[tuple[int, int]]) -> tuple[int, int]:
        return min(pupils, key=lambda pair: (scores[pair], -pair[0]))

    while waiting:
        i = waiting.pop()
        if tried[i] == len(wishes[i]):
            continue
        j = wishes[i][tried[i]]
        tried[i] += 1
        kept[j].append(i)
        out: tuple[int, int] | None = None
        if len(kept[j]) > supply.free[j]:
            out = worst([(p, j) for p in kept[j]])
        else:
            there = np.flatnonzero(supply.establishment == supply.establishment[j])
            guided = [(p, int(s)) for s in there for p in kept[int(s)]]
            if len(guided) > supply.guided[supply.establishment[j]]:
                out = worst(guided)
        if out is not None:
            kept[out[1]].remove(out[0])
            waiting.append(out[0])
    chosen = np.full(len(wishes), UNPLACED, dtype=np.int64)
    for j, pupils in kept.items():
        chosen[pupils] = j
    return _allocation(supply, demand, metres, chosen)


def _allocation(supply: Supply, demand: Demand, metres: Floats, chosen: Ids) -> Allocation:
    placed = np.flatnonzero(chosen != UNPLACED)
    may = allowed(supply, demand, metres)
    why: list[Why | None] = []
    for i, place in enumerate(chosen):
        if place != UNPLACED:
            why.append(None)
        elif not (supply.programme == demand.programme[i]).any():
            why.append(Why.NOT_RECOGNISED)
        else:
            why.append(Why.NO_FREE_PLACE if may[i].any() else Why.OUT_OF_REACH)
    total = float(metres[placed, chosen[placed]].sum())
    return Allocation(chosen, total, tuple(why))
