"""The screens of the imports: administrators rehearse a file, look at it and import it."""

from __future__ import annotations

from collections.abc import Iterator
from io import BytesIO
from pathlib import Path
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from openpyxl import load_workbook

from accounts.models import User
from imports import registry
from imports.models import ImportRun, RunStatus
from imports.runs import new_run
from imports.tasks import import_upload
from schools.models import School
from tests.factories import SchoolFactory, SchoolMembershipFactory, UserFactory
from tests.imports.toy import ToyImporter

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("in_english")]

GOOD = "nummer;naam\n1;School 1\n2;School 2\n"


@pytest.fixture(autouse=True)
def toy(settings: Any, tmp_path: Path) -> Iterator[None]:
    settings.MEDIA_ROOT = tmp_path
    registry.register(ToyImporter)
    yield
    del registry._importers["toy"]


@pytest.fixture
def administrator(client: Client) -> Client:
    client.force_login(UserFactory(is_superuser=True))
    return client


@pytest.fixture
def send(administrator: Client, django_capture_on_commit_callbacks: Any) -> Any:
    """Upload a text (or bytes) as a file; gives the page that follows."""

    def sent(content: str | bytes, name: str = "scholen.csv", **choices: str) -> Any:
        data = content.encode() if isinstance(content, str) else content
        with django_capture_on_commit_callbacks(execute=True):
            answer = administrator.post(
                "/en/import/toy/", {"file": SimpleUploadedFile(name, data), **choices}
            )
        return administrator.get(answer.url) if answer.status_code == 302 else answer

    return sent


@pytest.fixture
def perform(administrator: Client, django_capture_on_commit_callbacks: Any) -> Any:
    """Press the button on the page of a dry run; gives the page that follows."""

    def performed(run: ImportRun, **choices: str) -> Any:
        with django_capture_on_commit_callbacks(execute=True):
            answer = administrator.post(f"/en/import/{run.pk}/uitvoeren/", choices)
        return administrator.get(answer.url) if answer.status_code == 302 else answer

    return performed


def test_a_file_is_rehearsed_and_then_imported(send: Any, perform: Any) -> None:
    page = send(GOOD)
    rehearsal = page.context["run"]
    assert (rehearsal.status, rehearsal.is_dry_run, rehearsal.added) == (RunStatus.DONE, True, 2)
    assert "Nothing was written yet" in page.content.decode()
    assert not School.objects.exists()

    page = perform(rehearsal)
    run = page.context["run"]
    assert (run.status, run.is_dry_run, run.added) == (RunStatus.DONE, False, 2)
    assert sorted(School.objects.values_list("name", flat=True)) == ["School 1", "School 2"]
    assert run.rehearsal == rehearsal
    run.refresh_from_db()
    assert not run.file, "an imported file is not kept"

    again = send(GOOD)
    assert "This file changes nothing" in again.content.decode()
    assert "very same file was imported" in again.content.decode()


def test_the_button_pressed_twice_imports_once(send: Any, perform: Any) -> None:
    rehearsal = send(GOOD).context["run"]
    first, second = perform(rehearsal), perform(rehearsal)
    assert first.context["run"] == second.context["run"]
    assert ImportRun.objects.filter(is_dry_run=False).count() == 1


def test_rejected_rows_are_shown_and_downloaded(send: Any, administrator: Client) -> None:
    page = send('nummer;naam;mail\n1;School 1;\n7777777;=HYPERLINK("x");=HYPERLINK("x")\n')
    run = page.context["run"]
    assert (run.added, run.rejected) == (1, 1)
    assert "7777777" in page.content.decode()
    csv = administrator.get(f"/en/import/{run.pk}/afgewezen.csv").content.decode("utf-8-sig")
    header, row = csv.splitlines()
    assert header == "line;column;value;reason"
    assert row.startswith("3;nummer;7777777;Write a number")


def test_what_ends_many_records_needs_a_word(send: Any, perform: Any) -> None:
    SchoolFactory.create_batch(30)
    page = send(GOOD, complete="on")
    run = page.context["run"]
    assert (run.status, run.ended) == (RunStatus.REFUSED, 30)
    assert "I checked the file" in page.content.decode()
    assert perform(run).context["run"].status == RunStatus.REFUSED
    assert School.objects.filter(closed_on__isnull=False).count() == 0


def test_and_with_that_word_they_end(send: Any, perform: Any) -> None:
    SchoolFactory.create_batch(30)
    run = send(GOOD, complete="on").context["run"]
    assert perform(run, allow_endings="on").context["run"].status == RunStatus.DONE
    assert School.objects.filter(closed_on__isnull=False).count() == 30


