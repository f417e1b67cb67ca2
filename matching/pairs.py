"""Ranked pairs as people and machines read them: a page of the ranking, with its records."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from companies.models import Establishment, Recognition, Workplace
from geo.precision import SPREAD, LocationPrecision
from geo.reach import Trip
from matching.policy import Component, Policy
from matching.ranking import Ranking
from matching.scoring import Scores


@dataclass(frozen=True)
class ComponentScore:
    """One term of a score: its value (0..1), its weight, and whether it is known or a prior."""

    name: Component
    value: float
    weight: float
    known: bool


@dataclass(frozen=True)
class Pair:
    """One ranked pairing. `distance` is in metres, geodesic; `workplace` None means unknown.

    `trip` is the pupil's way, where it was asked for. `unconfirmed` places were last confirmed
    twelve months ago or longer.
    """

    rank: int
    score: float
    distance: float
    components: tuple[ComponentScore, ...]
    recognition: Recognition
    workplace: Workplace | None
    lapses_during_year: bool
    trip: Trip | None = field(default=None, kw_only=True)
    unconfirmed: bool = field(default=False, kw_only=True)

    @property
    def establishment(self) -> Establishment:
        return self.recognition.establishment

    @property
    def between(self) -> tuple[float, float] | None:
        """The metres between which the distance lies, where the location is rough."""
        spread = SPREAD.get(LocationPrecision(self.establishment.precision))
        if spread is None:
            return None
        return max(self.distance - spread, 0.0), self.distance + spread


def pairs(ranking: Ranking, start: int = 0, stop: int | None = None) -> list[Pair]:
    """The pairs shown as `start + 1` to `stop`, read in two queries.

    Where an engine tells the minutes, it is asked for these pairs only. One whose recognition was
    deleted since it was ranked is left out; the others keep their ranks.
    """
    rows = ranking.listed[start:stop]
    ids = [int(pk) for pk in ranking.candidates.recognition_ids[rows]]
    recognitions = (
        Recognition.objects.select_related("establishment__company", "establishment__municipality")
        # Geometry that nobody draws here.
        .defer(
            "point",
            "establishment__municipality__boundary",
            "establishment__municipality__point",
        )
        .order_by()
        .in_bulk(ids)
    )
    for recognition in recognitions.values():
        recognition.programme = ranking.programme
    workplaces = {
        workplace.recognition_id: workplace
        for workplace in Workplace.objects.filter(
            recognition__in=ids, school_year=ranking.school_year
        ).order_by()
    }
    travel = ranking.travel(rows)
    return [
        Pair(
            rank=int(ranking.ranks[row]),
            score=float(ranking.scores.score[row]),
            distance=float(ranking.candidates.facts.distance[row]),
            components=component_scores(ranking.scores, ranking.policy, int(row)),
            recognition=recognitions[pk],
            workplace=workplaces.get(pk),
            lapses_during_year=recognitions[pk].lapses_during(ranking.school_year),
            trip=travel.trip(0, i),
            unconfirmed=bool(ranking.candidates.facts.unconfirmed[row]),
        )
        for i, (row, pk) in enumerate(zip(rows, ids, strict=True))
        if pk in recognitions
    ]


def component_scores(scores: Scores, policy: Policy, row: int) -> tuple[ComponentScore, ...]:
    """The terms of the score of a row."""
    values: Sequence[Any] = scores.components[row]
    known: Sequence[Any] = scores.known[row]
    return tuple(
        ComponentScore(name, float(value), policy.weights[name], bool(is_known))
        for name, value, is_known in zip(Component, values, known, strict=True)
    )
