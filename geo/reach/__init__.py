"""Reach (bereikbaarheid): how long a pupil is under way, and who says so.

Each provider answers the same question, from n origins to m destinations by a mode; the chain asks
them in turn and falls back, visibly, to an estimate.
"""

from geo.reach.chain import Reach, Travel, Trip, configured
from geo.reach.provider import Answer, Mode, Provider, ReachError, Source, Unit

__all__ = [
    "Answer",
    "Mode",
    "Provider",
    "Reach",
    "ReachError",
    "Source",
    "Travel",
    "Trip",
    "Unit",
    "configured",
]