@pytest.mark.parametrize(
    ("content", "name", "said"),
    [
        ("", "leeg.csv", "empty"),
        (GOOD, "scholen.pdf", "ends in .csv, .xlsx"),
        (GOOD, "scholen", "ends in .csv, .xlsx"),
    ],
)
def test_a_file_of_another_kind_is_refused_by_the_form(
    send: Any, content: str, name: str, said: str
) -> None:
    page = send(content, name, complete="on")
    assert page.status_code == 400
    assert said in page.content.decode()
    assert page.context["form"]["complete"].value(), "what was chosen stays"
    assert not ImportRun.objects.exists()


def test_a_file_that_is_too_large_is_refused(send: Any, settings: Any) -> None:
    settings.IMPORT_MAX_BYTES = 10
    assert "larger than 0 MB" in send(GOOD).content.decode()


@pytest.mark.parametrize(
    ("content", "name", "said"),
    [
        (b"\x89PNG\r\n\x1a\n" + bytes(200), "plaatje.csv", "text"),
        (b"PK\x03\x04 no workbook", "blad.xlsx", "workbook"),
        ("naam\nSchool\n", "scholen.csv", "columns are missing: nummer"),
        ("nummer;naam\n", "scholen.csv", "no rows"),
    ],
)
def test_a_file_that_is_no_table_is_refused_with_advice(
    send: Any, content: Any, name: str, said: str
) -> None:
    page = send(content, name)
    run = page.context["run"]
    assert run.status == RunStatus.REFUSED
    assert said in run.message
    assert run.message.split(".")[0] in page.content.decode()
    assert not run.may_be_performed
    assert not School.objects.exists()


def test_a_refused_file_cannot_be_imported_all_the_same(send: Any, perform: Any) -> None:
    run = send("nummer;naam\n").context["run"]
    assert perform(run, allow_endings="on").status_code == 409
    assert not ImportRun.objects.filter(is_dry_run=False).exists()


def test_the_page_asks_on_until_the_run_is_over(administrator: Client, tmp_path: Path) -> None:
    path = tmp_path / "scholen.csv"
    path.write_text(GOOD)
    run = new_run("toy", path, is_dry_run=True)
    page = administrator.get(f"/en/import/{run.pk}/").content.decode()
    assert "hx-trigger" in page
    assert "Waiting for a worker" in page
    ImportRun.objects.update(status=RunStatus.RUNNING)
    cut_off = administrator.get(f"/en/import/{run.pk}/").content.decode()
    assert "cut off half-way" in cut_off
    assert "hx-trigger" not in cut_off


def test_a_run_that_is_over_is_not_done_again(send: Any) -> None:
    run = send(GOOD).context["run"]
    import_upload(run.pk)
    run.refresh_from_db()
    assert run.attempts == 1


def test_history_is_filtered_paged_and_read_in_few_queries(
    send: Any, administrator: Client, django_assert_max_num_queries: Any
) -> None:
    run = send(GOOD).context["run"]
    for _ in range(29):
        run.pk = None
        run.save()
    with django_assert_max_num_queries(12):
        page = administrator.get("/en/import/", {"kind": "toy"})
    assert len(page.context["page"]) == 25
    assert len(administrator.get("/en/import/", {"page": 2}).context["page"]) == 5
    assert administrator.get("/en/import/", {"kind": "nonsense"}).status_code == 404
    empty = administrator.get("/en/import/", {"kind": "recognitions"})
    assert "Nothing was imported yet" in empty.content.decode()


def test_the_template_is_a_workbook(administrator: Client) -> None:
    answer = administrator.get("/en/import/recognitions/sjabloon.xlsx")
    data, explanation = load_workbook(BytesIO(answer.content)).worksheets
    assert "vestigingsnummer" in [cell.value for cell in data[1]]
    assert explanation.max_row > 10
    assert administrator.get("/en/import/toy/sjabloon.xlsx").status_code == 404


@pytest.mark.parametrize(
    ("method", "address"),
    [
        ("get", "/import/"),
        ("get", "/import/toy/"),
        ("post", "/import/toy/"),
        ("get", "/import/{run}/"),
        ("post", "/import/{run}/uitvoeren/"),
        ("get", "/import/{run}/afgewezen.csv"),
        ("get", "/import/recognitions/sjabloon.xlsx"),
    ],
)
def test_only_administrators_may(client: Client, tmp_path: Path, method: str, address: str) -> None:
    path = tmp_path / "scholen.csv"
    path.write_text(GOOD)
    run = new_run("toy", path, is_dry_run=True)
    address = address.format(run=run.pk)
    visitor = getattr(client, method)(address)
    assert (visitor.status_code, visitor.url.split("?")[0]) == (302, "/aanmelden/")
    user: User = SchoolMembershipFactory().user
    client.force_login(user)
    assert getattr(client, method)(address).status_code == 403
    assert ImportRun.objects.count() == 1
