"""Replaces approximate municipal boundaries by those of an official file.

GeoJSON, TopoJSON and GeoPackage are read by GDAL, by NIS code. A file from before a merger serves
too: a municipality of today gets the union of what it was made of.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path

from django.contrib.gis.gdal import DataSource, GDALException, OGRGeometry
from django.contrib.gis.gdal.layer import Layer
from django.contrib.gis.geos import GeometryCollection, GEOSGeometry, MultiPolygon, Polygon
from django.db import transaction

from geo.models import BoundarySource, Municipality

#: Names under which publishers give the NIS code, tried in this order, whatever the case.
CODE_PROPERTIES = ("nis_code", "niscode", "nis", "refnis", "cd_munty_refnis", "refniscode", "code")
#: West, south, east, north of Belgium in degrees, with room to spare.
BELGIUM = (2.3, 49.3, 6.6, 51.7)
#: First digits of NIS codes in Wallonia, which a Belgian file holds and we do not.
WALLONIA = re.compile(r"^(25|[5689])\d+$")


class BoundaryError(Exception):
    """A file that cannot be loaded; the message tells its reader why."""


@dataclass
class Drawn:
    """What loading boundaries did."""

    updated: int = 0
    #: Codes whose geometry was invalid and was repaired.
    repaired: list[str] = field(default_factory=list)
    #: Municipalities of today that the file does not hold (whole); they keep what they had.
    missing: list[str] = field(default_factory=list)
    #: How many Walloon municipalities were left aside.
    walloon: int = 0


def load_boundaries(
    path: Path, code_property: str | None = None, layer_name: str | None = None
) -> Drawn:
    """Load municipal boundaries from a file, all of it or (with BoundaryError) nothing."""
    layer = _layer(_open(path), code_property, layer_name)
    drawn = Drawn()
    geometries = _geometries(layer, _code_property(layer, code_property), drawn)
    with transaction.atomic():
        _draw(geometries, drawn)
    return drawn


def _open(path: Path) -> DataSource:
    if not path.is_file():
        raise BoundaryError(f"No such file: {path}")
    try:
        return DataSource(path)
    except GDALException as error:
        raise BoundaryError(
            f"{path} is no GeoJSON, TopoJSON or GeoPackage that GDAL can read: {error}"
        ) from error


def _layer(source: DataSource, code_property: str | None, name: str | None) -> Layer:
    """The layer of that name, or the only one that holds municipalities we know."""
    layers: list[Layer] = [source[index] for index in range(source.layer_count)]
    names = [layer.name for layer in layers]
    if name is not None:
        if name not in names:
            raise BoundaryError(f"No layer {name!r}; the file has: {', '.join(names)}")
        return layers[names.index(name)]
    if len(layers) == 1:
        return layers[0]
    known = set(Municipality.objects.values_list("nis_code", flat=True))
    holding = []
    for layer in layers:
        try:
            column = _code_property(layer, code_property)
        except BoundaryError:
            continue
        if any(_code(feature.get(column)) in known for feature in layer):
            holding.append(layer)
    if len(holding) != 1:
        raise BoundaryError(f"Choose a layer with --layer; the file has: {', '.join(names)}")
    return holding[0]


def _code_property(layer: Layer, wanted: str | None) -> str:
    fields: list[str] = list(layer.fields)
    if wanted is not None:
        if wanted in fields:
            return wanted
        raise BoundaryError(f"No property {wanted!r}; layer {layer.name} has: {', '.join(fields)}")
    by_lower_case = {name.lower(): name for name in fields}
    for candidate in CODE_PROPERTIES:
        if candidate in by_lower_case:
            return by_lower_case[candidate]
    raise BoundaryError(
        f"Name the property with the NIS code with --code-property; layer {layer.name} has: "
        f"{', '.join(fields) or 'none'}"
    )


def _code(value: object) -> str:
    """A NIS code as text: files hold it as text, integer or decimal number."""
    if isinstance(value, float) and value.is_integer():
        value = int(value)
    text = str(value).strip()
    return text.zfill(5) if text.isdecimal() else text


def _geometries(layer: Layer, code_property: str, drawn: Drawn) -> dict[str, GEOSGeometry]:
    """Valid polygons in WGS 84 per NIS code, refused together with every code we do not know."""
    known = set(Municipality.objects.values_list("nis_code", flat=True))
    unknown: set[str] = set()
    parts: dict[str, list[GEOSGeometry]] = defaultdict(list)
    for feature in layer:
        code = _code(feature.get(code_property))
        if code not in known:
            if WALLONIA.match(code):
                drawn.walloon += 1
            else:
                unknown.add(code)
            continue
        try:
            geometry = _in_degrees(feature.geom, layer)
        except GDALException as error:
            raise BoundaryError(f"{code}: no usable geometry ({error})") from error
        if not geometry.valid:
            geometry = geometry.make_valid()
            drawn.repaired.append(code)
        parts[code].append(_as_multipolygon(code, [geometry]))
    if unknown:
        listed = ", ".join(sorted(unknown)[:20])
        more = f" and {len(unknown) - 20} more" if len(unknown) > 20 else ""
        raise BoundaryError(f"Unknown NIS codes in {code_property!r}: {listed}{more}")
    if not parts:
        raise BoundaryError("The file holds no municipality of Flanders or Brussels")
    return {code: _as_multipolygon(code, geometries) for code, geometries in parts.items()}


def _in_degrees(geometry: OGRGeometry, layer: Layer) -> GEOSGeometry:
    """A GEOS geometry in WGS 84, two-dimensional; a layer without a system is taken for it."""
    if layer.srs is not None:
        geometry.transform(4326)
    geometry.set_3d(False)
    geos = geometry.geos
    geos.srid = 4326
    if geos.empty:
        raise GDALException("it is empty")
    west, south, east, north = geos.extent
    if west < BELGIUM[0] or south < BELGIUM[1] or east > BELGIUM[2] or north > BELGIUM[3]:
        raise GDALException(
            "it lies outside Belgium: are the coordinates WGS 84, or is the system missing?"
        )
    return geos


def _as_multipolygon(code: str, geometries: Iterable[GEOSGeometry]) -> MultiPolygon:
    """The union of the polygons in geometries; lines and points left by a repair fall away."""
    polygons: list[Polygon] = []

    def collect(geometry: GEOSGeometry) -> None:
        if isinstance(geometry, Polygon):
            polygons.append(geometry)
        elif isinstance(geometry, GeometryCollection):  # MultiPolygon is one
            for part in geometry:
                collect(part)

    for geometry in geometries:
        collect(geometry)
    if not polygons:
        raise BoundaryError(f"{code}: the geometry is no polygon")
    union = MultiPolygon(polygons, srid=4326).unary_union
    union.srid = 4326
    return union if isinstance(union, MultiPolygon) else MultiPolygon(union, srid=4326)


def _draw(geometries: dict[str, GEOSGeometry], drawn: Drawn) -> None:
    """Write the boundaries of the municipalities in the file and of what they merged into."""
    changed: list[Municipality] = []
    for municipality in Municipality.objects.prefetch_related("predecessors"):
        own = geometries.get(municipality.nis_code)
        before = [geometries.get(old.nis_code) for old in municipality.predecessors.all()]
        # Antwerpen kept its code: an old file holds it and its predecessor Borsbeek.
        parts = [part for part in (own, *before) if part is not None]
        if own is None and (not before or None in before):
            if municipality.merged_into_id is None:
                drawn.missing.append(str(municipality))
            continue
        municipality.boundary = _as_multipolygon(municipality.nis_code, parts)
        municipality.boundary_source = BoundarySource.OFFICIAL
        changed.append(municipality)
    Municipality.objects.bulk_update(changed, ["boundary", "boundary_source"], batch_size=100)
    drawn.updated = len(changed)
