"""Regions as arrays for the benchmarks: the demo region's geography, at any size, in memory.

No records are made: at thirty times the demo region, writing and reading them would take longer
than everything that is measured.
"""

from __future__ import annotations

import csv
from dataclasses import replace
from pathlib import Path

import numpy as np

import fixtures
from geo.coordinates import to_lambert
from matching.region import Floats, Ids, Region

CAMPUSES, ESTABLISHMENTS, RECOGNITIONS, PROGRAMMES, OFFERINGS = 1_000, 40_000, 140_000, 180, 2_000
#: Metres from one copy of the region to the next: so far that no catchment spans two.
APART = 400_000.0
#: Of the distances from the centre of a town, in metres.
SPREAD, FARTHEST = 2_500.0, 8_000.0


def towns() -> tuple[Floats, Floats]:
    """The municipalities (n, 2) in Lambert metres and their inhabitants (n,)."""
    folder = Path(fixtures.__path__[0])
    with (folder / "municipalities.csv").open() as file:
        people = {row["nis_code"]: float(row["population"] or 0) for row in csv.DictReader(file)}
    with (folder / "places.csv").open() as file:
        rows = [row for row in csv.DictReader(file) if row["kind"] == "municipality"]
    degrees = np.array([(float(row["longitude"]), float(row["latitude"])) for row in rows])
    return (
        np.column_stack(to_lambert(degrees[:, 0], degrees[:, 1])),
        np.array([people.get(row["key"], 0.0) for row in rows]),
    )


def a_region(seed: int = 7) -> Region:
    """A region the size of Flanders: points by population, programmes by popularity."""
    rng = np.random.default_rng(seed)
    centres, people = towns()
    popular = 1 / (np.arange(PROGRAMMES) + 5.0)
    popular /= popular.sum()

    def points(n: int, evenness: float) -> Floats:
        weight = people**evenness
        town = rng.choice(len(weight), n, p=weight / weight.sum())
        away, angle = np.minimum(rng.exponential(SPREAD, n), FARTHEST), rng.random(n) * 2 * np.pi
        return centres[town] + away[:, None] * np.column_stack([np.cos(angle), np.sin(angle)])

    def pairs(n: int, rows: int) -> tuple[Ids, Ids]:
        """n pairs of a row and a programme, none twice, by row."""
        drawn = rng.integers(0, rows, 2 * n) * PROGRAMMES + rng.choice(PROGRAMMES, 2 * n, p=popular)
        kept = np.sort(rng.permutation(np.unique(drawn))[:n])
        return kept // PROGRAMMES, kept % PROGRAMMES

    at, programme = pairs(RECOGNITIONS, ESTABLISHMENTS)
    campus, offered_programme = pairs(OFFERINGS, CAMPUSES)
    given = rng.choice([0.0, 1.0, 2.0, 3.0, 5.0], RECOGNITIONS, p=[0.05, 0.6, 0.2, 0.1, 0.05])
    return Region(
        stamp="bench",
        starts_in=2026,
        campus_ids=np.arange(CAMPUSES),
        campuses=points(CAMPUSES, 0.7),
        establishment_ids=np.arange(ESTABLISHMENTS),
        establishments=points(ESTABLISHMENTS, 1.0),
        programme_ids=np.arange(PROGRAMMES),
        recognition_ids=np.arange(RECOGNITIONS),
        at=at,
        programme=programme,
        offered=np.where(rng.random(RECOGNITIONS) < 0.15, np.nan, given),
        taken=np.minimum(rng.integers(0, 3, RECOGNITIONS), given),
        lapses=rng.random(RECOGNITIONS) < 0.2,
        campus=campus,
        offered_programme=offered_programme,
        pupils=rng.integers(1, 9, OFFERINGS).astype(np.float64),
    )


def copies(region: Region, n: int) -> Region:
    """n such regions side by side, far enough apart: n times the pairs, at the same density."""
    across = int(np.ceil(np.sqrt(n)))
    corners = np.array([(i % across, i // across) for i in range(n)]) * APART

    def moved(points: Floats) -> Floats:
        return (corners[:, None] + points[None]).reshape(-1, 2)

    def shifted(rows: Ids, size: int) -> Ids:
        return (np.arange(n)[:, None] * size + rows[None]).ravel()

    c, e, r = (len(ids) for ids in (region.campus_ids, region.establishment_ids, region.at))
    return replace(
        region,
        campus_ids=np.arange(n * c),
        campuses=moved(region.campuses),
        establishment_ids=np.arange(n * e),
        establishments=moved(region.establishments),
        recognition_ids=np.arange(n * r),
        at=shifted(region.at, e),
        programme=np.tile(region.programme, n),
        offered=np.tile(region.offered, n),
        taken=np.tile(region.taken, n),
        lapses=np.tile(region.lapses, n),
        campus=shifted(region.campus, c),
        offered_programme=np.tile(region.offered_programme, n),
        pupils=np.tile(region.pupils, n),
    )
