"""Effects of scenarios as their pages show them: numbered lines, two sides, dots on a map."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.core.paginator import Page

from matching.opportunities import Opportunity, radar_policy_in_force
from matching.radar_rows import ADVICE
from matching.scenario_effects import EffectRow
from schools.models import Campus, Programme


@dataclass(frozen=True)
class Side:
    """A programme at a campus at one of the two moments, or in one of two scenarios."""

    item: Opportunity

    @property
    def advice(self) -> str:
        return str(ADVICE[self.item.advice])


@dataclass(frozen=True)
class Line:
    """A line of the table, with its number on the map."""

    number: int
    campus: Campus
    programme: Programme
    is_own: bool
    sides: tuple[Side | None, ...]
    change: float = 0.0


def lines(rows: Sequence[EffectRow]) -> list[Line]:
    """A line per effect: today and in the scenario."""
    return [
        Line(
            number, row.campus, row.programme, row.is_own, sides(row.before, row.after), row.change
        )
        for number, row in enumerate(rows, start=1)
    ]


def compared(a: Sequence[EffectRow], b: Sequence[EffectRow]) -> list[Line]:
    """A line for whom either scenario changes something: today, in the one and in the other."""
    in_a, in_b = ({(row.programme.pk, row.campus.pk): row for row in rows} for rows in (a, b))
    found = []
    for number, (key, row) in enumerate((in_b | in_a).items(), start=1):
        one, other = in_a.get(key), in_b.get(key)
        # Where a scenario changes nothing, things stay as they are today.
        three = (
            row.before,
            one.after if one else row.before,
            other.after if other else row.before,
        )
        found.append(Line(number, row.campus, row.programme, row.is_own, sides(*three)))
    return found


def sides(*items: Opportunity | None) -> tuple[Side | None, ...]:
    return tuple(Side(item) if item else None for item in items)


def map_data(found: Sequence[Line], page: Page[Line]) -> dict[str, Any]:
    """What js/map.js draws: the reach of the first campus, and a dot per line, on any page.

    The band of a dot is the places per pupil in the scenario: below 1, 2, 3, 4, or more.
    """
    own = next((line.campus for line in found if line.is_own and line.campus.point), None)
    dots = []
    for line in found:
        point, after = line.campus.point, line.sides[-1]
        if point is not None:
            level = min(5, 1 + int(after.item.per_pupil_low)) if after else 1
            dots.append([point.x, point.y, line.number, level, str(line.campus)])
    return {
        "campus": [own.point.x, own.point.y] if own and own.point else None,
        "radius": radar_policy_in_force().decay.catchment,
        "page": page.number,
        "perPage": page.paginator.per_page,
        "dots": dots,
    }
