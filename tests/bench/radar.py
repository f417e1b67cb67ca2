"""The radar of a whole region, beside what one would write first, and its growth.

1,000 campuses, 180 programmes, 40,000 establishments and 140,000 recognitions within 25 km. Each
alternative gives, per campus and programme, the same counts of recognitions, unknown, lapsing,
given and free places in reach, and the places per pupil of Luo and Qi; that they are equal to ours
is checked. Ours gives more: a new group where a programme is not offered, the range of unknown
places, pupils, rivals and the nearest other campus. Each part runs in a process of its own, so that
its memory is its own.
"""

from __future__ import annotations

import argparse
import json
import resource
import subprocess
import sys
import time
from collections.abc import Callable
from typing import Any

import django

django.setup()

import numpy as np  # noqa: E402
from django.db import connection  # noqa: E402
from rich.console import Console  # noqa: E402
from rich.table import Table  # noqa: E402

from geo.coordinates import LAMBERT_2008, WGS84, transform  # noqa: E402
from matching.opportunities import DEFAULT_RADAR  # noqa: E402
from matching.region import Region  # noqa: E402
from matching.region_radar import RegionRadar, region_radar  # noqa: E402
from tests.bench.regions import a_region, copies  # noqa: E402

DECAY = DEFAULT_RADAR.decay
#: What the alternatives count, as arrays (c, p).
COUNTS = ("recognitions", "unknown", "lapsing", "places_low", "free")
#: Every so many programmes for `access`, which takes minutes for all.
FEW = 10
#: Mean radius of the earth in metres, as haversine has it.
EARTH = 6_371_008.8

Counts = dict[str, Any]


def columns(region: Region) -> np.ndarray:
    """What is summed per recognition (r, 5), in the order of `COUNTS`."""
    low = np.nan_to_num(region.offered)
    return np.column_stack(
        [np.ones(len(low)), np.isnan(region.offered), region.lapses, low,
         np.nan_to_num(region.free)]
    )  # fmt: skip


def ball_tree(region: Region) -> Counts:
    """A tree of the establishments of each programme, asked for what lies around the campuses."""
    from sklearn.neighbors import BallTree

    def radians(points: np.ndarray) -> np.ndarray:
        x, y = transform(LAMBERT_2008, WGS84, points[:, 0], points[:, 1])
        return np.radians(np.column_stack([y, x]))

    campuses, places = radians(region.campuses), radians(region.establishments)
    pupils, offers = region.pupil_table(), region.offer_table()
    values, low = columns(region), np.nan_to_num(region.offered)
    c, p = pupils.shape
    found = {name: np.zeros((c, p)) for name in (*COUNTS, "per_pupil_low")}
    for programme in range(p):
        rows = np.flatnonzero(region.programme == programme)
        tree = BallTree(places[region.at[rows]], metric="haversine")
        near, away = tree.query_radius(campuses, DECAY.catchment / EARTH, return_distance=True)
        lengths = np.array([len(one) for one in near])
        campus, row = np.repeat(np.arange(c), lengths), np.concatenate(near)
        band = np.searchsorted(DECAY.metres, np.concatenate(away) * EARTH)
        weight = np.append(DECAY.weights, 0.0)[band]
        for n, name in enumerate(COUNTS):
            found[name][:, programme] = np.bincount(campus, values[rows[row], n], c)
        demand = np.bincount(row, weight * pupils[campus, programme], len(rows))
        ratio = np.divide(low[rows], demand, out=np.zeros(len(rows)), where=demand > 0)
        per_pupil = np.bincount(campus, weight * ratio[row], c)
        found["per_pupil_low"][:, programme] = np.where(offers[:, programme], per_pupil, np.nan)
    return found


