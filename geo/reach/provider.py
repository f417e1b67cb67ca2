"""What every provider of reach promises."""

from __future__ import annotations

from abc import ABC, abstractmethod
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

import numpy as np
from django.db import models
from django.utils.translation import gettext_lazy as _
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Flags = NDArray[np.bool_]

#: A GeoJSON geometry in WGS 84: a Polygon or a MultiPolygon.
Shape = dict[str, Any]


class Mode(models.TextChoices):
    """How a pupil travels (vervoerwijze). Pupils are 15 to 20: cycling is the default."""

    CYCLING = "cycling", _("by bicycle")
    TRANSIT = "transit", _("by public transport")
    CAR = "car", _("by car")


class Source(models.TextChoices):
    """Who gave a value, as the screen and the API name it."""

    STRAIGHT_LINE = "straight_line", _("straight line")
    ESTIMATE = "estimate", _("estimated")
    ROUTE = "route", _("along the roads")
    TIMETABLE = "timetable", _("by the timetable")


class Unit(StrEnum):
    MINUTES = "minutes"
    METRES = "metres"


class ReachError(Exception):
    """A provider could not answer at all: it is down, refused, or spoke nonsense."""


@dataclass(frozen=True)
class Answer:
    """For k origins and m destinations, both (k, m).

    `values`, in the provider's unit, are NaN for a destination that cannot be reached. `known` is
    false where the provider cannot say, as for a place outside its network: somebody else may.
    """

    values: Floats
    known: Flags


class Provider(ABC):
    """Travel between places. Points are arrays (n, 2) of longitude and latitude in WGS 84."""

    source: Source
    unit: Unit = Unit.MINUTES
    modes: frozenset[Mode] = frozenset(Mode)

    @abstractmethod
    def ask(self, origins: Floats, destinations: Floats, mode: Mode) -> Answer:
        """From each origin to each destination. Raises ReachError; `mode` is one of `modes`."""

    @abstractmethod
    def farthest(self, mode: Mode, minutes: float) -> float:
        """Metres in a straight line beyond which no place is within so many minutes.

        It never lies below the truth, and grows with the minutes.
        """

    def shape(self, origin: Floats, mode: Mode, minutes: float) -> Shape | None:
        """What is within so many minutes of one point (2,); None if it has no such shape.

        Raises ReachError.
        """
        return None

    def edition(self) -> str:
        """A text that differs when the same question may get another answer; empty: do not keep.

        Raises ReachError.
        """
        return ""
