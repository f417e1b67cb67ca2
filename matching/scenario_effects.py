"""What a scenario changes, with its records: what the page and the API show."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from matching.opportunities import Opportunity, radar_policy_in_force
from matching.region_cache import current_region
from matching.what_if import Step, effects
from schools.models import Campus, Programme, SchoolYear


@dataclass(frozen=True)
class EffectRow:
    """A programme at a campus, today and in the scenario; None: out of everyone's reach."""

    campus: Campus
    programme: Programme
    is_own: bool
    before: Opportunity | None
    after: Opportunity | None

    @property
    def change(self) -> float:
        """How many places per pupil more there are for sure; fewer is negative."""
        before, after = (item.per_pupil_low if item else 0.0 for item in (self.before, self.after))
        return after - before


def effect_rows(steps: Sequence[Step], school_year: SchoolYear) -> list[EffectRow]:
    """The campuses for which steps change something: two queries, and the region when it is new.

    Per programme the campus of the step first, then who loses or gains most.
    """
    if not steps:
        return []
    found = effects(current_region(school_year), steps, radar_policy_in_force())
    campuses = Campus.objects.select_related("school").in_bulk({item.campus for item in found})
    programmes = Programme.objects.in_bulk({item.programme for item in found})
    rows = [
        EffectRow(
            campuses[item.campus],
            programmes[item.programme],
            item.is_own,
            item.before,
            item.after,
        )
        for item in found
        if item.campus in campuses and item.programme in programmes
    ]
    return sorted(
        rows,
        key=lambda row: (
            row.programme.title,
            row.programme.pk,
            not row.is_own,
            -abs(row.change),
            row.campus.pk,
        ),
    )
