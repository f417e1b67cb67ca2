"""Programmes from the API's JSON and from a table: validity, successors, what is refused."""

from __future__ import annotations

import json
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from imports.models import ImportRun, RunStatus
from imports.runs import carry_out, new_run
from schools.models import NumberStatus, Programme
from tests.factories import ProgrammeFactory
from tests.imports.files import csv_file

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("in_english")]

ROW = {
    "nummer": "2",
    "groepsnummer": "G-0002",
    "titel": "Animator duaal",
    "graad": "3",
    "onderwijsvorm": "BSO",
    "finaliteit": "7E",
    "type 7de leerjaar": "NA_OK3",
    "studiedomein": "",
    "begindatum": "2017-09-01",
    "einddatum": "2025-08-31",
    "opvolgers": "680",
}
SUCCESSOR = {"nummer": "680", "begindatum": "2025-09-01", "einddatum": "", "opvolgers": ""}


@pytest.fixture
def load(tmp_path: Path) -> Any:
    def carried_out(*changes: dict[str, str], **options: bool) -> ImportRun:
        rows = [list(ROW), *([(ROW | change)[name] for name in ROW] for change in changes)]
        path = csv_file(tmp_path / "opleidingen.csv", rows)
        return carry_out(new_run("programmes", path, options=options), path)

    return carried_out


def test_validity_and_successors_come_in_once(load: Any) -> None:
    guessed = ProgrammeFactory(
        number=2, group_number="G-0002", number_status=NumberStatus.PATTERN, title="Animator"
    )
    run = load({}, SUCCESSOR)
    assert (run.added, run.changed, run.rejected) == (2, 1, 0), "a programme and a link; one known"
    guessed.refresh_from_db()
    assert (guessed.title, guessed.number_status) == ("Animator duaal", NumberStatus.CONFIRMED)
    assert guessed.valid_until == date(2025, 8, 31)
    assert [p.number for p in guessed.successors.all()] == [680]
    again = load({}, SUCCESSOR)
    assert (again.added, again.changed, again.unchanged) == (0, 0, 3)
    load({"opvolgers": ""}, SUCCESSOR)
    assert guessed.successors.count() == 1, "a link that is known stays"


def test_a_complete_list_ends_what_it_does_not_name(load: Any) -> None:
    gone, over = ProgrammeFactory(), ProgrammeFactory(valid_until=date(2020, 8, 31))
    assert load({}, complete=True).ended == 1
    gone.refresh_from_db()
    over.refresh_from_db()
    assert gone.valid_until is not None
    assert over.valid_until == date(2020, 8, 31)


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        ({"nummer": "0"}, "nummer: Write a number from 1"),
        ({"groepsnummer": "82"}, "groepsnummer: A group number looks like G-0082"),
        ({"titel": ""}, "titel: This cell may not be empty"),
        ({"graad": "4"}, "graad: Write a number from 1 to 3"),
        ({"onderwijsvorm": "ASO"}, "onderwijsvorm: Write one of: BSO, TSO, BuSO"),
        ({"finaliteit": "X"}, "finaliteit: Write one of"),
        ({"einddatum": "2016-08-31"}, "einddatum: The end lies before the start"),
        ({"opvolgers": "G-0680"}, "opvolgers: Write the numbers of programmes"),
        ({"opvolgers": "680, 2"}, "opvolgers: A programme cannot succeed itself"),
    ],
)
def test_a_wrong_row_is_refused_and_changes_nothing(
    load: Any, change: dict[str, str], reason: str
) -> None:
    load({})
    before = list(Programme.objects.values_list())
    rejection = load(change).rejections.get()
    assert f"{rejection.column}: {rejection.reason}".startswith(reason)
    assert list(Programme.objects.values_list()) == before


def test_an_answer_of_the_api_saved_as_json_goes_in(tmp_path: Path) -> None:
    part = {
        "structuuronderdeel_nummer": 8,
        "titel": "Assistent dierlijke productie duaal",
        "onderwijsvorm": {"code": "BSO"},
        "studiedomein": {"code": "4", "omschrijving": "LAND- EN TUINBOUW"},
        "duaal": True,
        "aanloop": False,
        "begindatum": "2021-09-01T00:00:00",
    }
    group = {
        "structuuronderdeel_groep_nummer": "G-0008",
        "graad": {"code": "2"},
        "finaliteit": {"code": "A"},
        "structuuronderdelen": [
            part,
            part | {"structuuronderdeel_nummer": 565, "aanloop": True},
            part | {"structuuronderdeel_nummer": 11, "fase_buso": {"code": "I"}},
        ],
    }
    path = tmp_path / "groepen.json"
    path.write_text(json.dumps({"meta": {"total_elements": 1}, "content": [group]}))
    run = carry_out(new_run("programmes", path), path)
    assert (run.status, run.added, run.rejected) == (RunStatus.DONE, 1, 0)
    programme = Programme.objects.get()
    assert (programme.number, programme.group_number, programme.domain) == (8, "G-0008", "LTB")
