"""A school's list of pupils: checked, taken in whole, twice is once, and nobody else's."""

import io
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from openpyxl import load_workbook

from accounts.models import User
from placement.models import PupilRequest
from schools.models import Campus, Programme, SchoolYear
from tests.factories import PupilRequestFactory, SchoolMembershipFactory

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("programme")]

LIST = """referentie;opleiding;postcode;vervoer;zoekt sinds
26-001;88;9000;fiets;2026-10-01
26-002;Elektrische installaties duaal;;openbaar vervoer;
26-003;88;;;
"""


@pytest.fixture
def coordinator(campus: Campus) -> User:
    user: User = SchoolMembershipFactory.create(school=campus.school).user
    return user


@pytest.fixture
def browser(coordinator: User) -> Client:
    client = Client()
    client.force_login(coordinator)
    return client


def check(browser: Client, text: str | bytes, name: str = "lijst.csv", **changes: str) -> Any:
    content = text.encode() if isinstance(text, str) else text
    asked = {"campus": "039107-1", "school_year": SchoolYear.objects.current().name}
    file = SimpleUploadedFile(name, content)
    return browser.post("/leerlingen/lijst/", asked | changes | {"file": file})


def write(browser: Client, checked: Any, **changes: str) -> Any:
    asked = {
        "campus": "039107-1",
        "school_year": SchoolYear.objects.current().name,
        "rows_read": checked.context["rows_read"],
    }
    return browser.post("/leerlingen/lijst/bewaren/", asked | changes)


def test_checked_first_then_taken_in_and_the_second_time_changes_nothing(browser: Client) -> None:
    checked = check(browser, LIST)
    assert len(checked.context["outcome"].new) == 3
    assert not PupilRequest.objects.exists()
    assert write(browser, checked).status_code == 200
    first, second, third = PupilRequest.objects.order_by("reference")
    assert (first.postal_code, first.mode, str(first.started_on)) == (
        "9000",
        "bicycle",
        "2026-10-01",
    )
    assert (second.programme.number, second.mode, second.postal_code) == (88, "transit", "")
    assert (third.mode, third.status) == ("", "open")

    before = list(PupilRequest.objects.order_by("pk").values())
    again = check(browser, LIST)
    assert (again.context["outcome"].same, again.context["outcome"].changes_anything) == (3, False)
    write(browser, again)
    assert list(PupilRequest.objects.order_by("pk").values()) == before


def test_an_empty_cell_leaves_what_is_known_and_a_filled_one_changes_it(browser: Client) -> None:
    write(browser, check(browser, LIST))
    changed = check(browser, "referentie;opleiding;postcode\n26-001;88;\n26-002;88;9050\n")
    assert [request.reference for request in changed.context["outcome"].changed] == ["26-002"]
    write(browser, changed)
    assert PupilRequest.objects.get(reference="26-001").postal_code == "9000"
    assert PupilRequest.objects.get(reference="26-002").postal_code == "9050"
    assert PupilRequest.objects.get(reference="26-002").version == 1


def test_rejected_rows_are_named_and_the_others_go_in(browser: Client) -> None:
    text = (
        "referentie;opleiding;postcode;vervoer\n"
        "An Peeters;88;;\n26-002;onbestaand;;\n26-003;88;90;raket\n26-004;88;;\n26-004;88;;\n"
    )
    checked = check(browser, text)
    told = [(item.line, item.column) for item in checked.context["outcome"].rejections]
    assert told == [
        (2, "referentie"),
        (3, "opleiding"),
        (4, "postcode"),
        (4, "vervoer"),
        (6, "referentie"),
    ]
    write(browser, checked)
    assert [request.reference for request in PupilRequest.objects.all()] == ["26-004"]


def test_a_placed_pupil_is_not_changed_by_a_list(browser: Client, campus: Campus) -> None:
    PupilRequestFactory.create(
        campus=campus,
        programme=Programme.objects.get(number=88),
        reference="26-001",
        placed=True,
        school_year=SchoolYear.objects.current(),
    )
    checked = check(browser, LIST)
    assert [item.line for item in checked.context["outcome"].rejections] == [2]
    write(browser, checked)
    assert PupilRequest.objects.get(reference="26-001").postal_code != "9000"


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("lijst.csv", b"naam;voornaam\nPeeters;An\n"),
        ("lijst.csv", b""),
        ("lijst.xlsx", b"PK\x03\x04 no workbook"),
        ("lijst.pdf", b"%PDF-1.7"),
        ("lijst.csv", b"referentie;opleiding\n"),
        ("lijst.csv", b"referentie;opleiding\n26-1;88;9000;en meer\n"),
        ("lijst.csv", b"x" * ((1 << 20) + 1)),
    ],
)
def test_what_is_no_list_is_refused(browser: Client, name: str, content: bytes) -> None:
    response = check(browser, content, name)
    assert response.status_code == 400
    assert response.context["form"].errors.keys() == {"file"}


@pytest.mark.parametrize("rows", ["", "[", "[1]", "{}", '[["x", {}]]', "[]", "[[1, []]]"])
def test_altered_rows_are_refused(browser: Client, rows: str) -> None:
    year = SchoolYear.objects.current().name
    asked = {"campus": "039107-1", "school_year": year, "rows_read": rows}
    assert browser.post("/leerlingen/lijst/bewaren/", asked).status_code == 400
    assert not PupilRequest.objects.exists()


def test_another_schools_campus_is_unknown(browser: Client) -> None:
    other = SchoolMembershipFactory.create()
    PupilRequestFactory.create(campus__school=other.school)
    key = other.school.campuses.get().key
    assert check(browser, LIST, campus=key).status_code == 400
    checked = check(browser, LIST)
    assert write(browser, checked, campus=key).status_code == 400
    assert PupilRequest.objects.count() == 1


def test_who_keeps_no_pupils_finds_no_page(client: Client) -> None:
    client.force_login(User.objects.create_user("niemand@radar.example"))
    assert client.get("/leerlingen/lijst/").status_code == 404


def test_the_template_is_read_back(browser: Client) -> None:
    workbook = load_workbook(io.BytesIO(browser.get("/leerlingen/lijst/sjabloon.xlsx").content))
    sheet = workbook.worksheets[0]
    sheet.append(["26-009", "88", "9000", "te voet", ""])
    saved = io.BytesIO()
    workbook.save(saved)
    checked = check(browser, saved.getvalue(), "lijst.xlsx")
    assert checked.status_code == 200, checked.context["form"].errors
    (request,) = checked.context["outcome"].new
    assert (request.reference, request.mode) == ("26-009", "foot")


def test_a_long_list_asks_few_questions(
    browser: Client, django_assert_max_num_queries: Any
) -> None:
    rows = "".join(f"26-{i:04d};88;9000;fiets\n" for i in range(300))
    with django_assert_max_num_queries(20):
        checked = check(browser, "referentie;opleiding;postcode;vervoer\n" + rows)
    with django_assert_max_num_queries(25):
        write(browser, checked)
    assert PupilRequest.objects.count() == 300
