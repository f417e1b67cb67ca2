"""The municipalities, postal codes and places of `fixtures/`, loaded through the command."""

from __future__ import annotations

import csv
from datetime import date
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command

from geo import reference
from geo.models import BoundarySource, Municipality, PostalCode, Province
from geo.reference import load

pytestmark = pytest.mark.django_db

#: West, south, east, north of Belgium.
BELGIUM = (2.5, 49.4, 6.5, 51.6)


@pytest.fixture(autouse=True)
def _reference() -> None:
    load()


def test_counts_are_those_after_the_mergers_of_2025() -> None:
    assert Municipality.objects.today().count() == 304
    assert Municipality.objects.today().filter(province__region="vlg").count() == 285
    assert Municipality.objects.filter(merged_into__isnull=False).count() == 27
    assert PostalCode.objects.values("code").distinct().count() == 543
    assert Province.objects.count() == 6


def test_everything_has_a_point_in_belgium() -> None:
    west, south, east, north = BELGIUM
    for row in (*Municipality.objects.all(), *PostalCode.objects.all()):
        assert row.point is not None, row
        assert west < row.point.x < east, row
        assert south < row.point.y < north, row


def test_places_give_a_point_to_each_postal_code() -> None:
    kinds = [kind for kind, _ in reference.points()]
    assert kinds.count("postal_code") == 543
    assert kinds.count("municipality") == 331


HOMONYMS = (
    ("3665", "As", 5.585, 51.008),  # not the many places whose other name is As
    ("1500", "Halle", 4.237, 50.734),
    ("2980", "Halle", 4.648, 51.238),
    ("9120", "Beveren", 4.256, 51.212),
    ("8800", "Beveren", 3.143, 50.971),
    ("8791", "Beveren", 3.340, 50.874),
    ("1190", "Vorst", 4.314, 50.810),
    ("2430", "Vorst", 5.018, 51.079),
    ("9320", "Nieuwerkerken", 4.000, 50.926),
    ("3850", "Nieuwerkerken", 5.195, 50.864),
    ("9220", "Hamme", 4.137, 51.098),
)


def test_a_homonym_lies_in_its_own_municipality() -> None:
    for code, place, longitude, latitude in HOMONYMS:
        point = PostalCode.objects.get(code=code, place_name=place).point
        assert point is not None
        assert point.x == pytest.approx(longitude, abs=0.03), (code, place)
        assert point.y == pytest.approx(latitude, abs=0.02), (code, place)


def test_a_merged_municipality_resolves_to_that_of_today() -> None:
    zwijndrecht = Municipality.objects.get(nis_code="11056")
    today = Municipality.objects.resolve("11056")
    assert today is not None
    assert today.name == "Beveren-Kruibeke-Zwijndrecht"
    assert (zwijndrecht.province.name, today.province.name) == ("Antwerpen", "Oost-Vlaanderen")
    assert zwijndrecht.valid_until == date(2024, 12, 31)
    assert today.valid_from == date(2025, 1, 1)


def test_antwerpen_kept_its_code() -> None:
    assert str(Municipality.objects.resolve("11007")) == "Antwerpen"
    assert Municipality.objects.get(nis_code="11002").valid_from is None


def test_every_municipality_of_today_has_an_approximate_boundary() -> None:
    for municipality in Municipality.objects.today():
        assert municipality.boundary_source == BoundarySource.APPROXIMATE
        assert municipality.boundary is not None
        assert municipality.boundary.valid
    assert not Municipality.objects.exclude(merged_into=None).exclude(boundary=None).exists()


def test_municipalities_lie_in_their_province() -> None:
    for province in Province.objects.all():
        assert province.boundary is not None
        assert province.boundary.valid
        members = province.municipalities.today()
        assert not members.exclude(point__within=province.boundary).exists()


def test_an_official_boundary_survives_a_reload() -> None:
    Municipality.objects.filter(nis_code="44021").update(boundary_source=BoundarySource.OFFICIAL)
    load()
    assert Municipality.objects.get(nis_code="44021").boundary_source == BoundarySource.OFFICIAL


def test_a_value_that_differs_is_corrected() -> None:
    Municipality.objects.filter(nis_code="44021").update(name="Gand", population=None)
    changes = {loaded.table: loaded.changed for loaded in load()}
    assert sum(changes.values()) == 1
    assert Municipality.objects.get(nis_code="44021").name == "Gent"


def test_a_missing_file_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(reference, "FIXTURES", tmp_path)
    with pytest.raises(CommandError, match=r"Missing file.*provinces"):
        call_command("load_reference")


def test_the_files_name_their_geonames_place() -> None:
    with (reference.FIXTURES / "places.csv").open(encoding="utf-8") as stream:
        places = list(csv.DictReader(stream))
    assert {p["method"] for p in places} == {"name", "compound", "merged", "interpolated"}
    assert all(p["geoname_id"] for p in places if p["method"] == "name")
