"""The radar's figures for one programme at one campus, as a dossier shows and keeps them."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from datetime import date
from typing import Any

from django.utils import timezone

from companies.models import Recognition
from geo.drawing import Coordinates
from matching.opportunities import Advice, RadarPolicy, Reason, radar_policy_in_force
from matching.programme_page import rivals
from matching.radar import reading
from matching.radar_rows import ADVICE, REASONS
from schools.models import Campus, Programme, SchoolYear


@dataclass(frozen=True)
class RivalFigure:
    """Another campus that draws on the same places: its name, metres away, and pupils if known."""

    key: str
    name: str
    metres: float
    pupils: int | None
    point: Coordinates


@dataclass(frozen=True)
class Figures:
    """What a dossier rests on. Coordinates are WGS 84; metres are straight lines (hemelsbreed).

    The figures are those of `matching.opportunities.Opportunity`, for a group of `pupils`.
    """

    advice: str
    reasons: tuple[str, ...]
    pupils: int
    workplaces: int
    unknown: int
    places_low: float
    places_high: float
    free: float
    drawing: int
    per_pupil_low: float
    per_pupil_high: float
    lapsing_share: float
    nearest: float | None
    reach: float
    bands: tuple[float, ...]
    enough: float
    plenty: float
    computed_on: str
    campus: Coordinates | None
    rivals: tuple[RivalFigure, ...]
    points: tuple[Coordinates, ...]

    @property
    def computed(self) -> date:
        return date.fromisoformat(self.computed_on)

    @property
    def advice_word(self) -> str:
        return str(ADVICE[Advice(self.advice)])

    @property
    def reason_words(self) -> list[str]:
        return [str(REASONS[Reason(reason)]) for reason in self.reasons]

    def as_json(self) -> dict[str, Any]:
        return asdict(self)

    @classmethod
    def from_json(cls, kept: dict[str, Any]) -> Figures:
        """The figures that `as_json` gave, read back from the database."""
        found = [RivalFigure(**rival) for rival in kept["rivals"]]
        return cls(**kept | {"rivals": tuple(found)})


def figures_of(campus: Campus, programme: Programme, school_year: SchoolYear) -> Figures | None:
    """The radar's figures of today; None where it says nothing, as for a campus without a place."""
    if campus.point is None:
        return None
    found = reading(campus, programme, school_year)
    if found is None:
        return None
    policy, item = radar_policy_in_force(), found.opportunity
    return Figures(
        advice=item.advice.value,
        reasons=tuple(reason.value for reason in item.reasons),
        pupils=item.pupils,
        workplaces=item.recognitions,
        unknown=item.unknown,
        places_low=item.places_low,
        places_high=item.places_high,
        free=item.free,
        drawing=item.drawing,
        per_pupil_low=item.per_pupil_low,
        per_pupil_high=item.per_pupil_high,
        lapsing_share=item.lapsing_share,
        nearest=item.nearest,
        reach=policy.decay.catchment,
        bands=policy.decay.metres,
        enough=policy.enough,
        plenty=policy.plenty,
        computed_on=timezone.localtime(found.computed_at or timezone.now()).date().isoformat(),
        campus=_rounded(campus.point),
        rivals=_rivals(found.rivals, campus, programme, school_year),
        points=_points(campus, programme, school_year, policy),
    )


def _rivals(
    others: tuple[Campus, ...], campus: Campus, programme: Programme, school_year: SchoolYear
) -> tuple[RivalFigure, ...]:
    return tuple(
        RivalFigure(
            rival.campus.key,
            str(rival.campus),
            rival.metres,
            rival.pupils,
            _rounded(rival.campus.point),
        )
        for rival in rivals(others, campus, programme, school_year)
    )


def _points(
    campus: Campus, programme: Programme, school_year: SchoolYear, policy: RadarPolicy
) -> tuple[Coordinates, ...]:
    """Where the workplaces in reach lie, each place once."""
    found = (
        Recognition.objects.usable_in(school_year, timezone.localdate())
        .for_programme(programme)
        .within(campus, policy.decay.catchment / 1000)
        .order_by()
        .values_list("establishment__point", flat=True)
    )
    return tuple(sorted({_rounded(point) for point in found if point}))


def _rounded(point: Any) -> Coordinates:
    """Five decimals of a degree: a metre."""
    return round(point.x, 5), round(point.y, 5)
