"""Offerings and pupils from a file."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import Any

import pytest

from imports.models import ImportRun
from imports.runs import carry_out, new_run
from schools.models import Campus, Offering, OfferingStatus, Programme
from tests.factories import OfferingFactory, ProgrammeFactory
from tests.imports.files import csv_file

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("in_english", "campus", "programme")]

ROW = {
    "schoolnummer": "39107",
    "vestigingsnummer": "1",
    "opleiding": "G-0082",
    "schooljaar": "2026-2027",
    "status": "ingericht",
    "leerlingen": "12",
    "beslist op": "",
}


@pytest.fixture
def load(tmp_path: Path) -> Any:
    def carried_out(*changes: dict[str, str], **options: bool) -> ImportRun:
        rows = [list(ROW), *([(ROW | change)[name] for name in ROW] for change in changes)]
        path = csv_file(tmp_path / "aanbod.csv", rows)
        return carry_out(new_run("offerings", path, options=options), path)

    return carried_out


def test_it_goes_in_once_and_is_changed_by_what_is_told(load: Any) -> None:
    assert load({}).added == 1
    offering = Offering.objects.get()
    assert (offering.status, offering.pupils) == (OfferingStatus.RUNNING, 12)
    assert (offering.campus.key, offering.school_year.name) == ("039107-1", "2026-2027")
    assert load({}).unchanged == 1
    assert load({"leerlingen": "", "status": "running"}).unchanged == 1
    assert load({"leerlingen": "0"}).changed == 1
    offering.refresh_from_db()
    assert offering.pupils == 0


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        ({"vestigingsnummer": "2"}, "schoolnummer: This campus is unknown"),
        ({"opleiding": "Ruimtevaart"}, "opleiding: This programme is unknown"),
        ({"schooljaar": "2026"}, "schooljaar: Write the school year as 2026-2027"),
        ({"schooljaar": "2026-2028"}, "schooljaar: Write the school year as 2026-2027"),
        ({"status": "misschien"}, "status: Write one of: aangevraagd"),
        ({"leerlingen": "-1"}, "leerlingen: Write a number from 0"),
        ({"leerlingen": "tien"}, "leerlingen: Write a whole number"),
        ({"beslist op": "01-01-2099"}, "beslist op: This day lies in the future"),
    ],
)
def test_a_wrong_row_is_refused_and_changes_nothing(
    load: Any, change: dict[str, str], reason: str
) -> None:
    load({})
    before = list(Offering.objects.values_list())
    run = load(change)
    rejection = run.rejections.get()
    assert f"{rejection.column}: {rejection.reason}".startswith(reason)
    assert list(Offering.objects.values_list()) == before


def test_years_of_a_programme_are_one_offering(tmp_path: Path) -> None:
    def imported(*years: tuple[str, str]) -> ImportRun:
        rows = [[*ROW, "administratieve groep"]]
        rows += [[*(ROW | {"leerlingen": pupils}).values(), code] for code, pupils in years]
        path = csv_file(tmp_path / "leerjaren.csv", rows)
        return carry_out(new_run("offerings", path), path)

    assert imported(("31", "7"), ("32", "5")).added == 1
    assert Offering.objects.get().pupils == 12
    assert imported(("31", "8"), ("32", "")).unchanged == 1, "half a sum is no number"
    assert imported(("31", "8"), ("31", "9")).rejected == 1


def test_no_offering_after_the_end_of_a_programme(load: Any, programme: Programme) -> None:
    programme.valid_until = date(2025, 8, 31)
    programme.save()
    assert "ended on 2025-08-31" in load({}).rejections.get().reason
    assert load({"status": "stopgezet"}).added == 1


def test_a_complete_file_stops_what_it_does_not_name_in_its_years(
    load: Any, campus: Campus
) -> None:
    gone = OfferingFactory(campus=campus, programme=ProgrammeFactory())
    earlier = OfferingFactory(campus=campus, programme=gone.programme, school_year__starts_in=2025)
    assert load({}, complete=True).ended == 1
    gone.refresh_from_db()
    earlier.refresh_from_db()
    assert (gone.status, earlier.status) == (OfferingStatus.STOPPED, OfferingStatus.RUNNING)
