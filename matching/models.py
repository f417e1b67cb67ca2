"""What the engine itself keeps: what changed, the radar as last computed, scenarios, and jobs."""

from matching.changes import Change
from matching.match_jobs import JobStatus, MatchJob, MatchJobPart
from matching.refreshes import (
    RadarFigure,
    RadarRefresh,
    RadarSheet,
    RefreshStatus,
)
from matching.scenarios import Scenario, ScenarioChange

__all__ = [
    "Change",
    "JobStatus",
    "MatchJob",
    "MatchJobPart",
    "RadarFigure",
    "RadarRefresh",
    "RadarSheet",
    "RefreshStatus",
    "Scenario",
    "ScenarioChange",
]
