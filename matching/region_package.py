"""The region as a GeoPackage (OGC 12-128), for whoever works in a GIS.

Four layers, all in WGS 84 (EPSG:4326): `campuses`, `establishments` and `recognitions` as points,
`municipalities` as areas. Records without a point are left out: a layer of points has no place for
them. No personal data: no mail addresses, telephone numbers or mentors.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

import numpy as np
from django.db.models import F, QuerySet

from companies.models import Establishment, Recognition
from geo.models import Municipality
from schools.models import Campus, SchoolYear

ROWS_AT_A_TIME = 5_000
CRS = "EPSG:4326"


@dataclass(frozen=True)
class Layer:
    """A layer: its records, where their geometry stands, and its fields by name."""

    name: str
    geometry_type: str
    records: QuerySet[Any]
    geometry: str
    fields: dict[str, str]


def layers(school_year: SchoolYear, today: date) -> list[Layer]:
    """The layers, as of a day and a school year."""
    return [
        Layer(
            "campuses",
            "Point",
            Campus.objects.open().order_by("pk"),
            "point",
            {
                "school_number": "school__number",
                "site_number": "site_number",
                "school": "school__name",
                "campus": "name",
                "postal_code": "postal_code",
                "municipality": "municipality__name",
                "precision": "precision",
            },
        ),
        Layer(
            "establishments",
            "Point",
            Establishment.objects.active().order_by("pk"),
            "point",
            {
                "unit_number": "unit_number",
                "name": "name",
                "enterprise_number": "company__enterprise_number",
                "company": "company__name",
                "postal_code": "postal_code",
                "municipality": "municipality__name",
                "precision": "precision",
            },
        ),
        Layer(
            "recognitions",
            "Point",
            Recognition.objects.usable_in(school_year, today).order_by("pk"),
            "establishment__point",
            {
                "unit_number": "establishment__unit_number",
                "establishment": "establishment__name",
                "programme_number": "programme__number",
                "programme": "programme__title",
                "valid_from": "valid_from",
                "valid_until": "valid_until",
            },
        ),
        Layer(
            "municipalities",
            "MultiPolygon",
            Municipality.objects.filter(valid_until__isnull=True).order_by("pk"),
            "boundary",
            {
                "nis_code": "nis_code",
                "name": "name",
                "province": "province__name",
                "boundary_source": "boundary_source",
            },
        ),
    ]


def write_region(
    path: Path,
    school_year: SchoolYear,
    today: date,
    told: Callable[[str, int], None] = lambda layer, rows: None,
) -> None:
    """Write the layers into a new file; `told` hears of each layer and its number of records."""
    path.unlink(missing_ok=True)
    for layer in layers(school_year, today):
        rows = _rows(layer)
        _write(path, layer, rows)
        told(layer.name, len(rows))


def _rows(layer: Layer) -> list[tuple[Any, ...]]:
    found = (
        layer.records.filter(**{f"{layer.geometry}__isnull": False})
        .annotate(geometry_=F(layer.geometry))
        .values_list("geometry_", *layer.fields.values())
    )
    return list(found.iterator(chunk_size=ROWS_AT_A_TIME))


def _write(path: Path, layer: Layer, rows: Sequence[tuple[Any, ...]]) -> None:
    # 60 MB with pandas, which no page needs.
    import pyogrio

    columns = list(zip(*rows, strict=True)) or [()] * (len(layer.fields) + 1)
    pyogrio.raw.write(
        path,
        geometry=_array(bytes(shape.wkb) for shape in columns[0]),
        field_data=[
            np.array(column, dtype=TYPES[name]) if name in TYPES else _values(column)
            for name, column in zip(layer.fields, columns[1:], strict=True)
        ],
        fields=list(layer.fields),
        layer=layer.name,
        driver="GPKG",
        geometry_type=layer.geometry_type,
        crs=CRS,
        # Boundaries may be one polygon or several.
        promote_to_multi=layer.geometry_type.startswith("Multi"),
    )


def _values(column: Iterable[Any]) -> Any:
    """Texts; an unknown one is empty."""
    return _array("" if value is None else str(value) for value in column)


#: Fields that are no text, by name: the type is the field's, whatever the records hold.
TYPES: dict[str, str] = {
    "site_number": "int32",
    "programme_number": "int32",
    "valid_from": "datetime64[D]",
    "valid_until": "datetime64[D]",
}


def _array(values: Iterable[Any]) -> Any:
    found = list(values)
    array = np.empty(len(found), dtype=object)
    array[:] = found
    return array
