"""The stated choices behind a ranking: weights, scales and what an unknown counts for.

A policy has a version, so that a ranking can be repeated with the choices it was made under.
Settings may replace the default as a whole: `MATCHING_POLICY = Policy(version=..., ...)`.
"""

import math
from dataclasses import dataclass, field
from enum import StrEnum

from django.conf import settings


class Component(StrEnum):
    """What a score is made of, in the order of the component arrays."""

    PROXIMITY = "proximity"
    PLACES = "places"
    VALIDITY = "validity"
    ACTIVITY = "activity"
    COMPETITION = "competition"


@dataclass(frozen=True)
class Policy:
    """How pairs are scored. Weights need not add up to one; the score is their weighted mean.

    Raises ValueError when made with values under which a score would not lie in 0..1.
    """

    version: str = "2026-11"
    weights: dict[Component, float] = field(
        default_factory=lambda: {
            Component.PROXIMITY: 0.35,
            Component.PLACES: 0.25,
            Component.VALIDITY: 0.10,
            Component.ACTIVITY: 0.15,
            Component.COMPETITION: 0.15,
        }
    )
    #: Metres at which proximity has halved. It does not depend on the radius asked for, so that a
    #: wider search never reorders what a narrower one showed.
    proximity_half_metres: float = 10_000.0
    #: Free places from which more make no difference.
    places_enough: int = 3
    #: What an establishment that never said how many places it has counts for.
    unknown_places: float = 0.4
    #: What is left of places that the company last confirmed twelve months ago or longer.
    unconfirmed_places: float = 0.75
    #: The share of companies that answer an approach (17 % against a goal of 30 % at les-emplois),
    #: and how many approaches that expectation weighs.
    reply_prior: float = 0.25
    reply_prior_weight: float = 4.0
    #: Running agreements that add as much to activity as answering every approach.
    agreements_enough: int = 2
    #: Within this many metres another campus draws on the same places.
    catchment_metres: float = 25_000.0

    def __post_init__(self) -> None:
        weights = [self.weights.get(component, math.nan) for component in Component]
        if len(self.weights) != len(weights) or not all(0 <= w < math.inf for w in weights):
            raise ValueError("A policy needs one weight, 0 or more, for each component.")
        if not sum(weights):
            raise ValueError("At least one weight is more than 0.")
        for name in ("proximity_half_metres", "places_enough", "agreements_enough"):
            if not 0 < getattr(self, name) < math.inf:
                raise ValueError(f"{name} is more than 0.")
        # A prior of weight 0 would divide 0 answers by 0 approaches.
        if not 0 < self.reply_prior_weight < math.inf:
            raise ValueError("reply_prior_weight is more than 0.")
        for name in ("unknown_places", "unconfirmed_places", "reply_prior"):
            if not 0 <= getattr(self, name) <= 1:
                raise ValueError(f"{name} lies between 0 and 1.")
        if not self.catchment_metres >= 0:
            raise ValueError("catchment_metres is 0 or more.")

    @property
    def weight_list(self) -> list[float]:
        """The weights in the order of `Component`."""
        return [self.weights[component] for component in Component]


DEFAULT = Policy()


def policy_in_force() -> Policy:
    """The policy of the settings, or the default where they name none."""
    policy = getattr(settings, "MATCHING_POLICY", DEFAULT)
    if not isinstance(policy, Policy):
        raise TypeError("MATCHING_POLICY is a matching.policy.Policy.")
    return policy
