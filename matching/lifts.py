"""What would lift a pair: the rank it would have if one thing about the company were better."""

from collections.abc import Iterator
from dataclasses import dataclass, replace

import numpy as np

from matching.policy import Component
from matching.ranking import Ranking
from matching.scoring import Facts, score

#: Less than this much of a score is not worth a telephone call.
SMALLEST_GAIN = 0.01


@dataclass(frozen=True)
class Lift:
    """A component that can improve, the score that gains (0..1) and the rank it leads to."""

    component: Component
    gain: float
    rank: int


def lifts(ranking: Ranking, rank: int) -> list[Lift]:
    """What can be asked of the company at a rank, the largest gain first.

    Scored by the engine itself with one fact changed: as many free places as count and just
    confirmed, a recognition through the whole school year, or as many running agreements as count.
    """
    row = int(ranking.order[rank - 1])
    now = float(ranking.scores.score[row])
    others = np.delete(ranking.scores.score, row)
    found = [
        Lift(component, after - now, 1 + int((others > after).sum()))
        for component, after in _improved(ranking, row)
        if after - now >= SMALLEST_GAIN
    ]
    return sorted(found, key=lambda lift: -lift.gain)


def _improved(ranking: Ranking, row: int) -> Iterator[tuple[Component, float]]:
    facts = Facts(
        **{name: values[[row]] for name, values in vars(ranking.candidates.facts).items()}
    )
    policy = ranking.policy
    better = {
        Component.PLACES: replace(
            facts,
            places_free=np.array([float(policy.places_enough)]),
            unconfirmed=np.array([0.0]),
        ),
        Component.VALIDITY: replace(facts, days_valid=np.array([1.0])),
        Component.ACTIVITY: replace(facts, agreements=np.array([float(policy.agreements_enough)])),
    }
    for component, changed in better.items():
        yield component, float(score(changed, policy).score[0])
