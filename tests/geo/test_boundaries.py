"""Official boundaries from a file, whatever its format, age and projection."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from django.contrib.gis.geos import GEOSGeometry, MultiPolygon
from django.core.management import CommandError, call_command

from geo.models import BoundarySource, Municipality, Province, Region

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _municipalities() -> None:
    """Gent; Antwerpen that took in Borsbeek; Melle and Merelbeke that became one."""
    province = Province.objects.create(code="40000", name="x", name_en="x", region=Region.FLANDERS)

    def municipality(code: str, name: str, **values: Any) -> Municipality:
        return Municipality.objects.create(
            nis_code=code,
            name=name,
            province=province,
            boundary_source=BoundarySource.APPROXIMATE,
            **values,
        )

    municipality("44021", "Gent")
    antwerpen = municipality("11002", "Antwerpen")
    merged = municipality("44088", "Merelbeke-Melle")
    for code, name, successor in (
        ("11007", "Borsbeek", antwerpen),
        ("44040", "Melle", merged),
        ("44043", "Merelbeke", merged),
    ):
        municipality(code, name, merged_into=successor, valid_until="2024-12-31")


def boundary_of(nis_code: str) -> MultiPolygon:
    """The boundary of a municipality, which must be an official one."""
    municipality = Municipality.objects.get(nis_code=nis_code)
    assert municipality.boundary_source == BoundarySource.OFFICIAL
    assert municipality.boundary is not None
    return municipality.boundary


def square(west: float, south: float, side: float = 0.1) -> list[list[list[float]]]:
    """The coordinates of a square polygon in degrees."""
    east, north = west + side, south + side
    return [[[west, south], [east, south], [east, north], [west, north], [west, south]]]


def geojson(
    path: Path, polygons: dict[Any, Any], code_property: str = "nis_code", **extra: Any
) -> Path:
    """A GeoJSON file with a polygon per code."""
    features = [
        {
            "type": "Feature",
            "properties": {code_property: code, "name": "x"},
            "geometry": {"type": "Polygon", "coordinates": coordinates},
        }
        for code, coordinates in polygons.items()
    ]
    path.write_text(json.dumps({"type": "FeatureCollection", "features": features} | extra))
    return path


def test_a_boundary_replaces_the_approximate_one(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    call_command("load_boundaries", geojson(tmp_path / "f.geojson", {"44021": square(3.7, 51.0)}))
    assert boundary_of("44021").extent == pytest.approx((3.7, 51.0, 3.8, 51.1))
    assert "1 boundaries loaded" in capsys.readouterr().out
    others = Municipality.objects.today().exclude(nis_code="44021")
    assert not others.exclude(boundary_source=BoundarySource.APPROXIMATE).exists()


def test_old_codes_become_the_union(tmp_path: Path) -> None:
    """Melle and Merelbeke merged into one; Antwerpen kept its code and took in Borsbeek."""
    polygons = {
        44040: square(3.8, 51.0),  # a number, as many files have it
        44043: square(3.7, 51.0),
        11002: square(4.3, 51.2),
        11007: square(4.4, 51.2),
    }
    call_command("load_boundaries", geojson(tmp_path / "f.geojson", polygons))
    merged = boundary_of("44088")
    assert merged.extent == pytest.approx((3.7, 51.0, 3.9, 51.1))
    assert merged.num_geom == 1
    assert boundary_of("11002").extent == pytest.approx((4.3, 51.2, 4.5, 51.3))


def test_half_a_merger_is_not_drawn(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    call_command("load_boundaries", geojson(tmp_path / "f.geojson", {"44040": square(3.8, 51.0)}))
    merged = Municipality.objects.get(nis_code="44088")
    assert merged.boundary_source == BoundarySource.APPROXIMATE
    assert "Merelbeke-Melle" in capsys.readouterr().out


def test_topojson_with_several_layers(tmp_path: Path) -> None:
    topology = {
        "type": "Topology",
        "transform": {"scale": [0.001, 0.001], "translate": [3.7, 51.0]},
        "arcs": [[[0, 0], [100, 0], [0, 100], [-100, 0], [0, -100]]],
        "objects": {
            "provinces": {
                "type": "GeometryCollection",
                "geometries": [{"type": "Polygon", "arcs": [[0]], "properties": {"nis": "40000"}}],
            },
            "municipalities": {
                "type": "GeometryCollection",
                "geometries": [{"type": "Polygon", "arcs": [[0]], "properties": {"nis": "44021"}}],
            },
        },
    }
    path = tmp_path / "f.topojson"
    path.write_text(json.dumps(topology))
    call_command("load_boundaries", path)
    assert boundary_of("44021").extent == pytest.approx((3.7, 51.0, 3.8, 51.1))


def test_lambert_becomes_degrees(tmp_path: Path) -> None:
    """A Flemish file in Lambert 72: the square around (104000, 193000) is in Gent."""
    west, south = 104_000.0, 193_000.0
    crs = {"type": "name", "properties": {"name": "urn:ogc:def:crs:EPSG::31370"}}
    path = geojson(tmp_path / "f.geojson", {"44021": square(west, south, 1000)}, crs=crs)
    call_command("load_boundaries", path)
    centre = boundary_of("44021").centroid
    assert centre.x == pytest.approx(3.72, abs=0.02)
    assert centre.y == pytest.approx(51.05, abs=0.02)


def test_an_invalid_polygon_is_repaired(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    bow_tie = [[[3.7, 51.0], [3.8, 51.1], [3.8, 51.0], [3.7, 51.1], [3.7, 51.0]]]
    call_command("load_boundaries", geojson(tmp_path / "f.geojson", {"44021": bow_tie}))
    assert boundary_of("44021").valid
    assert "repaired: 44021" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("polygons", "options", "message"),
    [
        ({"44021": square(3.7, 51.0), "44999": square(3.9, 51.0)}, {}, "Unknown NIS codes.*44999"),
        ({"62063": square(5.5, 50.6)}, {}, "no municipality of Flanders or Brussels"),
        ({"44021": square(103.7, 51.0)}, {}, "44021.*outside Belgium"),
        ({"44021": square(51.0, 3.7)}, {}, "44021.*outside Belgium"),
        ({"44021": square(3.7, 51.0)}, {"code_property": "nope"}, "No property 'nope'.*nis_code"),
        ({"44021": square(3.7, 51.0)}, {"layer": "nope"}, "No layer 'nope'; the file has: f"),
    ],
)
def test_a_wrong_file_is_refused_whole(
    polygons: dict[str, Any], options: dict[str, str], message: str, tmp_path: Path
) -> None:
    with pytest.raises(CommandError, match=message):
        call_command("load_boundaries", geojson(tmp_path / "f.geojson", polygons), **options)
    assert not Municipality.objects.filter(boundary_source=BoundarySource.OFFICIAL).exists()


def test_a_file_without_a_code_says_how_to_name_it(tmp_path: Path) -> None:
    path = geojson(tmp_path / "f.geojson", {"44021": square(3.7, 51.0)}, code_property="gemeente")
    with pytest.raises(CommandError, match=r"--code-property.*gemeente, name"):
        call_command("load_boundaries", path)
    call_command("load_boundaries", path, code_property="gemeente")
    assert Municipality.objects.filter(boundary_source=BoundarySource.OFFICIAL).count() == 1


def test_a_file_that_is_not_there_or_no_map(tmp_path: Path) -> None:
    with pytest.raises(CommandError, match="No such file"):
        call_command("load_boundaries", tmp_path / "none.geojson")
    (tmp_path / "text.geojson").write_text("hello")
    with pytest.raises(CommandError, match="GDAL can read"):
        call_command("load_boundaries", tmp_path / "text.geojson")


def test_points_are_no_boundaries(tmp_path: Path) -> None:
    feature = {
        "type": "Feature",
        "properties": {"nis_code": "44021"},
        "geometry": json.loads(GEOSGeometry("POINT(3.7 51)").json),
    }
    path = tmp_path / "f.geojson"
    path.write_text(json.dumps({"type": "FeatureCollection", "features": [feature]}))
    with pytest.raises(CommandError, match="44021: the geometry is no polygon"):
        call_command("load_boundaries", path)


def test_a_feature_without_geometry_is_refused(tmp_path: Path) -> None:
    feature = {"type": "Feature", "properties": {"nis_code": "44021"}, "geometry": None}
    path = tmp_path / "f.geojson"
    path.write_text(json.dumps({"type": "FeatureCollection", "features": [feature]}))
    with pytest.raises(CommandError, match="44021: no usable geometry"):
        call_command("load_boundaries", path)
