"""The education API against a stub on this machine, which behaves and misbehaves."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import date
from functools import partial
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from hypothesis import given
from hypothesis import strategies as st

from imports.json_tables import JsonTable
from imports.models import ImportRun, RunStatus
from schools.imports import offerings, programmes, school_columns
from schools.imports.education_api import EducationApi, EducationApiError
from schools.imports.education_fetch import CAMPUSES, ENROLMENTS, GROUPS, OFFERINGS, PROGRAMMES
from schools.imports.education_fetch import SCHOOLS as SCHOOLS_PATH
from schools.imports.education_records import (
    campus_row,
    enrolment_rows,
    offering_rows,
    programme_rows,
)
from schools.imports.enrolments import EnrolmentImporter
from schools.models import Campus, Offering, OfferingStatus, Programme, School
from schools.tasks import fetch_education
from tests.factories import MunicipalityFactory, PostalCodeFactory
from tests.stub_server import Stub, serve

pytestmark = pytest.mark.usefixtures("in_english")


def envelope(records: list[Any], parameters: dict[str, str]) -> dict[str, Any]:
    """A page as the API gives it: `page` counts from 1."""
    page, size = int(parameters["page"]), int(parameters["size"])
    return {
        "meta": {
            "total_elements": len(records),
            "total_pages": -(-len(records) // size),
            "number": page,
            "last": page * size >= len(records),
        },
        "links": [],
        "content": records[(page - 1) * size : page * size],
    }


@pytest.fixture
def stub() -> Iterator[Stub]:
    with serve() as stub:
        yield stub


@pytest.fixture
def api(stub: Stub) -> Iterator[EducationApi]:
    with EducationApi(stub.url, "key", timeout=0.3, retries=2, wait=0.001, page_size=2) as api:
        yield api


FIVE = [{"n": n} for n in range(5)]


def test_all_pages_with_the_key_in_a_header(stub: Stub, api: EducationApi) -> None:
    stub.answer = lambda path, parameters: envelope(FIVE, parameters)
    assert list(api.records("lijst", filter_x="1")) == FIVE
    assert stub.asked == [
        ("/lijst", {"filter_x": "1", "page": str(page), "size": "2"}) for page in (1, 2, 3)
    ]
    assert {headers["x-api-key"] for headers in stub.headers} == {"key"}


def test_an_empty_list_is_a_list(stub: Stub, api: EducationApi) -> None:
    stub.answer = lambda path, parameters: envelope([], parameters)
    assert list(api.records("lijst")) == []


@pytest.mark.parametrize("status", [429, 500, 503])
def test_what_fails_for_a_moment_is_asked_again(stub: Stub, api: EducationApi, status: int) -> None:
    def answer(path: str, parameters: dict[str, str]) -> Any:
        return (status, {}) if len(stub.asked) < 3 else envelope(FIVE[:1], parameters)

    stub.answer = answer
    assert list(api.records("lijst")) == FIVE[:1]
    assert len(stub.asked) == 3


def repeating(path: str, parameters: dict[str, str]) -> Any:
    return envelope(FIVE, parameters | {"page": "1"})


def gap(path: str, parameters: dict[str, str]) -> Any:
    page = envelope(FIVE, parameters)
    return page | {"content": []} if parameters["page"] == "2" else page


def growing(path: str, parameters: dict[str, str]) -> Any:
    return envelope([{"n": n} for n in range(5 + int(parameters["page"]))], parameters)


@pytest.mark.parametrize(
    ("answer", "reason"),
    [
        (repeating, "Page 2 of lijst repeats an earlier one"),
        (gap, "has 5 records and gave 2 up to page 2"),
        (growing, "went from 6 to 7 records while it was read"),
        (lambda path, parameters: (401, {}), "refuses the key: check EDUCATION_API_KEY"),
        (lambda path, parameters: (400, {"detail": "Attribuut niet toegestaan"}), "answered 400"),
        (lambda path, parameters: (302, {}), "answered 302"),
        (lambda path, parameters: (503, {}), "answered 503"),
        (lambda path, parameters: b"<html>", "in a shape that we do not know"),
        (lambda path, parameters: {"content": [1], "meta": {"total_elements": 1}}, "shape"),
        (lambda path, parameters: {"content": [{}]}, "in a shape that we do not know"),
    ],
)
def test_a_bad_answer_stops_with_a_reason(
    stub: Stub, api: EducationApi, answer: Callable[..., Any], reason: str
) -> None:
    stub.answer = answer
    with pytest.raises(EducationApiError, match=reason):
        list(api.records("lijst"))


def test_silence_stops_with_a_reason(stub: Stub, api: EducationApi) -> None:
    stub.delay = 0.5
    with pytest.raises(EducationApiError, match="cannot be reached"):
        list(api.records("lijst"))


def test_no_key_no_session() -> None:
    with pytest.raises(EducationApiError, match="set EDUCATION_API_KEY"):
        EducationApi("http://127.0.0.1:9", "")


# The whole way -----------------------------------------------------------------------------------

SCHOOL = {
    "instelling_nummer": 39107,
    "instelling_naam": "Sint-Voorbeeld",
    "instelling_naam_volledig": "Sint-Voorbeeld Leuven 039107",
    "instelling_type": {"code": "121", "omschrijving": "Voltijds"},
    "instelling_net": {"code": "3", "omschrijving": "Vrij gesubsidieerd onderwijs"},
    "instelling_email": "school@voorbeeld.example",
    "instelling_einddatum": "9999-12-31",
}
CAMPUS = {
    "instelling_nummer": 39107,
    "instellingslocatie_vestigingsnummer": 1,
    "instellingslocatie_straatnaam": "Fonteinstraat",
    "instellingslocatie_huisnummer": "75",
    "instellingslocatie_postcode": "3000",
    "instellingslocatie_gemeente": "LEUVEN",
    "instellingslocatie_gemeente_nis": "24062",
    "instellingslocatie_telefoonnummers": ["016 00 00 00", "016 00 00 01"],
    "gps_breedtegraad": 50.883485,
    "gps_lengtegraad": 4.694159,
}
PART = {
    "structuuronderdeel_nummer": 88,
    "titel": "Elektrische installaties duaal",
    "onderwijsvorm": {"code": "BSO"},
    "studiedomein": {"code": "2", "omschrijving": "STEM"},
    "duaal": True,
    "aanloop": False,
    "begindatum": "2021-09-01",
    "einddatum": "2028-08-31",
    "historiek_structuuronderdelen": {
        "volgende_structuuronderdelen": [{"structuuronderdeel_nummer": 931}]
    },
}
GROUP = {
    "structuuronderdeel_groep_nummer": "G-0082",
    "titel": "Elektrische installaties",
    "graad": {"code": "3"},
    "finaliteit": {"code": "A"},
    "structuuronderdelen": [
        PART,
        PART
        | {
            "structuuronderdeel_nummer": 931,
            "begindatum": "2028-09-01",
            "einddatum": None,
            "historiek_structuuronderdelen": None,
        },
        PART | {"structuuronderdeel_nummer": 89, "duaal": False, "onderwijsvorm": {"code": "ASO"}},
        PART | {"structuuronderdeel_nummer": 90, "aanloop": True},
    ],
}
YEARS = [
    {
        "administratievegroep_code": code,
        "administratievegroep_duaal": is_dual,
        "structuuronderdeel": {"structuuronderdeel_nummer": 88},
    }
    for code, is_dual in ((31, True), (32, True), (33, False))
]
PLACE = {"instelling_nummer": 39107, "instellingslocatie_vestigingsnummer": 1}


@pytest.fixture
def lists() -> dict[str, list[Any]]:
    """What the stub serves, by path."""
    codes = [year["administratievegroep_code"] for year in YEARS]
    return {
        PROGRAMMES: [GROUP],
        SCHOOLS_PATH: [SCHOOL],
        CAMPUSES: [CAMPUS, CAMPUS | {"instelling_nummer": 1}],
        GROUPS: YEARS,
        OFFERINGS: [PLACE | {"administratievegroep_code": c, "schooljaar": 2026} for c in codes],
        ENROLMENTS: [
            {"instelling_nummer": 39107, "administratievegroep_code": code, "schooljaar": 2024}
            | {"aantal_inschrijvingen": pupils}
            for code, pupils in zip(codes, (7, 5, 90), strict=True)
        ],
    }


@pytest.fixture
def service(stub: Stub, lists: dict[str, list[Any]], settings: Any) -> Stub:
    def answer(path: str, parameters: dict[str, str]) -> Any:
        records = lists[path.strip("/")]
        if path.strip("/") == SCHOOLS_PATH:
            kind = parameters["filter_instelling_type"]
            records = [school for school in records if school["instelling_type"]["code"] == kind]
        return envelope(records, parameters)

    stub.answer = answer
    settings.EDUCATION_API_URL = stub.url
    settings.EDUCATION_API_KEY = "key"
    settings.EDUCATION_API_RETRIES = 0
    PostalCodeFactory(place_name="Leuven", municipality=MunicipalityFactory())
    return stub


@pytest.mark.django_db(transaction=True)
@pytest.mark.usefixtures("service")
def test_everything_comes_in_and_once() -> None:
    assert fetch_education() == dict.fromkeys(
        ("programmes", "schools", "offerings", "enrolments"), RunStatus.DONE
    )
    assert not ImportRun.objects.filter(rejected__gt=0).exists()

    programme, successor = Programme.objects.order_by("number")
    assert (programme.number, programme.grade, programme.domain) == (88, 3, "STEM")
    assert str(programme.valid_until) == "2028-08-31"
    assert list(programme.successors.all()) == [successor]

    assert School.objects.get().number == "039107"
    campus = Campus.objects.get()
    assert campus.address == "Fonteinstraat 75, 3000 Leuven"
    assert campus.point.coords == pytest.approx((4.694159, 50.883485))
    assert campus.closed_on is None

    found = Offering.objects.order_by("school_year_id").values_list("school_year", "pupils")
    assert list(found) == [(2024, 12), (2026, None)]

    fetch_education()
    again = ImportRun.objects.order_by("-pk")[:4]
    assert [(run.added, run.changed, run.ended) for run in again] == [(0, 0, 0)] * 4


@pytest.mark.django_db(transaction=True)
def test_only_changes_are_asked_for_and_end_nothing(
    service: Stub, lists: dict[str, list[Any]]
) -> None:
    fetch_education()
    lists[SCHOOLS_PATH] = []
    service.asked.clear()
    assert fetch_education(changes_only=True) == {"schools": "unchanged"}
    assert all("zoek_instelling_gewijzigd_sinds" in asked for _path, asked in service.asked)
    lists[SCHOOLS_PATH] = [SCHOOL | {"instelling_naam_volledig": "Nieuwe naam"}]
    assert fetch_education(changes_only=True) == {"schools": RunStatus.DONE}
    assert School.objects.get().name == "Nieuwe naam"
    assert Campus.objects.open().count() == 1


@pytest.mark.django_db(transaction=True)
def test_what_a_whole_list_no_longer_names_is_stopped(
    service: Stub, lists: dict[str, list[Any]]
) -> None:
    fetch_education()
    lists[CAMPUSES].append(CAMPUS | {"instellingslocatie_vestigingsnummer": 2})
    lists[OFFERINGS] = [
        PLACE
        | {
            "instellingslocatie_vestigingsnummer": 2,
            "administratievegroep_code": 31,
            "schooljaar": 2026,
        }
    ]
    fetch_education()
    statuses = Offering.objects.filter(school_year=2026).order_by("campus__site_number")
    assert [o.status for o in statuses] == [OfferingStatus.STOPPED, OfferingStatus.RUNNING]


@pytest.mark.django_db(transaction=True)
def test_a_list_that_breaks_off_imports_nothing_and_stops_no_other(
    service: Stub, lists: dict[str, list[Any]]
) -> None:
    lists[CAMPUSES] = [CAMPUS]
    right = service.answer

    def answer(path: str, parameters: dict[str, str]) -> Any:
        page = right(path, parameters)
        if path.strip("/") == CAMPUSES:
            page["meta"]["total_elements"] = 9
        return page

    service.answer = answer
    outcome = fetch_education()
    assert "gave" in outcome["schools"]
    assert outcome["programmes"] == RunStatus.DONE
    assert not School.objects.exists()


_NAMES = sorted({*SCHOOL, *CAMPUS, *GROUP, *PART, *YEARS[0], "schooljaar", "aantal"})
_VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=3),
    lambda inner: st.lists(inner, max_size=2) | st.dictionaries(st.sampled_from(_NAMES), inner),
    max_leaves=8,
)
_RECORDS = st.dictionaries(st.sampled_from(_NAMES), _VALUES, min_size=1)


@given(st.lists(_RECORDS, max_size=3))
def test_no_record_is_too_odd_to_be_read(records: list[Any]) -> None:
    for columns, rows_of in (
        (school_columns.COLUMNS, lambda record: (campus_row(record),)),
        (programmes.COLUMNS, programme_rows),
        (offerings.COLUMNS, partial(offering_rows, today=date(2026, 10, 1))),
        (EnrolmentImporter.columns, enrolment_rows),
    ):
        for line in JsonTable(records, columns, rows_of).lines():
            assert line.problem or len(line.cells) == len(columns)


@pytest.mark.django_db(transaction=True)
@pytest.mark.usefixtures("service")
def test_the_command_rehearses_and_fetches(capsys: pytest.CaptureFixture[str]) -> None:
    call_command("fetch_education", "programmes", "--dry-run")
    assert "Dry run: nothing was changed." in capsys.readouterr().out
    assert not Programme.objects.exists()
    call_command("fetch_education", "programmes")
    assert Programme.objects.count() == 2
    with pytest.raises(CommandError, match="Unknown: companies"):
        call_command("fetch_education", "companies")


def test_without_a_key_the_task_does_nothing(settings: Any) -> None:
    settings.EDUCATION_API_KEY = ""
    assert fetch_education() == {}