def geopandas_join(region: Region) -> Counts:
    """A spatial join of campuses and establishments, then merges and groups in pandas."""
    import geopandas
    import pandas as pd

    crs = f"EPSG:{LAMBERT_2008}"
    campuses, places = (
        geopandas.GeoDataFrame(geometry=geopandas.points_from_xy(*points.T), crs=crs)
        for points in (region.campuses, region.establishments)
    )
    pairs = campuses.sjoin(places, predicate="dwithin", distance=DECAY.catchment)
    pairs = pd.DataFrame({"campus": pairs.index, "at": pairs["index_right"].to_numpy()})
    away = region.campuses[pairs["campus"]] - region.establishments[pairs["at"]]
    band = np.searchsorted(DECAY.metres, np.hypot(*away.T))
    pairs["weight"] = np.append(DECAY.weights, 0.0)[band]
    rows = pd.DataFrame(columns(region), columns=COUNTS)
    rows["at"], rows["programme"] = region.at, region.programme
    rows["row"] = np.arange(len(rows))
    offerings = pd.DataFrame(
        {"campus": region.campus, "programme": region.offered_programme, "pupils": region.pupils}
    )
    c, p = len(region.campus_ids), len(region.programme_ids)
    found = {name: np.zeros((c, p)) for name in COUNTS}
    per_pupil = np.full((c, p), np.nan)
    # All programmes at once would take some gigabytes.
    for programme, some in rows.groupby("programme"):
        near = pairs.merge(some, on="at")
        sums = near.groupby("campus")[list(COUNTS)].sum()
        for name in COUNTS:
            found[name][sums.index, programme] = sums[name]
        drawing = near.merge(offerings[offerings["programme"] == programme], on="campus")
        drawing["draws"] = drawing["weight"] * drawing["pupils"]
        demand = drawing.groupby("row")["draws"].sum().rename("demand")
        drawing = drawing.join(demand, on="row")
        drawing["share"] = drawing["weight"] * drawing["places_low"] / drawing["demand"]
        shares = drawing.groupby("campus")["share"].sum()
        per_pupil[shares.index, programme] = shares
    return found | {
        "per_pupil_low": np.where(region.offer_table(), np.nan_to_num(per_pupil), np.nan)
    }


def pysal_access(region: Region) -> Counts:
    """PySAL's `access`, for every tenth programme: catchment sums and two-stage areas.

    It takes the distances as given; they come from a tree.
    """
    import pandas as pd
    from access import fca
    from scipy.spatial import cKDTree

    def weight(metres: float) -> float:
        for limit, value in DECAY.pairs:
            if metres <= limit:
                return value
        return 0.0

    c, p = len(region.campus_ids), len(region.programme_ids)
    pupils, offers, values = region.pupil_table(), region.offer_table(), columns(region)
    found = {name: np.full((c, p), np.nan) for name in (*COUNTS, "per_pupil_low")}
    campuses = cKDTree(region.campuses)
    for programme in range(0, p, FEW):
        rows = np.flatnonzero(region.programme == programme)
        places = cKDTree(region.establishments[region.at[rows]])
        away = campuses.sparse_distance_matrix(places, DECAY.catchment, output_type="ndarray")
        costs = pd.DataFrame({"origin": away["i"], "dest": away["j"], "cost": away["v"]})
        supply = pd.DataFrame(values[rows], columns=COUNTS)
        for name in COUNTS:
            sums = fca.weighted_catchment(
                supply[[name]], costs, DECAY.catchment, cost_source="dest", cost_dest="origin",
                loc_index=True, loc_value=name,
            )  # fmt: skip
            found[name][:, programme] = 0
            found[name][sums.index, programme] = sums
        draws = np.flatnonzero(offers[:, programme])
        demand = pd.DataFrame({"demand": pupils[draws, programme]}, index=draws)
        mine = costs[costs["origin"].isin(draws)]
        shares = fca.two_stage_fca(
            demand, supply[["places_low"]], mine, DECAY.catchment, demand_index=True,
            supply_name="places_low", weight_fn=weight,
        )  # fmt: skip
        found["per_pupil_low"][draws, programme] = 0
        found["per_pupil_low"][shares.index, programme] = shares
    return found


