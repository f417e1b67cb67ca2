"""KBO Open Data: full sets and updates, and what is no set."""

from __future__ import annotations

import re
import zipfile
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.db import connection
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from companies.models import Company, Establishment, Transfer
from geo.precision import LocationPrecision, LocationSource
from imports.models import ImportRun, RunStatus
from imports.runs import carry_out, new_run
from tests.companies.kbo_set import (
    HEADERS,
    Firm,
    Unit,
    difference,
    full_set,
    meta,
    numbered,
    text_of,
    update_set,
    write_zip,
)
from tests.factories import (
    EstablishmentFactory,
    MunicipalityFactory,
    PostalCodeFactory,
    RecognitionFactory,
    beside_here,
)

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("in_english")]

FIRM = Firm(numbered(5_000_001), "Voorbeeld NV", "info@voorbeeld.example")
OTHER = Firm(numbered(5_000_002), "Ander BV")
THIRD = Firm(numbered(5_000_003), "Derde CV")
UNIT = Unit(
    numbered(21_000_001),
    FIRM.number,
    nace={"2003": ("45310",), "2008": ("43211",), "2025": ("43210", "43220")},
)
NAMED = Unit(numbered(21_000_002), FIRM.number, name="Werkplaats Leuven")
WALLOON = Unit(numbered(21_000_003), FIRM.number, zipcode="5000", town="Namur")


@pytest.fixture(autouse=True)
def leuven() -> None:
    PostalCodeFactory(place_name="Leuven", municipality=MunicipalityFactory())


@pytest.fixture(autouse=True)
def empty_mirror() -> None:
    """Nothing of what another test left: it is in no model, so that nobody else empties it."""
    with connection.cursor() as cursor:
        cursor.execute("DELETE FROM companies_kbo_extract")


@pytest.fixture
def load(tmp_path: Path) -> Any:
    """Import the members of a zip; gives the run."""

    def carried_out(
        members: dict[str, str | bytes], dry_run: bool = False, **options: bool
    ) -> ImportRun:
        path = write_zip(tmp_path / "kbo.zip", members)
        return carry_out(new_run("kbo", path, is_dry_run=dry_run, options=options), path)

    return carried_out


def counts(run: ImportRun) -> tuple[int, int, int, int, int]:
    return run.added, run.changed, run.ended, run.unchanged, run.rejected


def everything() -> list[Any]:
    return [
        list(Company.objects.order_by("enterprise_number").values_list()),
        list(Establishment.objects.order_by("unit_number").values_list()),
    ]


def test_a_full_set_goes_in_and_once(load: Any) -> None:
    members = full_set([FIRM, OTHER], [UNIT, NAMED, WALLOON])
    run = load(members)
    assert run.status == RunStatus.DONE, run.message
    assert counts(run) == (3, 0, 0, 0, 0)
    company = Company.objects.get()
    assert (company.name, company.email) == ("Voorbeeld NV", "info@voorbeeld.example")
    nameless, named = Establishment.objects.order_by("unit_number")
    assert (nameless.name, named.name) == ("Voorbeeld NV", "Werkplaats Leuven")
    assert nameless.address == "Bondgenotenlaan 1, 3000 Leuven"
    assert (nameless.nace_version, nameless.nace_codes) == ("2025", ["43210", "43220"])
    assert (nameless.point, nameless.precision) == (None, LocationPrecision.UNKNOWN)

    before = everything()
    again = load(members)
    assert counts(again) == (0, 0, 0, 3, 0)
    assert everything() == before
    assert not Transfer.objects.exists()


def test_the_same_file_is_read_again_when_our_data_changed_since(load: Any) -> None:
    members = full_set([FIRM], [UNIT])
    load(members)
    assert "nothing has changed since" in load(members).message
    Company.objects.update(name="Door een ander veranderd")
    run = load(members)
    assert (run.changed, run.message) == (1, "")
    assert Company.objects.get().name == "Voorbeeld NV"


def test_a_dry_run_tells_and_writes_nothing(load: Any) -> None:
    run = load(full_set([FIRM], [UNIT]), dry_run=True)
    assert run.added == 2
    assert not Company.objects.exists()


def test_what_stopped_is_stopped_and_comes_back(load: Any) -> None:
    load(full_set([FIRM, OTHER], [UNIT, NAMED]))
    run = load(full_set([FIRM], [UNIT], extract=2))
    assert run.ended == 1
    assert Establishment.objects.get(unit_number=NAMED.number).stopped_on is not None
    assert load(full_set([FIRM], [UNIT, NAMED], extract=3)).changed == 1
    assert Establishment.objects.get(unit_number=NAMED.number).stopped_on is None


