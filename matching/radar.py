"""The radar of a campus with its records: what the page, the API and the command show."""

from __future__ import annotations

from dataclasses import dataclass

from matching.opportunities import Opportunity, opportunities, radar_policy_in_force
from matching.region_cache import current_region
from schools.models import Campus, Programme, SchoolYear


@dataclass(frozen=True)
class RadarRow:
    """An opportunity with its programme and its rivals, nearest first."""

    programme: Programme
    opportunity: Opportunity
    rivals: tuple[Campus, ...]


def radar(campus: Campus, school_year: SchoolYear) -> list[RadarRow]:
    """The opportunities of a campus in a school year, most promising first.

    Programmes that have ended by the start of the school year are left out, unless the campus still
    offers them. Three small queries, and one more read of the region after its data changed.
    """
    found = opportunities(current_region(school_year), campus.pk, radar_policy_in_force())
    programmes = Programme.objects.order_by().in_bulk([item.programme for item in found])
    rivals = (
        Campus.objects.select_related("school")
        .order_by()
        .in_bulk({pk for item in found for pk in item.rivals})
    )
    return [
        RadarRow(
            programme=programmes[item.programme],
            opportunity=item,
            # A campus may have gone since the region was read.
            rivals=tuple(rivals[pk] for pk in item.rivals if pk in rivals),
        )
        for item in found
        if item.programme in programmes
        and (item.offered or programmes[item.programme].is_valid_on(school_year.start))
    ]
