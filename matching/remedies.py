"""What smallest change would place a pupil for whom an allocation found nothing."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

import numpy as np

from companies.models import Recognition
from geo.coordinates import geodesic_metres
from matching.candidates import find_candidates
from matching.policy import DEFAULT, Policy
from matching.proposals import Placement, homes
from matching.queries import MAX_RADIUS_KM
from schools.models import Campus, SchoolYear


@dataclass(frozen=True)
class Remedy:
    """Either may be None: `farther`, metres more that lead to a place still free, and `at`, the
    nearest recognition in reach where one place (and a mentor for it) more would do."""

    farther: float | None = None
    at: Recognition | None = None


def remedies(
    campus: Campus,
    placements: Sequence[Placement],
    school_year: SchoolYear,
    today: date,
    policy: Policy = DEFAULT,
) -> list[Remedy | None]:
    """A remedy for each placement without a place, None for the others; each taken by itself.

    Looks as far as a search may (`MAX_RADIUS_KM`) around the campus. A few queries per programme.
    """
    unplaced = [i for i, item in enumerate(placements) if item.recognition is None]
    given = Counter(item.recognition.pk for item in placements if item.recognition)
    starts = homes(campus, [placements[i].pupil for i in unplaced])
    found: list[Remedy | None] = [None] * len(placements)
    for programme in {placements[i].pupil.programme for i in unplaced}:
        radius = MAX_RADIUS_KM * 1000
        candidates = find_candidates(campus, programme, radius, school_year, today, policy)
        ids = candidates.recognition_ids.tolist()
        recognitions = (
            Recognition.objects.select_related("establishment__municipality")
            .defer("establishment__municipality__boundary")
            .in_bulk(ids)
        )
        points = [recognitions[pk].establishment.point for pk in ids]
        spots = np.array([(p.x, p.y) for p in points if p is not None]).reshape(-1, 2)
        free = np.nan_to_num(candidates.facts.places_free) - [given[pk] for pk in ids]
        for i, ((longitude, latitude), _) in zip(unplaced, starts, strict=True):
            pupil = placements[i].pupil
            if pupil.programme != programme or not ids:
                continue
            metres = geodesic_metres(longitude, latitude, spots[:, 0], spots[:, 1])
            away = np.where((free > 0) & (metres > pupil.farthest), metres, np.inf)
            near = np.where(metres <= pupil.farthest, metres, np.inf)
            found[i] = Remedy(
                float(away.min() - pupil.farthest) if np.isfinite(away).any() else None,
                recognitions[ids[int(near.argmin())]] if np.isfinite(near).any() else None,
            )
    return found