def test_a_unit_that_moved_to_another_company_leaves_a_trace(load: Any) -> None:
    load(full_set([FIRM, OTHER], [UNIT]))
    moved = Unit(UNIT.number, OTHER.number)
    load(full_set([FIRM, OTHER], [moved], extract=2))
    transfer = Transfer.objects.get()
    assert (transfer.from_company.name, transfer.to_company.name) == ("Voorbeeld NV", "Ander BV")
    assert transfer.establishment.company == transfer.to_company
    load(full_set([FIRM, OTHER], [moved], extract=2))
    assert Transfer.objects.count() == 1
    again = load(full_set([FIRM, OTHER], [moved], extract=2))
    assert counts(again) == (0, 0, 0, 3, 0)


def test_what_people_told_us_stays(load: Any) -> None:
    load(full_set([FIRM], [UNIT]))
    Company.objects.update(email="eigen@voorbeeld.example")
    Establishment.objects.update(
        point=beside_here(), precision=LocationPrecision.HOUSE_NUMBER, location_source="manual"
    )
    load(full_set([FIRM], [Unit(UNIT.number, FIRM.number, street="Elders")], extract=2))
    establishment = Establishment.objects.get()
    assert establishment.street == "Elders"
    assert establishment.location_source == LocationSource.MANUAL
    assert establishment.company.email == "eigen@voorbeeld.example"


def test_a_point_of_another_address_goes(load: Any) -> None:
    load(full_set([FIRM], [UNIT]))
    Establishment.objects.update(
        point=beside_here(), precision=LocationPrecision.STREET, location_source="geocoded"
    )
    load(full_set([FIRM], [UNIT], extract=2))
    assert Establishment.objects.get().point is not None
    load(full_set([FIRM], [Unit(UNIT.number, FIRM.number, street="Elders")], extract=3))
    assert Establishment.objects.get().point is None


def test_only_what_is_recognised_when_asked(load: Any) -> None:
    recognised = EstablishmentFactory(
        unit_number=UNIT.number, company__enterprise_number=FIRM.number
    )
    RecognitionFactory(establishment=recognised)
    run = load(full_set([FIRM, OTHER], [UNIT, NAMED]), known_only=True)
    assert (run.added, run.changed) == (0, 2)
    recognised.refresh_from_db()
    assert recognised.street == "Bondgenotenlaan"


@pytest.mark.parametrize(
    ("firms", "units", "column"),
    [
        ([FIRM], [UNIT, Unit("2100000199", FIRM.number)], "establishment.csv: EstablishmentNumber"),
        ([FIRM], [UNIT, Unit(FIRM.number, FIRM.number)], "establishment.csv: EstablishmentNumber"),
        ([FIRM, Firm("0500000299", "Fout")], [UNIT], "enterprise.csv: EnterpriseNumber"),
        ([FIRM], [UNIT, UNIT], "establishment.csv: EstablishmentNumber"),
        (
            [FIRM],
            [UNIT, Unit(numbered(21_000_009), OTHER.number)],
            "establishment.csv: EnterpriseNumber",
        ),
    ],
)
def test_a_wrong_number_costs_its_row_alone(
    load: Any, firms: list[Firm], units: list[Unit], column: str
) -> None:
    run = load(full_set(firms, units))
    assert (run.added, run.rejected) == (2, 1)
    assert (run.rejections.get().column, run.rejections.get().line) == (column, 3)


def test_an_update_follows_the_last_import(load: Any) -> None:
    update = update_set(([], [NAMED]))
    assert "Import a full set first" in load(update).message
    load(full_set([FIRM], [UNIT], extract=7))
    assert (
        "update 9 and the last import was 7" in load(update_set(([], [NAMED]), extract=9)).message
    )
    assert "older extract 6" in load(full_set([FIRM], [UNIT], extract=6)).message
    assert load(update_set(([], [NAMED]), extract=8)).added == 1
    again = load(update_set(([], [NAMED]), extract=8))
    assert (again.added, again.changed, again.unchanged) == (0, 0, 2)


def test_an_update_stops_what_it_deletes(load: Any) -> None:
    load(full_set([FIRM, OTHER], [UNIT, NAMED], extract=1))
    run = load(update_set(([], []), gone=([], [NAMED.number])))
    assert (run.ended, run.changed) == (1, 0)
    assert Establishment.objects.active().get().unit_number == UNIT.number


