"""Places per pupil as PySAL's `access` computes them, from the arrays of a region.

`access` is the reference implementation of the floating catchment methods (J. Saxon et al., "An
Open Software Environment to Make Spatial Access Metrics More Accessible", Journal of Computational
Social Science 5 (2022) 265-284).
"""

from collections.abc import Iterable

import numpy as np
import pandas as pd
from access import fca

from matching.catchment import Decay, Floats
from matching.region import Region


def places_per_pupil(
    region: Region, decay: Decay, extra: Iterable[tuple[int, int, int]] = ()
) -> Floats:
    """Per campus and programme (c, p); 0 where nothing is in reach.

    `extra` are groups that do not exist: campus and programme (row numbers) and pupils.
    """

    def weight(metres: float) -> float:
        return next((value for limit, value in decay.pairs if metres <= limit), 0.0)

    pupils = region.pupil_table()
    for campus, programme, more in extra:
        pupils[campus, programme] += more
    found = np.zeros(pupils.shape)
    for programme in range(pupils.shape[1]):
        rows = np.flatnonzero(region.programme == programme)
        draws = np.flatnonzero(pupils[:, programme])
        spots = region.establishments[region.at[rows]]
        metres = np.hypot(*(region.campuses[:, None] - spots[None]).transpose(2, 0, 1))
        origin, dest = np.nonzero(metres <= decay.catchment)
        costs = pd.DataFrame({"origin": origin, "dest": dest, "cost": metres[origin, dest]})
        # Where nobody draws, `access` would divide by nothing.
        claimed = costs["dest"][costs["origin"].isin(draws)]
        if not len(claimed):
            continue
        shares = fca.two_stage_fca(
            demand_df=pd.DataFrame({"demand": pupils[:, programme]}),
            supply_df=pd.DataFrame({"supply": np.nan_to_num(region.offered[rows])}),
            cost_df=costs[costs["dest"].isin(claimed)],
            max_cost=decay.catchment,
            demand_index=True,
            weight_fn=weight,
        )
        found[shares.index, programme] = shares
    return found
