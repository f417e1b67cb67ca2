"""Small regions as arrays, drawn by hypothesis: with unknown places, ties and borders."""

import numpy as np
from hypothesis import strategies as st

from matching.region import Region

CAMPUSES, SPOTS, PROGRAMMES = 5, 12, 3
#: The primary keys of the first campus and the first programme.
FIRST_CAMPUS, FIRST_PROGRAMME = 10, 80


@st.composite
def regions(draw: st.DrawFn) -> Region:
    """A small region on a grid of 4 km, so that some lie on the border of a band or on one spot.

    It has unknown places and numbers of pupils, and programmes that nobody offers.
    """
    seed = np.random.default_rng(draw(st.integers(0, 10_000)))
    r, o = draw(st.integers(1, 25)), draw(st.integers(0, 8))
    pairs = seed.permutation(CAMPUSES * PROGRAMMES)[:o]
    return Region(
        stamp="",
        starts_in=2026,
        campus_ids=np.arange(CAMPUSES) + FIRST_CAMPUS,
        campuses=seed.integers(-5, 5, (CAMPUSES, 2)) * 4000.0,
        establishment_ids=np.arange(SPOTS),
        establishments=seed.integers(-5, 5, (SPOTS, 2)) * 4000.0,
        programme_ids=np.arange(PROGRAMMES) + FIRST_PROGRAMME,
        recognition_ids=np.arange(r),
        at=seed.integers(0, SPOTS, r),
        programme=seed.integers(0, PROGRAMMES, r),
        offered=np.where(seed.random(r) < 0.3, np.nan, seed.integers(0, 4, r).astype(float)),
        taken=np.zeros(r) + seed.integers(0, 2),
        lapses=seed.random(r) < 0.3,
        campus=pairs // PROGRAMMES,
        offered_programme=pairs % PROGRAMMES,
        pupils=np.where(seed.random(o) < 0.2, np.nan, seed.integers(0, 6, o).astype(float)),
    )