def test_an_update_names_what_it_does_not_repeat(load: Any) -> None:
    """A new unit of a company that had none in the region, and a unit that moves into it."""
    load(full_set([FIRM, OTHER], [UNIT, WALLOON]))
    assert not Company.objects.filter(enterprise_number=OTHER.number).exists()
    moved = update_set(
        ([], [replace(WALLOON, zipcode="3000", name=""), replace(NAMED, company=OTHER.number)])
    )
    moved["establishment_delete.csv"] = text_of("EstablishmentNumber", [])
    moved["establishment_insert.csv"] = text_of(
        HEADERS["establishment"], [(NAMED.number, "01-01-2026", OTHER.number)]
    )
    assert load(moved).added == 3
    new = Establishment.objects.get(unit_number=NAMED.number)
    assert (new.name, new.company.name) == ("Werkplaats Leuven", "Ander BV")
    assert Establishment.objects.get(unit_number=WALLOON.number).company.name == "Voorbeeld NV"


def test_an_update_takes_away_what_it_deletes_and_gives_nothing_for(load: Any) -> None:
    load(full_set([FIRM], [NAMED]))
    update = update_set(([], []))
    update["denomination_delete.csv"] = text_of("EntityNumber", [(NAMED.number,)])
    assert load(update).changed == 1
    assert Establishment.objects.get().name == "Voorbeeld NV"


def test_without_what_was_loaded_last_an_update_asks_for_a_full_set(load: Any) -> None:
    """As after a crash of the server, which empties unlogged tables."""
    load(full_set([FIRM], [UNIT]))
    with connection.cursor() as cursor:
        cursor.execute("DELETE FROM companies_kbo_extract")
    assert "Import a full set first" in load(update_set(([], [NAMED]))).message
    assert load(full_set([FIRM], [UNIT])).message == ""
    assert load(update_set(([], [NAMED]))).added == 1


def test_all_come_in_when_only_the_recognised_were_asked_before(load: Any) -> None:
    members = full_set([FIRM], [UNIT])
    assert load(members, known_only=True).added == 0
    assert load(members).added == 2


def test_nothing_ends_for_a_row_of_which_nobody_knows_whose_it_is(load: Any) -> None:
    load(full_set([FIRM], [UNIT, NAMED]))
    run = load(full_set([FIRM], [UNIT, replace(NAMED, number="2100000299")], extract=2))
    assert (run.ended, run.rejected) == (0, 1)
    assert "They stay as they are" in run.message
    again = load(full_set([FIRM], [UNIT, replace(NAMED, number="2100000299")], extract=2))
    assert (again.rejected, again.message) == (1, run.message)


