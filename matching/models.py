"""What the engine itself keeps: what changed, the radar as last computed, scenarios, and jobs."""

from matching.allocation_jobs import AllocationJob
from matching.changes import Change
from matching.jobs import JobStatus
from matching.match_jobs import MatchJob, MatchJobPart
from matching.refreshes import (
    RadarFigure,
    RadarRefresh,
    RadarSheet,
    RefreshStatus,
)
from matching.scenarios import Scenario, ScenarioChange

__all__ = [
    "AllocationJob",
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
