"""Numbers of pupils: added up per programme, put at the campus that is certain."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from imports.models import ImportRun
from imports.runs import carry_out, new_run
from schools.models import Campus, Offering, OfferingStatus, Programme
from tests.factories import CampusFactory, OfferingFactory
from tests.imports.files import csv_file

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("in_english", "campus", "programme")]

ROW = {
    "schoolnummer": "39107",
    "vestigingsnummer": "",
    "opleiding": "88",
    "administratieve groep": "31",
    "schooljaar": "2024-2025",
    "leerlingen": "7",
}
SECOND_YEAR = {"administratieve groep": "32", "leerlingen": "5"}


@pytest.fixture
def load(tmp_path: Path) -> Any:
    def carried_out(*changes: dict[str, str]) -> ImportRun:
        rows = [list(ROW), *([(ROW | change)[name] for name in ROW] for change in changes)]
        path = csv_file(tmp_path / "leerlingen.csv", rows)
        return carry_out(new_run("enrolments", path), path)

    return carried_out


def test_years_of_a_programme_are_added_up_once(load: Any) -> None:
    assert load({}, SECOND_YEAR).added == 1
    offering = Offering.objects.get()
    assert (offering.pupils, offering.status) == (12, OfferingStatus.RUNNING)
    assert load({}, SECOND_YEAR).unchanged == 1


def test_the_only_campus_with_the_programme_has_the_pupils(
    load: Any, campus: Campus, programme: Programme
) -> None:
    other = CampusFactory(school=campus.school, site_number=2)
    assert "unknown at which campus" in load({}).rejections.get().reason
    offering = OfferingFactory(
        campus=other,
        programme=programme,
        school_year__starts_in=2024,
        status=OfferingStatus.STOPPED,
        pupils=None,
    )
    assert load({}).changed == 1
    offering.refresh_from_db()
    assert (offering.pupils, offering.status) == (7, OfferingStatus.STOPPED)


def test_a_sum_that_misses_a_year_is_not_written(load: Any) -> None:
    run = load({}, SECOND_YEAR | {"leerlingen": "<5"})
    assert (run.rejected, run.added) == (1, 0)
    assert not Offering.objects.exists()


@pytest.mark.parametrize(
    ("rows", "reason"),
    [
        ([{"schoolnummer": "123456"}], "schoolnummer: This campus is unknown"),
        ([{"vestigingsnummer": "9"}], "schoolnummer: This campus is unknown"),
        ([{"schooljaar": "2099-2100"}], "schooljaar: This school year has not begun"),
        ([{"leerlingen": ""}], "leerlingen: This cell may not be empty"),
        ([{"opleiding": "Ruimtevaart"}], "opleiding: This programme is unknown"),
        ([{}, {}], "schoolnummer: Line 2 is about the same record"),
        ([{}, SECOND_YEAR | {"vestigingsnummer": "1"}], "vestigingsnummer: Other rows give"),
    ],
)
def test_what_cannot_be_placed_is_refused(
    load: Any, rows: list[dict[str, str]], reason: str
) -> None:
    rejection = load(*rows).rejections.get()
    assert f"{rejection.column}: {rejection.reason}".startswith(reason)
