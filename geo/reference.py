"""Loads provinces, municipalities, postal codes and their points from `fixtures/`.

`fixtures/README.md` says which values are official. Loading changes what differs and nothing
else, so that a second run changes nothing; it never deletes, since others may refer to a row.
"""

from __future__ import annotations

import csv
import json
from collections.abc import Hashable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any, TypeVar

from django.conf import settings
from django.contrib.gis.geos import GEOSGeometry, MultiPolygon, Point
from django.db import models, transaction

from geo.models import BoundarySource, Municipality, PostalCode, Province

FIXTURES = Path(settings.BASE_DIR) / "fixtures"

Row = dict[str, str]
M = TypeVar("M", bound=models.Model)


class ReferenceDataError(Exception):
    """A file of reference data contradicts itself or is missing; the message says where."""


@dataclass(frozen=True)
class Loaded:
    """What loading a table did, in rows."""

    table: str
    created: int = 0
    changed: int = 0
    unchanged: int = 0

    @property
    def total(self) -> int:
        return self.created + self.changed + self.unchanged


def rows_of(name: str) -> Iterator[Row]:
    """The rows of a CSV in `fixtures/`, every cell stripped."""
    try:
        with (FIXTURES / name).open(encoding="utf-8", newline="") as stream:
            for row in csv.DictReader(stream):
                yield {column: (cell or "").strip() for column, cell in row.items()}
    except FileNotFoundError as error:
        raise ReferenceDataError(f"Missing file: {FIXTURES / name}") from error


def day(text: str) -> date | None:
    """A date of the form 2025-01-01; None for an empty cell."""
    return date.fromisoformat(text) if text else None


def synchronise(
    table: type[M],
    key: tuple[str, ...],
    wanted: Iterable[Mapping[str, Any]],
) -> Loaded:
    """Make rows exist with these values, found by the key fields; only what differs is written.

    Foreign keys are given as `<field>_id`. All mappings carry the same fields.
    """

    def key_of(source: M) -> Hashable:
        return tuple(getattr(source, field) for field in key)

    existing = {key_of(row): row for row in table._default_manager.all()}
    new: list[M] = []
    changed: list[M] = []
    unchanged = 0
    fields: set[str] = set()
    for values in wanted:
        row = existing.get(tuple(values[field] for field in key))
        if row is None:
            new.append(table(**values))
            continue
        fields.update(values)
        differing = [field for field, value in values.items() if getattr(row, field) != value]
        if not differing:
            unchanged += 1
            continue
        for field in differing:
            setattr(row, field, values[field])
        changed.append(row)
    table._default_manager.bulk_create(new, batch_size=500)
    if changed:
        names = sorted(fields - set(key))
        table._default_manager.bulk_update(
            changed, [name.removesuffix("_id") for name in names], batch_size=500
        )
    return Loaded(str(table._meta.verbose_name_plural), len(new), len(changed), unchanged)


def boundaries_of(name: str, code_property: str) -> dict[str, MultiPolygon]:
    """The boundaries of a GeoJSON file of our own, per code."""
    path = FIXTURES / "boundaries" / name
    try:
        collection = json.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError as error:
        raise ReferenceDataError(f"Missing file: {path}") from error
    boundaries = {}
    for feature in collection["features"]:
        geometry = GEOSGeometry(json.dumps(feature["geometry"]), srid=4326)
        if not isinstance(geometry, MultiPolygon):
            raise ReferenceDataError(f"{path}: a boundary is a MultiPolygon")
        boundaries[feature["properties"][code_property]] = geometry
    return boundaries


def points() -> dict[tuple[str, str], Point]:
    """The points of places.csv, per (kind, key)."""
    return {
        (row["kind"], row["key"]): Point(float(row["longitude"]), float(row["latitude"]), srid=4326)
        for row in rows_of("places.csv")
    }


def load_provinces() -> Loaded:
    """Provincies, Brussels included, with their boundaries."""
    boundaries = boundaries_of("provinces.geojson", "code")
    return synchronise(
        Province,
        ("code",),
        [
            {
                "code": row["code"],
                "name": row["name_nl"],
                "name_en": row["name_en"],
                "region": row["region"],
                "boundary": boundaries[row["code"]],
            }
            for row in rows_of("provinces.csv")
        ],
    )


def load_municipalities() -> Loaded:
    """Gemeenten of today and those that merged, with points and approximate boundaries.

    A boundary loaded from an official file stays.
    """
    provinces = dict(Province.objects.values_list("code", "pk"))
    approximate = boundaries_of("municipalities.geojson", "nis_code")
    places = points()
    rows = list(rows_of("municipalities.csv"))

    def values(row: Row) -> dict[str, Any]:
        return {
            "nis_code": row["nis_code"],
            "name": row["name"],
            "province_id": provinces[row["province_code"]],
            "valid_from": day(row["valid_from"]),
            "valid_until": day(row["valid_until"]),
            "merged_into_id": today.get(row["merged_into"]),
            "population": int(row["population"]) if row["population"] else None,
            "point": places["municipality", row["nis_code"]],
        }

    # Successors first: a merged municipality refers to one.
    today: dict[str, int] = {}
    current = synchronise(
        Municipality, ("nis_code",), [values(row) for row in rows if not row["merged_into"]]
    )
    today.update(Municipality.objects.today().values_list("nis_code", "pk"))
    if lost := [r["nis_code"] for r in rows if r["merged_into"] and r["merged_into"] not in today]:
        raise ReferenceDataError(f"municipalities.csv: merged into an unknown code: {lost}")
    merged = synchronise(
        Municipality, ("nis_code",), [values(row) for row in rows if row["merged_into"]]
    )
    _draw_approximate(approximate)
    return Loaded(
        current.table,
        current.created + merged.created,
        current.changed + merged.changed,
        current.unchanged + merged.unchanged,
    )


def _draw_approximate(boundaries: Mapping[str, MultiPolygon]) -> None:
    """Give municipalities without an official boundary the approximate one."""
    drawn = []
    for municipality in Municipality.objects.exclude(boundary_source=BoundarySource.OFFICIAL):
        boundary = boundaries.get(municipality.nis_code)
        if boundary is not None and municipality.boundary != boundary:
            municipality.boundary = boundary
            municipality.boundary_source = BoundarySource.APPROXIMATE
            drawn.append(municipality)
    Municipality.objects.bulk_update(drawn, ["boundary", "boundary_source"], batch_size=100)


def load_postal_codes() -> Loaded:
    """Postcodes, one row per place that a code serves."""
    municipalities = dict(Municipality.objects.values_list("nis_code", "pk"))
    places = points()
    return synchronise(
        PostalCode,
        ("code", "place_name", "municipality_id"),
        [
            {
                "code": row["postal_code"],
                "place_name": row["place_name"],
                "municipality_id": municipalities[row["nis_code"]],
                "point": places[
                    "place", f"{row['postal_code']} {row['nis_code']} {row['place_name']}"
                ],
            }
            for row in rows_of("postal_codes.csv")
        ],
    )


@transaction.atomic
def load() -> list[Loaded]:
    """All reference data of this app, or nothing if a file is wrong."""
    return [load_provinces(), load_municipalities(), load_postal_codes()]
