"""All pupils to all free places at once.

Two policies. `best` places as many pupils as can be, then takes the least way, then the best
scores: a minimum-cost flow. `stable` leaves no pupil and workplace that would both rather have each
other (D. Gale and L. S. Shapley, "College admissions and the stability of marriage", American
Mathematical Monthly 69 (1962) 9-15); it may place fewer.

Nothing is written: an allocation is a proposal.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Ids = NDArray[np.int64]

#: Metres count in steps of this many, so that a better score can decide between equal ways.
STEP_METRES = 10
#: Steps of a score between 0 and 1; all of them together weigh less than one step of way.
SCORE_STEPS = 100

UNPLACED = -1


@dataclass(frozen=True)
class Supply:
    """m places to train, each at one of e establishments, with a number of free places.

    `establishment` (m,) holds row numbers into `guided` (e,): how many pupils more the mentors of
    each establishment can guide, over all its places together. `free` has shape (m,).
    """

    establishment: Ids
    free: Ids
    guided: Ids


@dataclass(frozen=True)
class Pairs:
    """Who may go where: n pairs of one of k pupils and one of m places, none twice.

    Each array (n,): row numbers of `pupil` and `place`, the way in metres, and a score in 0..1.
    """

    pupil: Ids
    place: Ids
    metres: Floats
    score: Floats

    def __len__(self) -> int:
        return len(self.pupil)

    def only(self, keep: NDArray[np.bool_] | Ids) -> Pairs:
        return Pairs(*(values[keep] for values in vars(self).values()))


def most(supply: Supply, k: int, pairs: Pairs) -> int:
    """How many of k pupils can have a place at once: a maximum flow."""
    # 15 MB, which a process that allocates nobody does without.
    from ortools.graph.python.max_flow import SimpleMaxFlow

    pairs = pairs.only(supply.free[pairs.place] > 0)
    flow, nodes = SimpleMaxFlow(), _Nodes(k, supply)
    arcs = flow.add_arcs_with_capacity
    arcs(_same(nodes.source, k), nodes.pupils, _same(1, k))
    arcs(nodes.pupils[pairs.pupil], nodes.places[pairs.place], _same(1, len(pairs)))
    arcs(nodes.places, nodes.establishments[supply.establishment], supply.free)
    arcs(nodes.establishments, _same(nodes.sink, len(supply.guided)), supply.guided)
    if flow.solve(nodes.source, nodes.sink) != flow.OPTIMAL:
        raise RuntimeError("A maximum flow always exists.")
    return int(flow.optimal_flow())


def best(supply: Supply, k: int, pairs: Pairs) -> Ids:
    """The place (k,) of each pupil, or `UNPLACED`: as many placed as can be (`most`); of those, the
    least metres in all, in steps of `STEP_METRES`; of those, the highest scores.

    The flow runs from pupils to places, to what mentors can guide, to the end; or through the node
    of those who stay without, which lets through no more than need to.
    """
    from ortools.graph.python.min_cost_flow import SimpleMinCostFlow

    chosen = _same(UNPLACED, k)
    placed = most(supply, k, pairs)
    if not placed:
        return chosen
    pairs = pairs.only(supply.free[pairs.place] > 0)
    n, e = len(pairs), len(supply.guided)
    steps = np.rint(pairs.metres / STEP_METRES).astype(np.int64)
    lack = np.rint((1 - pairs.score) * SCORE_STEPS).astype(np.int64)
    flow, nodes = SimpleMinCostFlow(), _Nodes(k, supply)
    arcs = flow.add_arcs_with_capacity_and_unit_cost
    arcs(_same(nodes.source, k), nodes.pupils, _same(1, k), _same(0, k))
    choices = arcs(
        nodes.pupils[pairs.pupil],
        nodes.places[pairs.place],
        _same(1, n),
        steps * (SCORE_STEPS * (k + 1)) + lack,
    )
    m = len(supply.free)
    arcs(nodes.places, nodes.establishments[supply.establishment], supply.free, _same(0, m))
    arcs(nodes.establishments, _same(nodes.sink, e), supply.guided, _same(0, e))
    arcs(nodes.pupils, _same(nodes.without, k), _same(1, k), _same(0, k))
    arcs(_same(nodes.without, 1), _same(nodes.sink, 1), _same(k - placed, 1), _same(0, 1))
    flow.set_node_supply(nodes.source, k)
    flow.set_node_supply(nodes.sink, -k)
    if flow.solve() != flow.OPTIMAL:
        raise RuntimeError("The flow has no solution, though so many pupils can be placed.")
    taken = flow.flows(choices) > 0
    chosen[pairs.pupil[taken]] = pairs.place[taken]
    return chosen


class _Nodes:
    """The numbers of the nodes of a flow."""

    def __init__(self, k: int, supply: Supply) -> None:
        self.source, self.sink, self.without = range(3)
        self.pupils = 3 + np.arange(k)
        self.places = 3 + k + np.arange(len(supply.free))
        self.establishments = 3 + k + len(supply.free) + np.arange(len(supply.guided))


def _same(value: int, n: int) -> Ids:
    return np.full(n, value, dtype=np.int64)


def stable(supply: Supply, k: int, pairs: Pairs) -> Ids:
    """The place (k,) of each pupil, or `UNPLACED`, such that no pair blocks (`blocking`).

    Pupils propose, nearest place first; a place, and the establishment behind it, keep the pupils
    with the best scores. Ties go to the lower row number, so that the outcome is one. The theorem
    holds for each place by itself; where the mentors of one establishment limit several of its
    places together, there may be no stable outcome, and this is then a reasonable one.
    """
    pairs = pairs.only(supply.free[pairs.place] > 0)
    pairs = pairs.only(np.lexsort((pairs.place, pairs.metres, pairs.pupil)))
    first = np.searchsorted(pairs.pupil, np.arange(k + 1)).tolist()
    place, score = pairs.place.tolist(), pairs.score.tolist()
    house, free, guided = (
        array.tolist() for array in (supply.establishment, supply.free, supply.guided)
    )
    #: Per place and per establishment the pairs that are kept there.
    kept: dict[int, set[int]] = {}
    under: dict[int, set[int]] = {}
    pupil = pairs.pupil.tolist()
    waiting, asked = list(range(k))[::-1], first[:-1]
    while waiting:
        i = waiting.pop()
        if asked[i] == first[i + 1]:
            continue
        pair = asked[i]
        asked[i] += 1
        here = kept.setdefault(place[pair], set())
        there = under.setdefault(house[place[pair]], set())
        here.add(pair)
        there.add(pair)
        crowded = here if len(here) > free[place[pair]] else there
        if crowded is there and len(there) <= guided[house[place[pair]]]:
            continue
        out = min(crowded, key=lambda one: (score[one], -pupil[one]))
        kept[place[out]].remove(out)
        there.remove(out)
        waiting.append(pupil[out])
    chosen = _same(UNPLACED, k)
    for j, rows in kept.items():
        chosen[[pupil[row] for row in rows]] = j
    return chosen


def blocking(supply: Supply, pairs: Pairs, chosen: Ids) -> Ids:
    """Row numbers of the pairs of which both sides would rather have each other.

    The pupil has no place or one that is farther away; the place, and a mentor, are free or have a
    pupil of whom the score is lower.
    """
    given = pairs.only(chosen[pairs.pupil] == pairs.place)
    house = supply.establishment
    room = supply.free - np.bincount(given.place, minlength=len(supply.free))
    guided = supply.guided - np.bincount(house[given.place], minlength=len(supply.guided))
    lowest = np.full(len(supply.free), np.inf)
    np.minimum.at(lowest, given.place, given.score)
    lowest_there = np.full(len(supply.guided), np.inf)
    np.minimum.at(lowest_there, house[given.place], given.score)
    metres = np.full(len(chosen), np.inf)
    metres[given.pupil] = given.metres

    at, mine = house[pairs.place], chosen[pairs.pupil]
    # Who moves within an establishment leaves her mentor to herself.
    moves = (mine != UNPLACED) & (house[mine] == at)
    opens = (supply.free[pairs.place] > 0) & (supply.guided[at] > 0)
    better_here = lowest[pairs.place] < pairs.score
    better_there = lowest_there[at] < pairs.score
    has_room, has_mentor = room[pairs.place] > 0, (guided[at] > 0) | moves
    wanted = (has_room & (has_mentor | better_there)) | (~has_room & better_here)
    return np.flatnonzero(opens & (pairs.metres < metres[pairs.pupil]) & wanted)
