"""The stated choices behind a ranking: weights, scales and what an unknown counts for.

A policy has a version, so that a ranking can be repeated with the choices it was made under.
Settings may replace the default as a whole (`MATCHING_POLICY`).
"""

from dataclasses import dataclass, field
from enum import StrEnum


class Component(StrEnum):
    """What a score is made of, in the order of the component arrays."""

    PROXIMITY = "proximity"
    PLACES = "places"
    VALIDITY = "validity"
    ACTIVITY = "activity"
    COMPETITION = "competition"


@dataclass(frozen=True)
class Policy:
    """How pairs are scored. Weights need not add up to one; the score is their weighted mean."""

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
    #: The share of companies that answer an approach (17 % against a goal of 30 % at les-emplois),
    #: and how many approaches that expectation weighs.
    reply_prior: float = 0.25
    reply_prior_weight: float = 4.0
    #: Running agreements that add as much to activity as answering every approach.
    agreements_enough: int = 2
    #: Within this many metres another campus draws on the same places.
    catchment_metres: float = 25_000.0

    @property
    def weight_list(self) -> list[float]:
        """The weights in the order of `Component`."""
        return [self.weights[component] for component in Component]


DEFAULT = Policy()