SQL = """
WITH pair AS MATERIALIZED (
    SELECT c.id AS campus, e.id AS at,
        CASE {bands} END AS weight
    FROM bench_campus c JOIN bench_establishment e ON ST_DWithin(c.point, e.point, {catchment})
), demand AS (
    SELECT r.id, sum(p.weight * o.pupils) AS demand
    FROM bench_recognition r
    JOIN pair p USING (at)
    JOIN bench_offering o USING (campus, programme)
    GROUP BY r.id
)
SELECT p.campus, r.programme, count(*) AS recognitions, sum(r.unknown) AS unknown,
    sum(r.lapsing) AS lapsing, sum(r.places_low) AS places_low, sum(r.free) AS free,
    sum(p.weight * r.places_low / nullif(d.demand, 0)) AS per_pupil_low
FROM pair p JOIN bench_recognition r USING (at) LEFT JOIN demand d USING (id)
GROUP BY p.campus, r.programme
"""


def postgis(region: Region) -> Counts:
    """One aggregation in SQL, over tables with their indexes; making those is not counted."""
    values = columns(region)
    connection.ensure_connection()
    # The driver's own cursor: Django's knows no COPY.
    with connection.connection.cursor() as cursor:
        cursor.execute("CREATE EXTENSION IF NOT EXISTS postgis")
        for name, points in (("campus", region.campuses), ("establishment", region.establishments)):
            cursor.execute(
                f"CREATE TEMP TABLE bench_{name} (id int, point geometry(Point, {LAMBERT_2008}))"
            )
            with cursor.copy(f"COPY bench_{name} FROM STDIN") as copy:
                for row, (x, y) in enumerate(points.tolist()):
                    copy.write_row([row, f"SRID={LAMBERT_2008};POINT({x!r} {y!r})"])
            cursor.execute(f"CREATE INDEX ON bench_{name} USING gist (point)")
        cursor.execute(
            "CREATE TEMP TABLE bench_recognition (id int, at int, programme int, unknown float8, "
            "lapsing float8, places_low float8, free float8)"
        )
        with cursor.copy("COPY bench_recognition FROM STDIN") as copy:
            rows = zip(region.at.tolist(), region.programme.tolist(), values.tolist(), strict=True)
            for row, (at, programme, counts) in enumerate(rows):
                copy.write_row([row, at, programme, *counts[1:]])
        cursor.execute(
            "CREATE TEMP TABLE bench_offering (campus int, programme int, pupils float8)"
        )
        with cursor.copy("COPY bench_offering FROM STDIN") as copy:
            for row in zip(region.campus.tolist(), region.offered_programme.tolist(),
                           region.pupils.tolist(), strict=True):  # fmt: skip
                copy.write_row(row)
        cursor.execute("CREATE INDEX ON bench_recognition (at)")
        cursor.execute("ANALYZE")
        cursor.execute("SET work_mem = '256MB'")
        bands = " ".join(
            f"WHEN ST_DWithin(c.point, e.point, {metres}) THEN {weight}"
            for metres, weight in DECAY.pairs
        )
        start = time.perf_counter()
        cursor.execute(SQL.format(bands=bands, catchment=DECAY.catchment))
        answer = np.array(cursor.fetchall(), dtype=float)
        seconds = time.perf_counter() - start
    found = {}
    where = answer[:, 0].astype(int), answer[:, 1].astype(int)
    for n, name in enumerate((*COUNTS, "per_pupil_low"), start=2):
        found[name] = np.zeros((len(region.campus_ids), len(region.programme_ids)))
        found[name][where] = np.nan_to_num(answer[:, n])
    found["per_pupil_low"][~region.offer_table()] = np.nan
    return found | {"seconds": seconds}


def ours(region: Region) -> Counts:
    return vars(region_radar(region))


