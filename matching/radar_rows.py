"""The radar as its page and its download show it: words, bars, filters and order."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django.utils.formats import number_format
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from matching.opportunities import Advice, Reason
from matching.radar import Radar, RadarRow
from schools.models import Campus

ADVICE = {
    Advice.OPEN: gettext_lazy("open"),
    Advice.STRENGTHEN: gettext_lazy("strengthen"),
    Advice.KEEP: gettext_lazy("keep"),
    Advice.COORDINATE: gettext_lazy("coordinate"),
    Advice.WATCH: gettext_lazy("watch"),
    Advice.LEAVE: gettext_lazy("leave"),
}
REASONS = {
    Reason.PLENTY: gettext_lazy("There is room for more pupils."),
    Reason.ENOUGH: gettext_lazy("There are enough places for the pupils."),
    Reason.TOO_FEW: gettext_lazy("There are fewer places than pupils."),
    Reason.UNCERTAIN: gettext_lazy("Whether there are enough depends on places that are unknown."),
    Reason.NO_PLACES: gettext_lazy("No company in reach has places."),
    Reason.RIVALS: gettext_lazy("Other campuses in reach draw on the same places."),
    Reason.NOBODY_NEAR: gettext_lazy("No other campus in reach offers it."),
    Reason.LAPSING: gettext_lazy("Many recognitions end during the school year."),
}

#: Places per pupil at which a bar is full: more makes no difference to a decision.
FULL_BAR = 8.0

SORTS: dict[str, Callable[[Row], Any]] = {
    "programme": lambda row: row.programme.title.casefold(),
    "perPupil": lambda row: -row.item.per_pupil_low,
    "pupils": lambda row: -row.item.drawing,
    "places": lambda row: -row.item.places_low,
    "free": lambda row: -row.item.free,
    "nearest": lambda row: math.inf if row.item.nearest is None else row.item.nearest,
    "lapsing": lambda row: -row.item.lapsing_share,
    "rivals": lambda row: -len(row.rivals),
    # What is unknown comes last.
    "vacancies": lambda row: math.inf if row.vacancies is None else -row.vacancies,
}


@dataclass(frozen=True)
class Row:
    """One programme on the radar."""

    source: RadarRow

    @property
    def item(self) -> Any:
        return self.source.opportunity

    @property
    def programme(self) -> Any:
        return self.source.programme

    @property
    def rivals(self) -> tuple[Campus, ...]:
        return self.source.rivals

    @property
    def vacancies(self) -> int | None:
        """Vacancies in reach; None when unknown."""
        return self.source.vacancies

    @property
    def advice(self) -> str:
        return str(ADVICE[self.item.advice])

    @property
    def reasons(self) -> list[str]:
        return [str(REASONS[reason]) for reason in self.item.reasons]

    @property
    def sure(self) -> float:
        """Length of the bar of the places that are known, of 100."""
        return 100 * min(self.item.per_pupil_low / FULL_BAR, 1)

    @property
    def unsure(self) -> float:
        """Length of the bar that the unknown places may add, of 100."""
        return 100 * min(self.item.per_pupil_high / FULL_BAR, 1) - self.sure

    def as_record(self) -> dict[str, Any]:
        """The row of a download, under the words of the screen."""
        item = self.item
        return {
            _("number"): self.programme.number,
            _("programme"): self.programme.title,
            _("advice"): self.advice,
            _("reasons"): " ".join(self.reasons),
            _("offered here"): _("yes") if item.offered else _("no"),
            _("pupils"): item.pupils,
            _("recognitions"): item.recognitions,
            _("of which with unknown places"): item.unknown,
            _("places, at least"): item.places_low,
            _("places, at most"): item.places_high,
            _("free places"): item.free,
            _("pupils who draw on them"): item.drawing,
            _("places per pupil, at least"): round(item.per_pupil_low, 2),
            _("places per pupil, at most"): round(item.per_pupil_high, 2),
            _("recognitions that end this year, %"): round(100 * item.lapsing_share),
            _("other campuses"): ", ".join(str(campus) for campus in self.rivals),
            _("nearest campus that offers it, km"): (
                "" if item.nearest is None else round(item.nearest / 1000, 1)
            ),
            _("vacancies in reach"): "" if self.vacancies is None else self.vacancies,
        }


def zones(radar: Radar) -> list[tuple[str, float]]:
    """The zones of a radar's reach as words, each with its weight, nearest first."""
    decay, way = radar.policy.decay, radar.way
    if way is None or way.at_most is None:
        words = [_("%(km)s km") % {"km": number_format(f"{m / 1000:g}")} for m in decay.metres]
    else:
        part = way.at_most / len(decay.metres)
        minutes = [round(part * (n + 1), 1) for n in range(len(decay.metres))]
        words = [_("%(n)s minutes") % {"n": number_format(f"{n:g}")} for n in minutes]
    return list(zip(words, decay.weights, strict=True))


def reach_words(radar: Radar) -> str:
    """How far a radar looks: in a straight line, or for how long by a mode, and who says so."""
    farthest, _weight = zones(radar)[-1]
    if radar.way is None:
        return _("%(reach)s in a straight line") % {"reach": farthest}
    sources = ", ".join(str(source.label) for source in radar.sources)
    words = {"reach": farthest, "mode": radar.way.mode.label, "sources": sources}
    return _("%(reach)s %(mode)s (%(sources)s)") % words


def chosen(rows: list[RadarRow], show: str, sort: str) -> list[Row]:
    """The rows to show (`offered`, `new`, an advice, or anything else for all) in an order."""
    kept = [
        Row(row)
        for row in rows
        if show not in (*Advice, "offered", "new")
        or show == row.opportunity.advice
        or (show == "offered" and row.opportunity.offered)
        or (show == "new" and not row.opportunity.offered)
    ]
    return sorted(kept, key=SORTS[sort]) if sort in SORTS else kept
