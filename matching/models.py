"""What the engine itself keeps: what changed, the radar as last computed, and scenarios."""

from matching.changes import Change
from matching.refreshes import (
    RadarFigure,
    RadarRefresh,
    RadarSheet,
    RefreshStatus,
)
from matching.scenarios import Scenario, ScenarioChange

__all__ = [
    "Change",
    "RadarFigure",
    "RadarRefresh",
    "RadarSheet",
    "RefreshStatus",
    "Scenario",
    "ScenarioChange",
]
