"""Proposals with their records: what the page, the API, the command and the downloads show."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from companies.models import Recognition
from matching.explanation import travel_sentence
from matching.fairness import SchoolShare
from matching.proposals import Placement, Proposals, Pupil, Why
from schools.models import Campus, School

WHY = {
    Why.NOT_RECOGNISED: gettext_lazy("No company near is recognised for this programme."),
    Why.OUT_OF_REACH: gettext_lazy("No recognised company lies within the distance."),
    Why.NO_FREE_PLACE: gettext_lazy("All known places in reach are taken."),
}


@dataclass(frozen=True)
class Line:
    """A pupil, at a position in the list, with the place proposed or what would help."""

    position: int
    pupil: Pupil
    placement: Placement
    recognition: Recognition | None
    ask: Recognition | None
    at: Recognition | None

    @property
    def metres(self) -> float | None:
        return self.placement.metres

    @property
    def travel(self) -> str:
        """How long the way is and who says so; empty for a pupil without a mode."""
        trip = self.placement.trip
        return travel_sentence(trip) if trip else ""

    @property
    def longer(self) -> float | None:
        """Minutes more that lead to a free place."""
        return self.placement.remedy.longer if self.placement.remedy else None

    @property
    def why(self) -> str:
        return str(WHY[self.placement.why]) if self.placement.why else ""

    @property
    def farther(self) -> float | None:
        """Metres more that lead to a free place."""
        return self.placement.remedy.farther if self.placement.remedy else None

    def as_record(self) -> dict[str, Any]:
        """The line of a download, under the words of the screen."""
        place = self.recognition.establishment if self.recognition else None
        return {
            _("reference"): self.pupil.reference,
            _("campus"): self.pupil.campus.key,
            _("programme"): self.pupil.programme.title,
            _("establishment"): place.name if place else "",
            _("unit number"): place.unit_number if place else "",
            _("address"): place.address if place else "",
            _("km"): "" if self.metres is None else round(self.metres / 1000, 1),
            _("travel time"): self.travel,
            _("reason"): self.why,
            _("ask for places"): self.ask.establishment.name if self.ask else "",
            _("one more place"): self.at.establishment.name if self.at else "",
            _("km farther"): "" if self.farther is None else round(self.farther / 1000, 1),
            _("minutes longer"): "" if self.longer is None else math.ceil(self.longer),
        }


@dataclass(frozen=True)
class SchoolRow:
    """How a school fared."""

    school: School
    got: SchoolShare


@dataclass(frozen=True)
class Swap:
    """A pupil and a workplace that would rather have each other."""

    pupil: Pupil
    recognition: Recognition
    metres: float


@dataclass(frozen=True)
class Report:
    """Proposals for pupils, read back with everything they name."""

    proposals: Proposals
    lines: list[Line]
    schools: list[SchoolRow]
    swaps: list[Swap]

    @property
    def campus(self) -> Campus | None:
        """The campus of every pupil; None where they are of several."""
        campuses = {line.pupil.campus for line in self.lines}
        return campuses.pop() if len(campuses) == 1 else None


def report(pupils: Sequence[Pupil], found: Proposals) -> Report:
    """The records of proposals, in two queries. What is gone meanwhile is left out."""
    remedies = [item.remedy for item in found.placements if item.remedy]
    keys = {
        *(item.recognition for item in found.placements),
        *(item.recognition for item in found.blocks),
        *(key for help_ in remedies for key in (help_.ask, help_.at)),
    }
    recognitions = (
        Recognition.objects.select_related("establishment__company", "establishment__municipality")
        .defer("establishment__municipality__boundary")
        .in_bulk([key for key in keys if key is not None])
    )

    def record(key: int | None) -> Recognition | None:
        return None if key is None else recognitions.get(key)

    lines = [
        Line(
            position,
            pupil,
            item,
            record(item.recognition),
            record(item.remedy.ask) if item.remedy else None,
            record(item.remedy.at) if item.remedy else None,
        )
        for position, (pupil, item) in enumerate(zip(pupils, found.placements, strict=True))
    ]
    schools = {pupil.campus.school_id: pupil.campus.school for pupil in pupils}
    swaps = [
        Swap(pupils[item.pupil], recognitions[item.recognition], item.metres)
        for item in found.blocks
        if item.recognition in recognitions
    ]
    return Report(
        found,
        lines,
        [SchoolRow(schools[item.school], item) for item in found.schools],
        swaps,
    )