ALTERNATIVES: dict[str, Callable[[Region], Counts]] = {
    "one SQL aggregation in PostGIS": postgis,
    "scikit-learn BallTree (haversine)": ball_tree,
    "GeoPandas spatial join": geopandas_join,
    f"PySAL access, every {FEW}th programme": pysal_access,
}
PARTS = {"ours": ours} | ALTERNATIVES
#: What works in another process than the one that is measured.
ELSEWHERE = ("one SQL aggregation in PostGIS",)
#: How far counts may differ: haversine measures on a sphere, others in the plane.
TOLERANCE = {"scikit-learn BallTree (haversine)": 0.02}


def compare(name: str, found: Counts, radar: RegionRadar) -> None:
    """Raise AssertionError where an alternative counts something else."""
    tolerance = TOLERANCE.get(name, 1e-6)
    for count in COUNTS:
        mine, theirs = getattr(radar, count), found[count]
        asked = ~np.isnan(theirs)
        total = mine[asked].sum()
        assert np.abs(mine[asked] - theirs[asked]).sum() <= tolerance * total, (name, count)
    asked = radar.offered & ~np.isnan(found["per_pupil_low"])
    mine, theirs = radar.per_pupil_low[asked], found["per_pupil_low"][asked]
    assert np.abs(mine - theirs).sum() <= tolerance * mine.sum(), (name, "per_pupil_low")


def measure(name: str, times: int, runs: int) -> None:
    """Run a part in this process and print what it took: the best of some runs."""
    region = copies(a_region(), times)
    before = peak()
    seconds, processor, found = [], [], {}
    for _ in range(runs):
        start, used = time.perf_counter(), time.process_time()
        found = PARTS[name](region)
        processor.append(time.process_time() - used)
        seconds.append(found.pop("seconds", time.perf_counter() - start))
    radar = region_radar(region) if name != "ours" else RegionRadar(**found)
    memory = peak()
    compare(name, found, radar)
    asked = ~np.isnan(found["recognitions"])
    pairs = float(radar.recognitions[asked].sum())
    answer = {
        "seconds": min(seconds),
        "processor": min(processor),
        "pairs": pairs,
        "memory": memory,
        "before": before,
    }
    sys.stdout.write(json.dumps(answer))


def peak() -> float:
    """The most memory this process has had so far, in MB."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


def run(name: str, times: int = 1, runs: int = 1) -> dict[str, float]:
    command = [sys.executable, "-m", "tests.bench.radar", "--part", name]
    done = subprocess.run(
        [*command, "--times", str(times), "--runs", str(runs)],
        stdout=subprocess.PIPE,
        text=True,
        check=True,
    )
    answer: dict[str, float] = json.loads(done.stdout.splitlines()[-1])
    return answer


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--part", choices=PARTS)
    parser.add_argument("--times", type=int, default=1)
    parser.add_argument("--runs", type=int, default=1)
    parser.add_argument("--growth", type=int, nargs="*", default=[10, 30])
    options = parser.parse_args()
    if options.part:
        measure(options.part, options.times, options.runs)
        return
    console = Console()
    results = {"ours": run("ours", runs=3)} | {name: run(name) for name in ALTERNATIVES}
    head = ("pairs, millions", "seconds", "of a processor", "peak MB (before)")
    table = Table("the region's radar", *head, "x ours, per pair")
    mine = results["ours"]["seconds"] / results["ours"]["pairs"]
    for name, found in results.items():
        table.add_row(*line(name, found), f"{found['seconds'] / found['pairs'] / mine:.1f}")
    console.print(table)
    table = Table("ours, regions side by side", *head, "seconds per million")
    for times in (1, *options.growth):
        found = run("ours", times) if times > 1 else results["ours"]
        rate = found["seconds"] / found["pairs"] * 1e6
        table.add_row(*line(f"x {times}", found), f"{rate:.3f}")
    console.print(table)


def line(name: str, found: dict[str, float]) -> list[str]:
    return [
        name,
        f"{found['pairs'] / 1e6:.1f}",
        f"{found['seconds']:.2f}",
        "" if name in ELSEWHERE else f"{found['processor']:.2f}",
        f"{found['memory']:.0f} ({found['before']:.0f})",
    ]


if __name__ == "__main__":
    main()
