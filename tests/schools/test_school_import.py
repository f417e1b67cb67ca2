"""The education department's list of schools: its traps, what is refused, what stays as it was."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import Any

import pytest
from django.contrib.gis.geos import Point

from geo.models import Municipality
from geo.precision import LocationPrecision, LocationSource
from imports.models import ImportRun, RunStatus
from imports.runs import carry_out, new_run
from schools.models import Campus, Network, School, SchoolType
from tests.factories import CampusFactory, MunicipalityFactory, PostalCodeFactory, SchoolFactory

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("in_english")]

#: The first 25 columns of the published list, in their order, and some of the others.
HEADER = [
    "schoolnummer",
    "intern_vplnummer",
    "net",
    "naam",
    "hoofdzetel",
    "adres",
    "straat",
    "huisnummer",
    "busnummer",
    "postcode",
    "gemeente",
    "niscode",
    "provinciecode",
    "provincie",
    "VWO-vestigingsplaatscode",
    "crab-code",
    "crab-huisnr",
    "lx",
    "ly",
    "kbo-nummer",
    "telefoon",
    "fax",
    "e-mail",
    "website",
    "beheerder(s)",
    "instellingstype",
    "einddatum",
    "ingerichte hoofdstructuren",
]

ROW = {
    "schoolnummer": "39107",
    "intern_vplnummer": "1",
    "net": "Vrij gesubsidieerd onderwijs",
    "naam": "Sint-Voorbeeld",
    "hoofdzetel": "ja",
    "straat": "Fonteinstraat",
    "huisnummer": "75",
    "busnummer": "niet van toepassing",
    "postcode": "3000",
    "gemeente": "LEUVEN",
    "niscode": "24062",
    "lx": "172899.0",
    "ly": "174842.0",
    "telefoon": "016 00 00 00",
    "e-mail": "school@voorbeeld.example",
    "website": "www.voorbeeld.example",
    "instellingstype": "121 - gewoon voltijds secundair onderwijs",
    "ingerichte hoofdstructuren": "311",
}


@pytest.fixture(autouse=True)
def leuven() -> Municipality:
    town: Municipality = MunicipalityFactory()
    PostalCodeFactory(place_name="Leuven", municipality=town)
    return town


@pytest.fixture
def load(tmp_path: Path) -> Any:
    """Import rows as the department publishes them; gives the run."""

    def carried_out(*changes: dict[str, str], dry_run: bool = False, **options: bool) -> ImportRun:
        lines = [HEADER, *([(ROW | change).get(name, "") for name in HEADER] for change in changes)]
        text = "\r".join(";".join(f'"{cell}"' for cell in line) for line in lines)
        path = tmp_path / "scholen.csv"
        path.write_bytes(f"\ufeff{text}\r".encode())
        return carry_out(new_run("schools", path, is_dry_run=dry_run, options=options), path)

    return carried_out


def counts(run: ImportRun) -> tuple[int, int, int, int, int]:
    return run.added, run.changed, run.ended, run.unchanged, run.rejected


def everything() -> list[Any]:
    return [list(model.objects.order_by("pk").values_list()) for model in (School, Campus)]


def test_the_published_list_goes_in_and_once(load: Any) -> None:
    run = load({}, {"intern_vplnummer": "2", "straat": "Andere straat", "lx": "", "ly": ""})
    assert run.status == RunStatus.DONE, run.message
    assert counts(run) == (3, 0, 0, 0, 0)
    school = School.objects.get()
    assert (school.number, school.network, school.type) == (
        "039107",
        Network.VGO,
        SchoolType.FULL_TIME,
    )
    assert school.website == "https://www.voorbeeld.example"
    first, second = school.campuses.order_by("site_number")
    assert first.address == "Fonteinstraat 75, 3000 Leuven"
    assert first.box == ""
    assert first.point.coords == pytest.approx((4.694159, 50.883485), abs=2e-5)
    assert (first.precision, first.location_source) == (
        LocationPrecision.HOUSE_NUMBER,
        LocationSource.IMPORTED,
    )
    assert (second.point, second.precision) == (None, LocationPrecision.UNKNOWN)

    before = everything()
    again = load({}, {"intern_vplnummer": "2", "straat": "Andere straat", "lx": "", "ly": ""})
    assert counts(again) == (0, 0, 0, 3, 0)
    assert everything() == before


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        ({"schoolnummer": "1234567"}, "schoolnummer: .*six digits"),
        ({"schoolnummer": ""}, "schoolnummer: .*may not be empty"),
        ({"intern_vplnummer": "0"}, "intern_vplnummer: Write a number from 1"),
        ({"instellingstype": "111"}, "instellingstype: .*no dual programmes"),
        ({"net": "onzichtbaar"}, "net: Write one of: GO, OGO, VGO"),
        ({"postcode": "5000", "niscode": "92094"}, "postcode: .*outside"),
        ({"lx": "211634.58", "ly": "73862.07"}, "lx: x and y are swapped"),
        ({"lx": "672899.0", "ly": "674842.0"}, "lx: .*Lambert 2008"),
        ({"lx": "4.69", "ly": "50.88"}, "lx: .*degrees"),
        ({"lx": "104000", "ly": "194000"}, "lx: .*km from postal code 3000"),
        ({"einddatum": "31-02-2026"}, "einddatum: This day does not exist"),
    ],
)
def test_a_wrong_row_is_refused_and_changes_nothing(
    load: Any, change: dict[str, str], reason: str
) -> None:
    load({})
    before = everything()
    run = load({"intern_vplnummer": "1"} | change)
    assert run.status == RunStatus.DONE
    assert (run.rejected, run.changed, run.ended) == (1, 0, 0)
    told = " ".join(f"{r.column}: {r.reason}" for r in run.rejections.all())
    with pytest.raises(AssertionError, match=reason):
        raise AssertionError(told)
    assert everything() == before


def test_a_new_school_needs_a_type_and_the_structures_may_tell_it(load: Any) -> None:
    untold = {"instellingstype": "", "ingerichte hoofdstructuren": ""}
    assert "does not tell its type" in load(untold).rejections.get().reason
    load({"instellingstype": "", "ingerichte hoofdstructuren": "311, 312"})
    assert School.objects.get().type == SchoolType.FULL_AND_PART_TIME
    assert counts(load(untold)) == (0, 0, 0, 2, 0)


def test_a_code_from_before_a_merger_leads_to_todays_municipality(
    load: Any, leuven: Municipality
) -> None:
    MunicipalityFactory(
        nis_code="24999", name="Opgegaan", merged_into=leuven, valid_until=date(2024, 12, 31)
    )
    load({"niscode": "24999"})
    assert Campus.objects.get().municipality == leuven


def test_a_wrong_email_address_costs_no_school(load: Any) -> None:
    run = load({"e-mail": "bel ons maar"})
    assert "E-mail addresses left out as wrong: 1" in run.message
    assert School.objects.get().email == ""


def test_a_point_set_by_hand_stays_and_that_of_another_address_goes(load: Any) -> None:
    load({})
    campus = Campus.objects.get()
    load({"straat": "Elders", "lx": "", "ly": ""})
    campus.refresh_from_db()
    assert campus.point is None, "the point was that of another address"
    campus.point = Point(4.7, 50.88, srid=4326)
    campus.location_source = LocationSource.MANUAL
    campus.precision = LocationPrecision.STREET
    campus.save()
    load({})
    campus.refresh_from_db()
    assert campus.point.coords == (4.7, 50.88)
    assert campus.street == "Fonteinstraat"


def test_a_complete_list_closes_only_what_it_speaks_of(load: Any) -> None:
    gone = CampusFactory(school=SchoolFactory(type=SchoolType.FULL_TIME))
    other = CampusFactory(school=SchoolFactory(type=SchoolType.SYNTRA))
    run = load({}, complete=True)
    assert run.ended == 1
    assert list(Campus.objects.open().order_by("pk")) == [
        other,
        Campus.objects.get(school__number="039107"),
    ]
    gone.refresh_from_db()
    assert gone.closed_on is not None
    back = load({"schoolnummer": gone.school.number, "intern_vplnummer": str(gone.site_number)})
    assert back.changed >= 1
    gone.refresh_from_db()
    assert gone.closed_on is None, "a campus that is named again is open again"


def test_a_school_is_closed_when_all_its_campuses_are(load: Any) -> None:
    load({"einddatum": "31-08-2024"}, {"intern_vplnummer": "2"})
    assert School.objects.get().closed_on is None
    assert Campus.objects.open().count() == 1
    load({"einddatum": "31-08-2024"}, {"intern_vplnummer": "2", "einddatum": "31-08-2025"})
    assert School.objects.get().closed_on == date(2025, 8, 31)
