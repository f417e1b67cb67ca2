"""What supply and demand add up to: enough, too few of something, or places that lie unused."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from django.utils.translation import gettext_lazy as _

from figures.measures import Missing, Value, Values


class Verdict(StrEnum):
    """What the figures of a programme or sector say, with the thresholds that were set."""

    ENOUGH = "enough"
    TOO_FEW_PLACES = "tooFewPlaces"
    TOO_FEW_PROGRAMMES = "tooFewProgrammes"
    UNUSED = "placesUnused"
    UNCERTAIN = "uncertain"
    WITHHELD = "withheld"
    NOTHING = "nothing"


LABELS = {
    Verdict.ENOUGH: _("enough"),
    Verdict.TOO_FEW_PLACES: _("too few places"),
    Verdict.TOO_FEW_PROGRAMMES: _("too few programmes"),
    Verdict.UNUSED: _("places unused"),
    Verdict.UNCERTAIN: _("depends on unknown places"),
    Verdict.WITHHELD: _("too few pupils to tell"),
    Verdict.NOTHING: _("no places and no pupils"),
}


@dataclass(frozen=True)
class Thresholds:
    """The stated choices behind a verdict, in view beside it and settable.

    `enough`: places per pupil in reach (the middle offering) from which there is enough.
    `lonely`: percent of the places with no programme in reach from which programmes lack.
    `unused`: percent of the places free from which they lie unused.
    """

    enough: float = 1.0
    lonely: float = 25.0
    unused: float = 60.0


def verdict(values: Values, thresholds: Thresholds) -> Verdict:
    """The verdict on a row: the first that applies, what pupils lack before what companies lack."""
    offered, lonely = _number(values["placesOffered"]), _number(values["lonelyPlaces"])
    low, most = values["placesPerPupil"], values["placesPerPupilMost"]
    if not values["offerings"]:
        has_some = offered or values["recognitionsWithUnknownPlaces"]
        return Verdict.TOO_FEW_PROGRAMMES if has_some else Verdict.NOTHING
    if Missing.WITHHELD in (low, most):
        return Verdict.WITHHELD
    if isinstance(low, int | float) and isinstance(most, int | float):
        if most < thresholds.enough:
            return Verdict.TOO_FEW_PLACES
        if low < thresholds.enough:
            return Verdict.UNCERTAIN
    if offered and 100 * lonely / offered >= thresholds.lonely:
        return Verdict.TOO_FEW_PROGRAMMES
    free = values["placesFree"]
    if offered and isinstance(free, int | float) and 100 * free / offered >= thresholds.unused:
        return Verdict.UNUSED
    return Verdict.ENOUGH if isinstance(low, int | float) else Verdict.WITHHELD


def _number(value: Value) -> float:
    return value if isinstance(value, int | float) else 0.0
