"""The frame: what every importer gets, shown with the smallest one."""

from __future__ import annotations

import io
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import psycopg
import pytest
from django.db import connection
from django.utils import timezone

from geo.locks import lock_key
from imports import registry, runs
from imports.errors import BusyError
from imports.models import ImportRun, RunStatus
from imports.rejections import write_rejections
from imports.runs import carry_out, new_run
from schools.models import School
from tests.imports.files import csv_file
from tests.imports.toy import ToyImporter

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("in_english")]

HEADER = ["nummer", "naam", "mail"]


@pytest.fixture(autouse=True)
def toy(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(registry._importers, "toy", ToyImporter)


@pytest.fixture
def load(tmp_path: Path) -> Any:
    """Import rows; gives the run."""

    def carried_out(*rows: list[str], dry_run: bool = False, **options: bool) -> ImportRun:
        path = csv_file(tmp_path / "toy.csv", [HEADER, *rows])
        return carry_out(new_run("toy", path, is_dry_run=dry_run, options=options), path)

    return carried_out


def state() -> list[tuple[Any, ...]]:
    return list(School.objects.order_by("number").values_list("number", "name", "email"))


def counts(run: ImportRun) -> tuple[int, int, int, int, int]:
    return run.added, run.changed, run.ended, run.unchanged, run.rejected


def schools(n: int) -> list[list[str]]:
    return [[str(number), f"School {number}", ""] for number in range(1, n + 1)]


def test_a_file_goes_in_and_the_same_file_again_changes_nothing(load: Any) -> None:
    rows = [["39107", "Sint-Jozef", "info@sint-jozef.example"], ["000147", "GO! Atheneum", ""]]
    first, second = load(*rows), load(*rows)
    assert state() == [
        ("000147", "GO! Atheneum", ""),
        ("039107", "Sint-Jozef", "info@sint-jozef.example"),
    ]
    assert (counts(first), counts(second)) == ((2, 0, 0, 0, 0), (0, 0, 0, 2, 0))
    assert first.status == second.status == RunStatus.DONE
    assert first.file_hash == second.file_hash
    assert second.earlier_with_the_same_file() == first


def test_what_differs_is_changed_and_an_empty_cell_leaves_what_is_there(load: Any) -> None:
    load(["1", "Oud", "a@b.example"], ["2", "Twee", ""])
    run = load(["1", "Nieuw", ""], ["2", "Twee", ""])
    assert state() == [("000001", "Nieuw", "a@b.example"), ("000002", "Twee", "")]
    assert counts(run) == (0, 1, 0, 1, 0)
    run.refresh_from_db()
    assert run.tables == [
        {"table": "schools.school", "added": 0, "changed": 1, "ended": 0, "unchanged": 1}
    ]
    assert run.examples == [
        {
            "table": "schools.school",
            "action": "changed",
            "label": "Nieuw",
            "values": [["name", "Oud", "Nieuw"]],
        }
    ]


def test_a_dry_run_tells_all_and_changes_nothing(load: Any) -> None:
    load(["1", "Oud", ""])
    before = state()
    run = load(["1", "Nieuw", ""], ["2", "Twee", ""], ["x", "Drie", ""], dry_run=True)
    assert state() == before
    assert counts(run) == (1, 1, 0, 0, 1)
    assert run.status == RunStatus.DONE
    assert run.rejections.count() == 1
    assert [example["action"] for example in run.examples] == ["added", "changed"]


def test_rows_that_are_wrong_are_left_out_with_a_reason_for_each_fault(load: Any) -> None:
    run = load(
        ["1", "Goed", ""], ["x", "", ""], ["3", "a", "a"], ["1", "Dubbel", ""], ["4", "=1+1", ""]
    )
    assert [name for _, name, _ in state()] == ["Goed", "=1+1"]
    assert run.rejected == 3
    found = run.rejections.values_list("line", "column", "value")
    assert list(found) == [
        (3, "nummer", "x"),
        (3, "naam", ""),
        (4, "naam", "a"),
        (5, "nummer", "1"),
    ]
    assert "Line 2" in run.rejections.last().reason


def test_rejected_rows_come_out_as_csv_that_no_spreadsheet_runs(load: Any) -> None:
    run = load(["=cmd|' /c calc'!A1", "Twee", ""], ["1", "Goed", ""])
    stream = io.StringIO()
    write_rejections(run, stream)
    header, row = stream.getvalue().splitlines()
    assert header == "line;column;value;reason"
    assert row.startswith("2;nummer;'=cmd|' /c calc'!A1;Write a whole number")


def test_a_complete_file_ends_what_it_does_not_name(load: Any) -> None:
    load(*schools(20))
    run = load(*schools(18), complete=True)
    assert School.objects.filter(closed_on=timezone.localdate()).count() == 2
    assert counts(run) == (0, 0, 2, 18, 0)
    again = load(*schools(18), complete=True)
    assert counts(again) == (0, 0, 0, 18, 0)
    assert load(*schools(20), complete=True).changed == 2
    assert not School.objects.filter(closed_on__isnull=False).exists()


def test_more_than_the_set_share_is_not_ended_unless_allowed(load: Any, settings: Any) -> None:
    settings.IMPORT_MAX_ENDED_SHARE = 0.2
    load(*schools(60))
    for dry_run in (True, False):
        run = load(*schools(45), ["99", "Nieuw", ""], complete=True, dry_run=dry_run)
        assert run.status == RunStatus.REFUSED
        assert "15 of 60 schools (25 %)" in run.message
        assert run.ended == 15
        assert School.objects.filter(closed_on__isnull=True).count() == School.objects.count() == 60
    run = load(*schools(45), complete=True, allow_endings=True)
    assert (run.status, run.ended) == (RunStatus.DONE, 15)


def test_a_row_with_a_fault_holds_its_record(load: Any) -> None:
    load(*schools(3))
    run = load(["1", "School 1", ""], ["2", "", ""], complete=True)
    assert counts(run) == (0, 0, 1, 1, 1)
    assert School.objects.get(closed_on__isnull=False).number == "000003"


def test_a_row_that_nobody_can_read_keeps_everything_from_ending(load: Any) -> None:
    load(*schools(3))
    run = load(["1", "School 1", ""], ["?", "School 2", ""], complete=True)
    assert counts(run) == (0, 0, 0, 1, 1)
    assert run.status == RunStatus.DONE
    assert "2 schools are not in the file" in run.message


@pytest.mark.parametrize(
    ("content", "message"),
    [
        ("", "empty"),
        ("nummer;naam\n", "no rows"),
        ("naam;mail\na;b\n", "missing: nummer"),
        ("nummer;naam\n1;a\n2", "stops in the middle"),
        ('nummer;naam\n1;a\n2;"b\n', "Line 3"),
    ],
)
def test_a_file_that_is_refused_changes_nothing(
    load: Any, tmp_path: Path, content: str, message: str
) -> None:
    load(*schools(2))
    before = state()
    path = tmp_path / "bad.csv"
    path.write_text(content)
    run = carry_out(new_run("toy", path, options={"complete": True}), path)
    assert run.status == RunStatus.REFUSED
    assert message in run.message
    assert state() == before


def test_too_many_rows_are_refused(load: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(ToyImporter, "max_rows", 5)
    assert "more than 5 rows" in load(*schools(6)).message
    assert state() == []


def test_columns_that_nobody_reads_are_named(tmp_path: Path) -> None:
    path = csv_file(tmp_path / "toy.csv", [["nummer", "naam", "maill"], ["1", "a", "b"]])
    assert "maill" in carry_out(new_run("toy", path), path).message


def test_what_was_not_foreseen_changes_nothing_and_is_told(
    load: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    load(*schools(2))
    before = state()

    def apply(self: ToyImporter) -> None:
        super(ToyImporter, self).apply()
        raise RuntimeError("disk full")

    monkeypatch.setattr(ToyImporter, "apply", apply)
    with pytest.raises(RuntimeError):
        load(["1", "Nieuw", ""], ["3", "Drie", ""])
    assert state() == before
    run = ImportRun.objects.latest("pk")
    assert run.status == RunStatus.FAILED
    assert "disk full" in run.message


def test_the_database_has_its_say_in_a_dry_run_too(
    load: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    def apply(self: ToyImporter) -> None:
        School.objects.create(number="x", name="no number", type="121")

    monkeypatch.setattr(ToyImporter, "apply", apply)
    with pytest.raises(Exception, match="school_number_shape"):
        load(["1", "a", ""], dry_run=True)
    assert ImportRun.objects.get().status == RunStatus.FAILED


@pytest.fixture
def another_connection() -> Iterator[psycopg.Connection]:
    settings = connection.settings_dict
    with psycopg.connect(
        host=settings["HOST"],
        port=settings["PORT"] or None,
        dbname=settings["NAME"],
        user=settings["USER"],
        password=settings["PASSWORD"],
        autocommit=True,
    ) as other:
        yield other


def test_two_imports_of_one_kind_never_run_at_once(
    load: Any, another_connection: psycopg.Connection, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Whoever holds the lock keeps others out: an import keeps us out, and we an import."""
    key = [lock_key("imports.toy")]
    got: list[Any] = []

    def apply(self: ToyImporter) -> None:
        got.append(another_connection.execute("SELECT pg_try_advisory_lock(%s)", key).fetchone())

    with monkeypatch.context() as patch:
        patch.setattr(ToyImporter, "apply", apply)
        load(*schools(1))
    assert got == [(False,)]

    another_connection.execute("SELECT pg_advisory_lock(%s)", key)
    with pytest.raises(BusyError, match="under way"):
        load(*schools(1))
    assert state() == []
    another_connection.execute("SELECT pg_advisory_unlock(%s)", key)
    assert load(*schools(1)).status == RunStatus.DONE


def test_a_run_that_is_cut_off_every_time_is_given_up(load: Any, tmp_path: Path) -> None:
    path = csv_file(tmp_path / "toy.csv", [HEADER, *schools(1)])
    run = new_run("toy", path)
    run.status, run.attempts = RunStatus.RUNNING, runs.MAX_ATTEMPTS
    run.save()
    carry_out(run, path)
    assert run.status == RunStatus.INTERRUPTED
    assert state() == []


def test_messages_are_in_the_language_of_who_started(tmp_path: Path) -> None:
    path = csv_file(tmp_path / "toy.csv", [HEADER])
    run = new_run("toy", path)
    run.language = "nl"
    carry_out(run, path)
    assert "geen rijen" in run.message
