"""Recognitions from a file: what goes in, what is refused and why, and what stays as it was."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import Any

import pghistory.models
import pytest
from django.core.management import CommandError, call_command
from django.utils import timezone
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st
from openpyxl import load_workbook

from accounts.models import User
from companies.imports.recognition_columns import COLUMNS, STATUSES
from companies.imports.recognitions import RecognitionImporter
from companies.models import Company, Establishment, Recognition, Workplace
from companies.recognitions import years_later
from geo.models import PostalCode
from geo.towns import Towns
from imports.models import ImportRun, RunStatus
from imports.runs import carry_out, new_run
from imports.tables import open_table
from schools.models import Programme, ProgrammeAlias, Sector
from tests.imports.files import csv_file, xlsx_file
from tests.matching.region import a_municipality

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("in_english")]

COMPANY, UNIT, NEW_UNIT = "0566.988.259", "2.147.812.701", "2.147.812.897"


@pytest.fixture(autouse=True)
def today(time_machine: Any) -> date:
    time_machine.move_to("2026-11-23 12:00:00+01:00")
    return date(2026, 11, 23)


@pytest.fixture(autouse=True)
def known(programme: Programme) -> None:
    """A company with an establishment in Leuven, a programme with an alias, two sectors."""
    leuven = a_municipality()
    PostalCode.objects.create(code="3000", place_name="Leuven", municipality=leuven)
    company = Company.objects.create(enterprise_number="0566988259", name="Voorbeeld")
    Establishment.objects.create(
        unit_number="2147812701", company=company, name="Voorbeeld Leuven", municipality=leuven
    )
    ProgrammeAlias.objects.create(programme=programme, name="elektricien", kind="synonym")
    for slug, name in (("electro", "Elektrotechniek"), ("bouw", "Bouw")):
        Sector.objects.create(slug=slug, name=name)


@pytest.fixture
def load(tmp_path: Path) -> Any:
    """Import rows given as columns by header; gives the run."""

    def carried_out(
        *rows: dict[str, str], suffix: str = ".csv", dry_run: bool = False, **options: bool
    ) -> ImportRun:
        header = list(dict.fromkeys(name for row in rows for name in row))
        table = [header, *([row.get(name, "") for name in header] for row in rows)]
        path = tmp_path / f"erkenningen{suffix}"
        (csv_file if suffix == ".csv" else xlsx_file)(path, table)
        return carry_out(new_run("recognitions", path, is_dry_run=dry_run, options=options), path)

    return carried_out


def row(**changes: str) -> dict[str, str]:
    """A right row; underscores in names stand for spaces."""
    return {
        "ondernemingsnummer": COMPANY,
        "vestigingsnummer": UNIT,
        "opleiding": "88",
        "status": "erkend",
        "geldig van": "01-09-2024",
    } | {name.replace("_", " "): value for name, value in changes.items()}


def counts(run: ImportRun) -> tuple[int, int, int, int, int]:
    return run.added, run.changed, run.ended, run.unchanged, run.rejected


def reasons(run: ImportRun) -> str:
    return " ".join(f"{r.column}: {r.reason}" for r in run.rejections.all())


def everything() -> list[list[tuple[Any, ...]]]:
    return [
        list(model.objects.order_by("pk").values_list())
        for model in (Company, Establishment, Recognition, Workplace)
    ]


@pytest.mark.parametrize("suffix", [".csv", ".xlsx"])
def test_a_row_becomes_a_recognition_with_places(load: Any, suffix: str) -> None:
    full = row(
        aangevraagd_op="01-06-2024",
        beslist_op="2024-06-10",
        geldig_tot="31-08-2029",
        sector="elektrotechniek",
    ) | {"plaatsen 2026-2027": "2", "plaatsen 2027-2028": "0", "plaatsen 2025-2026": ""}
    run = load(full, suffix=suffix)
    assert run.status == RunStatus.DONE, run.message
    recognition = Recognition.objects.get()
    assert recognition.establishment.unit_number == "2147812701"
    assert recognition.sector == Sector.objects.get(slug="electro")
    assert (recognition.requested_on, recognition.decided_on) == (
        date(2024, 6, 1),
        date(2024, 6, 10),
    )
    assert (recognition.valid_from, recognition.valid_until) == (
        date(2024, 9, 1),
        date(2029, 8, 31),
    )
    places = Workplace.objects.order_by("school_year_id").values_list(
        "school_year_id", "places_offered", "places_taken"
    )
    assert list(places) == [(2026, 2, 0), (2027, 0, 0)]
    assert counts(run) == (3, 0, 0, 0, 0)

    before = everything()
    again = load(full, suffix=suffix)
    assert counts(again) == (0, 0, 0, 3, 0)
    assert everything() == before


@pytest.mark.parametrize(
    "name",
    ["88", "G-0082", "elektrische installaties duaal", "Elektrische installaties", "elektricien"],
)
def test_a_programme_goes_by_any_of_its_names(load: Any, name: str) -> None:
    assert load(row(opleiding=name)).added == 1


@pytest.mark.parametrize("number", ["0566988259", "566988259", "BE 0566.988.259", "566.988.259"])
def test_a_company_number_may_have_lost_its_zero(load: Any, number: str) -> None:
    assert load(row(ondernemingsnummer=number)).added == 1


@pytest.mark.parametrize("word", [*STATUSES, "lifted", "ERKEND"])
def test_every_status_goes_in_once(load: Any, word: str) -> None:
    first, second = load(row(status=word)), load(row(status=word))
    assert (counts(first), counts(second)) == ((1, 0, 0, 0, 0), (0, 0, 0, 1, 0))


def test_five_years_when_no_end_is_given(load: Any) -> None:
    load(row(geldig_van="29-02-2024"))
    assert Recognition.objects.get().valid_until == date(2029, 2, 27)
    assert years_later(date(2024, 9, 1), 5) == date(2029, 9, 1)


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({"ondernemingsnummer": "0566.988.258"}, "ondernemingsnummer: .*check digits"),
        ({"vestigingsnummer": "2.147.812.702"}, "vestigingsnummer: .*check digits"),
        ({"vestigingsnummer": "0566.988.259"}, "vestigingsnummer: .*2 to 8"),
        ({"opleiding": "Ruimtevaart"}, "opleiding: This programme is unknown"),
        ({"opleiding": ""}, "opleiding: This cell may not be empty"),
        ({"status": "erkent"}, "status: Write one of: aangevraagd, onvolledig, erkend"),
        ({"beslist op": "24-11-2026"}, "beslist op: This day lies in the future"),
        ({"aangevraagd op": "01-01-2027"}, "aangevraagd op: This day lies in the future"),
        ({"aangevraagd op": "02-01-2024", "beslist op": "01-01-2024"}, "before the request"),
        ({"geldig van": "01-01-2028"}, "geldig van: .*more than a year in the future"),
        ({"geldig van": ""}, "geldig van: A recognition in force needs a first day"),
        ({"geldig van": "31-02-2026"}, "geldig van: This day does not exist"),
        ({"geldig tot": "31-08-2024"}, "geldig tot en met: The end lies before the start"),
        ({"geldig tot": "02-09-2029"}, "five years at most"),
        ({"sector": "ruimtevaart"}, "sector: This sector is unknown"),
        ({"plaatsen 2026-2027": "-1"}, "plaatsen 2026-2027: Write a number from 0"),
        ({"vestigingsnummer": NEW_UNIT}, "vestigingsnummer: This establishment is unknown"),
        ({"vestigingsnummer": NEW_UNIT, "naam": "N", "postcode": "5000"}, "postcode: .*outside"),
        ({"vestigingsnummer": NEW_UNIT, "naam": "N", "postcode": "300"}, "four digits"),
    ],
)
def test_a_row_that_is_wrong_leaves_everything_as_it_was(
    load: Any, changes: dict[str, str], reason: str
) -> None:
    load(row(geldig_van="01-09-2025"))
    before = everything()
    # A complete file that names another establishment would rightly lift what is known.
    complete = changes.get("vestigingsnummer") != NEW_UNIT
    run = load(row() | changes, complete=complete)
    assert run.status == RunStatus.DONE
    assert run.rejected == 1
    assert run.rejections.get().line == 2
    with pytest.raises(AssertionError, match=reason):
        raise AssertionError(reasons(run))
    assert everything() == before


def test_a_unit_number_of_another_company_is_refused(load: Any) -> None:
    Company.objects.create(enterprise_number="0111111124", name="Ander")
    run = load(row(ondernemingsnummer="0111.111.124"))
    assert "belongs to Voorbeeld (0566988259)" in reasons(run)
    assert not Recognition.objects.exists()


def test_an_establishment_outside_the_regions_is_refused(load: Any) -> None:
    Establishment.objects.update(municipality=None, postal_code="5000")
    run = load(row())
    assert "outside the Flemish" in reasons(run)
    assert run.rejections.get().value == "5000"


def test_the_same_establishment_and_programme_twice(load: Any) -> None:
    run = load(row(), row(opleiding="G-0082", status="geweigerd"))
    assert Recognition.objects.get().status == "recognised"
    assert "Line 2 is about the same record" in reasons(run)


def test_an_unknown_establishment_is_made_from_what_the_row_tells(load: Any) -> None:
    new = row(
        vestigingsnummer=NEW_UNIT,
        ondernemingsnummer="0111.111.124",
        naam="Nieuw",
        straat="Bondgenotenlaan",
        huisnummer="1",
        postcode="3000",
    )
    run = load(new)
    establishment = Establishment.objects.get(unit_number="2147812897")
    assert establishment.company.enterprise_number == "0111111124"
    assert establishment.address == "Bondgenotenlaan 1, 3000 Leuven"
    assert [table["added"] for table in run.tables] == [1, 1, 1]
    # Known by now: the address in the file is no business of this import.
    assert load(new | {"naam": "Anders"}).unchanged == 1
    establishment.refresh_from_db()
    assert establishment.name == "Nieuw"


def test_one_new_establishment_in_two_companies(load: Any) -> None:
    new = {"naam": "Nieuw", "postcode": "3000", "vestigingsnummer": NEW_UNIT}
    other = Programme.objects.create(
        number=1, group_number="G-0001", title="Afwerking bouw duaal", grade=3,
        education_form="BSO", finality="A",
    )  # fmt: skip
    run = load(
        row(**new), row(**new, ondernemingsnummer="0111.111.124", opleiding=str(other.number))
    )
    assert "On line 2 this establishment belongs to another company" in reasons(run)
    assert Establishment.objects.count() == 2


def test_a_decision_reaches_the_request(load: Any) -> None:
    load(row(status="aangevraagd", geldig_van="", aangevraagd_op="01-09-2026"))
    run = load(row(beslist_op="10-09-2026"))
    assert run.changed == 1
    recognition = Recognition.objects.get()
    assert (recognition.status, recognition.requested_on) == ("recognised", date(2026, 9, 1))


def test_a_new_request_leaves_the_recognition_in_force(load: Any) -> None:
    load(row())
    asked = row(status="aangevraagd", geldig_van="", aangevraagd_op="01-09-2026")
    assert (load(asked).added, load(asked).unchanged) == (1, 1)
    assert sorted(Recognition.objects.values_list("status", flat=True)) == [
        "recognised",
        "requested",
    ]


def test_an_overlapping_period_corrects_the_recognition(load: Any) -> None:
    load(row(geldig_van="01-09-2022"))
    assert load(row(geldig_van="15-09-2022")).changed == 1
    assert Recognition.objects.get().valid_from == date(2022, 9, 15)


def test_a_renewal_is_a_recognition_of_its_own(load: Any) -> None:
    load(row(geldig_van="01-09-2021", geldig_tot="31-08-2026"))
    assert load(row(geldig_van="01-09-2026")).added == 1
    run = load(row(geldig_van="01-09-2021", geldig_tot="01-09-2026"))
    assert "recognised for this programme from 01-09-2026 to 31-08-2031 too" in reasons(run)


def test_lifting_needs_no_dates(load: Any) -> None:
    load(row())
    lifted = row(status="opgeheven", geldig_van="", reden="geen mentor meer")
    assert (load(lifted).changed, load(lifted).unchanged) == (1, 1)
    recognition = Recognition.objects.get()
    assert (recognition.status, recognition.reason) == ("lifted", "geen mentor meer")
    assert recognition.valid_from == date(2024, 9, 1)


def test_an_end_before_the_known_start_is_refused(load: Any) -> None:
    load(row())
    run = load(row(status="opgeheven", geldig_van="", geldig_tot="01-01-2024"))
    assert "before the start of the recognition, 01-09-2024" in reasons(run)


def test_an_empty_cell_leaves_what_is_known(load: Any) -> None:
    load(row(sector="Bouw", beslist_op="01-08-2024", reden="x") | {"plaatsen 2026-2027": "3"})
    run = load(row(sector="", beslist_op="", reden="") | {"plaatsen 2026-2027": ""})
    assert counts(run) == (0, 0, 0, 1, 0)
    assert Workplace.objects.get().places_offered == 3


def test_no_fewer_places_than_are_taken(load: Any) -> None:
    load(row() | {"plaatsen 2026-2027": "3"})
    Workplace.objects.update(places_taken=2)
    before = everything()
    run = load(row() | {"plaatsen 2026-2027": "1"})
    assert "plaatsen 2026-2027: 2 of the places are taken" in reasons(run)
    assert everything() == before


def test_a_complete_file_lifts_what_it_does_not_name_in_its_sectors(load: Any) -> None:
    other = Programme.objects.create(
        number=1, group_number="G-0001", title="Afwerking bouw duaal", grade=3,
        education_form="BSO", finality="A",
    )  # fmt: skip
    third = Programme.objects.create(
        number=2, group_number="G-0002", title="Dakwerker duaal", grade=3,
        education_form="BSO", finality="A",
    )  # fmt: skip
    load(
        row(sector="electro"),
        row(sector="electro", opleiding=str(other.number)),
        row(sector="bouw", opleiding=str(third.number)),
    )
    assert load(row(sector="electro")).ended == 0
    run = load(row(sector="electro"), complete=True)
    assert run.ended == 1
    lifted = Recognition.objects.get(status="lifted")
    assert lifted.programme == other
    assert lifted.reason == "Not in the file erkenningen.csv of 23-11-2026."
    assert load(row(sector="electro"), complete=True).ended == 0


def test_the_history_says_which_import_it_was(load: Any) -> None:
    run = load(row())
    event = pghistory.models.Events.objects.tracks(Recognition.objects.get()).get()
    assert event.pgh_context["import"] == run.pk


def test_the_template_is_what_the_importer_reads(tmp_path: Path) -> None:
    path = tmp_path / "sjabloon.xlsx"
    call_command("import_template", "recognitions", str(path), verbosity=0, stdout=None)
    with open_table(path) as table:
        assert not list(table.lines())
        header = list(table.header)
    columns = RecognitionImporter.template_columns(timezone.localdate())
    assert header == [column.header for column in columns]
    assert header[10:12] == ["plaatsen 2026-2027", "plaatsen 2027-2028"]
    workbook = load_workbook(path)
    sheet, explanation = workbook.worksheets
    assert sheet.data_validations.dataValidation[0].formula1 == f'"{",".join(STATUSES)}"'
    assert explanation.max_row == len(columns) + 1

    sheet.append([column.example for column in columns])
    workbook.save(path)
    run = carry_out(new_run("recognitions", path), path)
    assert reasons(run) == ""
    assert Recognition.objects.get().sector == Sector.objects.get(slug="electro")


def test_every_column_is_explained() -> None:
    assert all(column.explanation for column in COLUMNS)


def test_the_command_reports_and_names_who(load: Any, tmp_path: Path, capsys: Any) -> None:
    User.objects.create_superuser("admin@radar.example", "x")
    path = csv_file(
        tmp_path / "a.csv", [list(row()), list(row().values()), list(row(opleiding="?").values())]
    )
    rejections = tmp_path / "verworpen.csv"
    arguments = ["import_file", "recognitions", str(path), "--by", "admin@radar.example"]
    call_command(*arguments, "--dry-run", "--rejections", str(rejections))
    told = capsys.readouterr().out
    assert "Dry run: nothing was changed." in told
    assert "line 3, opleiding: ? This programme is unknown." in told
    assert rejections.read_text("utf-8-sig").splitlines()[1].startswith("3;opleiding;?;")
    assert not Recognition.objects.exists()
    call_command(*arguments)
    assert ImportRun.objects.effective().get().started_by == User.objects.get()
    path.write_text("?")
    with pytest.raises(CommandError, match="missing: ondernemingsnummer"):
        call_command(*arguments)


periods = st.tuples(st.dates(date(2019, 1, 1), date(2026, 11, 23)), st.integers(0, 365 * 5))


@settings(
    max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(
    files=st.lists(
        st.tuples(
            st.sampled_from(list(STATUSES)),
            st.none() | st.dates(date(2019, 1, 1), date(2026, 11, 1)),
        ),
        min_size=1,
        max_size=6,
    )
)
# The request of 2020 would be a second one beside that without a day.
@example(
    files=[
        ("geweigerd", date(2020, 1, 1)),
        ("aangevraagd", None),
        ("aangevraagd", date(2020, 1, 1)),
    ]
)
def test_any_sequence_of_files_goes_in_and_each_a_second_time_for_nothing(
    load: Any, files: list[tuple[str, date | None]]
) -> None:
    Recognition.objects.all().delete()
    for status, start in files:
        told = row(status=status, geldig_van=start.isoformat() if start else "")
        first = load(told)
        assert first.status == RunStatus.DONE
        before = everything()
        second = load(told)
        assert (second.added, second.changed, second.rejected) == (0, 0, first.rejected)
        assert everything() == before


def test_towns_of_today() -> None:
    towns = Towns(
        [
            (1, "11002", "Antwerpen", None, 500),
            (2, "11007", "Borsbeek", 1, 10),
            (3, "23088", "Vilvoorde", None, 45),
            (4, "23096", "Zemst", None, 23),
        ],
        [("2150", "Borsbeek", 2), ("1804", "Cargovil", 3), ("1804", "Cargovil-Zemst", 4)],
    )
    assert towns.of_code("11007") == towns.of_code("11002") == 1
    assert towns.of_code("99999") is None
    assert towns.of_postal_code("2150", "ANTWERPEN") == 1
    assert towns.of_postal_code("1804") == 3
    assert towns.of_postal_code("1804", "ZEMST") == 4
    assert towns.of_postal_code("5000") is None
