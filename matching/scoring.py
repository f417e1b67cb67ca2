"""The one scoring function: arrays in, components and scores out. It knows no database."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from matching.policy import Policy

Floats = NDArray[np.float64]
Bools = NDArray[np.bool_]

#: Scores are compared to this many decimals, so that rounding noise never decides an order.
SCORE_DECIMALS = 6


@dataclass(frozen=True)
class Facts:
    """What is known of n pairs; every array has shape (n,).

    `distance` is in metres. `places_free` is NaN where the company never said how many places it
    has; `unconfirmed` is 1 where it said so too long ago (`companies.recognitions.is_unconfirmed`)
    and 0 elsewhere. `days_valid` is the share (0..1) of the rest of the school year that the
    recognition covers. `rivals` counts other campuses with the programme in the catchment.
    """

    distance: Floats
    places_free: Floats
    unconfirmed: Floats
    days_valid: Floats
    approaches: Floats
    answers: Floats
    agreements: Floats
    rivals: Floats


@dataclass(frozen=True)
class Scores:
    """Components of shape (n, 5) in the order of `Component`, each in 0..1; `known` alike.

    `score` has shape (n,), the weighted mean of the components, rounded to six decimals.
    """

    components: Floats
    known: Bools
    score: Floats


def score(facts: Facts, policy: Policy) -> Scores:
    """Score n pairs. Unknown facts take the policy's prior and are marked as not known."""
    places_known = ~np.isnan(facts.places_free)
    free = np.where(places_known, facts.places_free, 0.0)
    places = np.where(
        places_known,
        np.minimum(free / policy.places_enough, 1.0)
        * np.where(facts.unconfirmed > 0, policy.unconfirmed_places, 1.0),
        policy.unknown_places,
    )
    reply = (facts.answers + policy.reply_prior * policy.reply_prior_weight) / (
        facts.approaches + policy.reply_prior_weight
    )
    trained = np.minimum(facts.agreements / policy.agreements_enough, 1.0)
    components = np.column_stack(
        [
            np.exp2(-facts.distance / policy.proximity_half_metres),
            places,
            facts.days_valid,
            1.0 - (1.0 - reply) * (1.0 - trained),
            1.0 / (1.0 + facts.rivals / np.maximum(free, 1.0)),
        ]
    )
    known = np.ones(components.shape, dtype=bool)
    known[:, 1] = places_known
    known[:, 3] = (facts.approaches > 0) | (facts.agreements > 0)
    weights = np.asarray(policy.weight_list)
    total = (components * weights).sum(axis=1) / weights.sum()
    return Scores(components, known, np.round(total, SCORE_DECIMALS))