@pytest.mark.django_db(transaction=True)
def test_the_command_imports_a_set(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = write_zip(tmp_path / "kbo.zip", full_set([FIRM], [UNIT, NAMED]))
    call_command("import_file", "kbo", str(path), "--dry-run")
    assert "Dry run: nothing was changed." in capsys.readouterr().out
    call_command("import_file", "kbo", str(path))
    assert Establishment.objects.count() == 2
    call_command("import_file", "kbo", str(path))
    assert re.search(r"unchanged +3\n", capsys.readouterr().out)
    path.write_bytes(b"no zip at all")
    with pytest.raises(CommandError, match="This is no zip"):
        call_command("import_file", "kbo", str(path))


firms = st.tuples(
    *(
        st.builds(
            Firm,
            st.just(number),
            st.sampled_from(["Alfa", "Beta"]),
            st.just("a@voorbeeld.example"),
        )
        for number in (FIRM.number, OTHER.number, THIRD.number)
    )
)
units = st.builds(
    Unit,
    st.sampled_from([numbered(21_000_001 + n) for n in range(5)]),
    st.sampled_from([FIRM.number, OTHER.number, THIRD.number]),
    zipcode=st.sampled_from(["3000", "3000", "5000"]),
    street=st.sampled_from(["Kerkstraat", "Markt"]),
    name=st.sampled_from(["", "Delta", "Epsilon"]),
    nace=st.sampled_from([{}, {"2025": ("1",)}, {"2025": ("2",), "2008": ("3",)}]),
)
sets = st.tuples(firms, st.lists(units, max_size=5, unique_by=lambda unit: unit.number))


def the_region() -> list[Any]:
    """What a user finds: running establishments with an address in the region."""
    found = Establishment.objects.active().filter(postal_code="3000").order_by("unit_number")
    return list(
        found.values_list(
            "unit_number",
            "company__enterprise_number",
            "company__name",
            "company__email",
            "name",
            "street",
            "house_number",
            "municipality__nis_code",
            "nace_version",
            "nace_codes",
        )
    )


def clear() -> None:
    """Forget every import."""
    with connection.cursor() as cursor:
        cursor.execute("DELETE FROM companies_kbo_extract")
    for model in (ImportRun, Transfer, Establishment, Company):
        model.objects.all().delete()


# Temporary tables hold their locks to the end of a transaction, so each import has its own.
@pytest.mark.django_db(transaction=True)
@settings(max_examples=15, deadline=None, suppress_health_check=list(HealthCheck))
@given(a=sets, b=sets)
def test_an_update_leads_where_the_next_full_set_would(load: Any, a: Any, b: Any) -> None:
    clear()
    assert load(full_set(*a)).status == RunStatus.DONE
    update = difference(full_set(*a), full_set(*b), extract=2)
    run = load(update, allow_endings=True)
    assert run.status == RunStatus.DONE, run.message
    updated = the_region()
    again = load(update, allow_endings=True)
    assert (again.added, again.changed, again.ended) == (0, 0, 0)
    # Nor does the full set find anything left to do …
    full = load(full_set(*b, extract=2), allow_endings=True)
    assert (full.added, full.changed, full.ended) == (0, 0, 0)
    # … and from nothing it leads to the same.
    clear()
    load(full_set(*b, extract=2))
    assert the_region() == updated


def members(**changes: Any) -> dict[str, Any]:
    return full_set([FIRM], [UNIT]) | changes


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"PK no zip at all", "no zip"),
        (members(**{"../elders.csv": "x"}), "outside of itself"),
        (members(**{"/etc/passwd": "x"}), "outside of itself"),
        (members(**{"bomb.csv": b"0" * (4 << 20)}), "unpacks to far more"),
        ({k: v for k, v in members().items() if k != "meta.csv"}, "no meta.csv"),
        (members(**{"meta.csv": "Variable,Value\n"}), "which extract"),
        (members(**{"meta.csv": meta(0)}), "which extract"),
        (members(**{"meta.csv": meta(10**12)}), "which extract"),
        ({k: v for k, v in members().items() if k != "address.csv"}, "address.csv"),
        (members(**{"elsewhere/address.csv": "x"}), "twice"),
        (
            members(**{"address.csv": "EntityNumber,Zipcode\n"}),
            "lacks these columns: TypeOfAddress",
        ),
        (members(**{"address.csv": ""}), "lacks these columns"),
        (
            members(**{"contact.csv": HEADERS["contact"] + '\n"2.1","EST","TEL","1"\n"2.2","E'}),
            "contact.csv cannot be read from line 3",
        ),
        (
            members(**{"contact.csv": HEADERS["contact"] + '\n"2.1","EST","TEL"\n'}),
            "contact.csv cannot be read from line 2",
        ),
        (
            members(
                **{
                    "contact.csv": (HEADERS["contact"] + '\n"2.1","EST","TEL","Liège"\n').encode(
                        "latin-1"
                    )
                }
            ),
            "contact.csv cannot be read from line 2",
        ),
        (members(**{"contact.csv": HEADERS["contact"].encode() + bytes(5000)}), "contact.csv"),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_what_is_no_set_is_refused_and_changes_nothing(
    load: Any, tmp_path: Path, content: Any, said: str
) -> None:
    load(full_set([FIRM], [UNIT]))
    before = everything()
    path = tmp_path / "wrong.zip"
    if isinstance(content, bytes):
        path.write_bytes(content)
    else:
        write_zip(path, content)
    run = carry_out(new_run("kbo", path), path)
    assert run.status == RunStatus.REFUSED
    assert said in run.message
    assert everything() == before


def test_a_damaged_zip_is_refused(load: Any, tmp_path: Path) -> None:
    path = write_zip(tmp_path / "kbo.zip", full_set([FIRM], [UNIT]))
    with zipfile.ZipFile(path) as archive:
        start = archive.getinfo("address.csv").header_offset + 60
    data = bytearray(path.read_bytes())
    data[start : start + 20] = b"\0" * 20
    path.write_bytes(data)
    run = carry_out(new_run("kbo", path), path)
    assert run.status == RunStatus.REFUSED
    assert "damaged" in run.message or "cannot be read" in run.message
    assert not Company.objects.exists()
