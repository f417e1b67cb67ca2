"""What the engine itself keeps: what changed, and the radar as it was last computed."""

from matching.changes import Change
from matching.refreshes import (
    RadarFigure,
    RadarRefresh,
    RadarSheet,
    RefreshStatus,
)

__all__ = ["Change", "RadarFigure", "RadarRefresh", "RadarSheet", "RefreshStatus"]
