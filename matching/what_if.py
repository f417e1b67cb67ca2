"""What if a campus opened or stopped a programme? The radar of the region with changes applied."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from matching.opportunities import DEFAULT_RADAR, Opportunity, RadarPolicy
from matching.region import Region
from matching.region_radar import region_opportunities


@dataclass(frozen=True)
class Step:
    """A campus and a programme (primary keys) with the pupils it would have; None: it stops."""

    campus: int
    programme: int
    pupils: int | None


@dataclass(frozen=True)
class Effect:
    """A programme at a campus, today and after the steps; None where nothing can be said of it.

    `is_own` tells a campus that a step is about from one that only notices.
    """

    campus: int
    programme: int
    is_own: bool
    before: Opportunity | None
    after: Opportunity | None


def changed(region: Region, steps: Sequence[Step]) -> Region:
    """The region as if these steps were taken; the last one on a campus and programme counts.

    Steps on a campus or a programme that the region does not hold change nothing.
    """
    campus_row = {int(pk): row for row, pk in enumerate(region.campus_ids)}
    programme_row = {int(pk): row for row, pk in enumerate(region.programme_ids)}
    last = {
        (campus_row[step.campus], programme_row[step.programme]): step.pupils
        for step in steps
        if step.campus in campus_row and step.programme in programme_row
    }
    pairs = zip(region.campus.tolist(), region.offered_programme.tolist(), strict=True)
    kept = np.array([pair not in last for pair in pairs], dtype=bool)
    opened = [(c, p, pupils) for (c, p), pupils in last.items() if pupils is not None]
    new = np.array(opened, dtype=np.int64).reshape(-1, 3)
    return replace(
        region,
        campus=np.concatenate([region.campus[kept], new[:, 0]]),
        offered_programme=np.concatenate([region.offered_programme[kept], new[:, 1]]),
        pupils=np.concatenate([region.pupils[kept], new[:, 2].astype(np.float64)]),
    )


def effects(
    region: Region, steps: Sequence[Step], policy: RadarPolicy = DEFAULT_RADAR
) -> list[Effect]:
    """What the steps change, and for whom: the campuses of the steps first, then by key.

    Both sides come from the same function as the radar, on the programmes of the steps only; a
    campus for which no figure differs is left out.
    """
    today = region.of_programmes({step.programme for step in steps})
    own = {(step.campus, step.programme) for step in steps}
    before, after = (
        {(campus, item.programme): item for campus, item in region_opportunities(each, policy)}
        for each in (today, changed(today, steps))
    )
    found = [
        Effect(*pair, pair in own, before.get(pair), after.get(pair))
        for pair in sorted(before.keys() | after.keys() | own)
        if pair in own or before.get(pair) != after.get(pair)
    ]
    return sorted(found, key=lambda effect: (effect.programme, not effect.is_own, effect.campus))
