"""A request for recognition through the front door: step by step, refused, sent, completed."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.utils import timezone
from post_office.models import Email

from companies import decisions
from companies.models import Establishment, Mentor, Recognition, RecognitionStatus
from companies.portal.models import RecognitionRequest, RequestDocument
from companies.portal.requests.actions import submit
from companies.portal.requests.conditions import CONDITIONS
from companies.portal.requests.reminders import remind
from companies.portal.requests.retention import end_documents, end_drafts
from tests.clamd_stub import HARMFUL, clamd
from tests.factories import (
    CompanyMembershipFactory,
    EstablishmentFactory,
    ExclusionFactory,
    MentorFactory,
    ProgrammeFactory,
    RecognitionFactory,
    SchoolMembershipFactory,
    SectorFactory,
    SectorMembershipFactory,
    UserFactory,
)
from tests.matching.region import number

pytestmark = pytest.mark.django_db

UNIT = number(21_777_777)
PDF = b"%PDF-1.7\n1 0 obj\n<<>>\nendobj\ntrailer\n<<>>\n%%EOF\n"
PNG = b"\x89PNG\r\n\x1a\n" + b"\0" * 40
SCAN = {condition.slug: "yes" for condition in CONDITIONS}


@pytest.fixture(autouse=True)
def files(settings: Any, tmp_path: Any) -> None:
    settings.MEDIA_ROOT = tmp_path


@pytest.fixture
def sector() -> Any:
    return SectorMembershipFactory(user__email="consulent@radar.example").sector


@pytest.fixture
def unit(sector: Any) -> Establishment:
    return EstablishmentFactory.create(company__sector=sector, unit_number=UNIT)


@pytest.fixture
def company(unit: Establishment) -> Client:
    member = CompanyMembershipFactory(company=unit.company, user__email="bart@bedrijf.example")
    client = Client()
    client.force_login(member.user)
    return client


@pytest.fixture
def stranger() -> Client:
    client = Client()
    client.force_login(CompanyMembershipFactory().user)
    return client


def start(client: Client, **change: str) -> Any:
    body = {"establishment": UNIT, "programme": "88"} | change
    return client.post("/erkenningen/aanvragen/", body)


def page(request: RecognitionRequest, slug: str = "") -> str:
    return f"/erkenningen/aanvraag/{request.pk}/{slug}"


def upload(client: Client, request: RecognitionRequest, content: bytes, name: str) -> Any:
    file = SimpleUploadedFile(name, content)
    return client.post(page(request, "documenten/"), {"kind": "conduct", "file": file})


@pytest.fixture
def draft(company: Client, programme: Any) -> RecognitionRequest:
    """Filled in, all but the declaration."""
    start(company)
    request = RecognitionRequest.objects.get()
    mentor = {"name": "Mia Mentor", "years_of_experience": "12", "email": "mia@bedrijf.example"}
    assert company.post(page(request, "mentoren/"), mentor).status_code == 302
    assert company.post(page(request, "zelfscan/"), SCAN).status_code == 302
    assert upload(company, request, PDF, "uittreksel.pdf").status_code == 302
    request.refresh_from_db()
    return request


def send(client: Client, request: RecognitionRequest, **change: str) -> Any:
    return client.post(page(request, "overzicht/"), {"declared": "on", "message": "Dag"} | change)


def test_from_start_to_decision(
    company: Client, draft: RecognitionRequest, sector: Any, unit: Establishment
) -> None:
    assert send(company, draft).status_code == 302
    recognition = Recognition.objects.get()
    today = timezone.localdate()
    assert (recognition.status, recognition.sector, recognition.requested_on) == (
        RecognitionStatus.REQUESTED,
        sector,
        today,
    )
    assert [mail.to for mail in Email.objects.order_by("pk")] == [
        ["bart@bedrijf.example"],
        ["consulent@radar.example"],
    ]
    assert company.get(page(draft)).headers["Location"] == f"/erkenningen/{recognition.pk}/"
    assert company.get(page(draft, "mentoren/")).status_code == 404
    shown = company.get(f"/erkenningen/{recognition.pk}/").content.decode()
    assert "Mia Mentor" in shown

    decisions.ask_for_more(recognition, "Het uittreksel is te oud", today)
    assert "Het uittreksel is te oud" in company.get(page(draft, "documenten/")).content.decode()
    assert upload(company, draft, PNG, "nieuw.png").status_code == 302
    assert send(company, draft).status_code == 302
    recognition.refresh_from_db()
    assert recognition.status == RecognitionStatus.REQUESTED
    assert recognition.reason == ""


def test_a_draft_is_gone_on_with_where_it_was_left(company: Client, programme: Any) -> None:
    start(company)
    request = RecognitionRequest.objects.get()
    assert company.get(page(request)).headers["Location"] == page(request, "mentoren/")
    assert start(company).headers["Location"] == page(request, "mentoren/")
    assert RecognitionRequest.objects.count() == 1
    company.post(page(request, "zelfscan/"), {"finances": "yes"})
    request.refresh_from_db()
    assert request.answers == {"finances": "yes"}
    assert "Nog niet verzonden" in company.get("/erkenningen/").content.decode()


def test_outside_the_region(company: Client, unit: Establishment, programme: Any) -> None:
    Establishment.objects.filter(pk=unit.pk).update(municipality=None)
    response = start(company)
    assert response.status_code == 400
    assert "buiten het Vlaamse" in response.content.decode()
    assert not RecognitionRequest.objects.exists()


def test_where_it_was_excluded_or_stopped(
    company: Client, unit: Establishment, programme: Any
) -> None:
    exclusion = ExclusionFactory(company=unit.company, valid_until=date(2099, 1, 1))
    assert "uitgesloten tot en met" in start(company).content.decode()
    exclusion.delete()
    unit.company.stopped_on = date(2026, 1, 1)
    unit.company.save()
    assert start(company).status_code == 400
    assert not RecognitionRequest.objects.exists()


def test_a_duplicate(company: Client, unit: Establishment, programme: Any) -> None:
    there = {"establishment": unit, "programme": programme}
    running = RecognitionFactory(requested=True, **there)
    assert "loopt bij deze vestiging al een aanvraag" in start(company).content.decode()
    running.delete()
    RecognitionFactory(valid_until=timezone.localdate() + timedelta(days=400), **there)
    assert "verleng dat in het laatste halfjaar" in start(company).content.decode()
    assert not RecognitionRequest.objects.exists()


def test_what_changed_since_it_was_started_is_looked_at_again(
    company: Client, draft: RecognitionRequest, unit: Establishment
) -> None:
    ExclusionFactory(establishment=unit)
    response = send(company, draft)
    assert response.status_code == 400
    assert "definitief uitgesloten" in response.content.decode()
    assert not Recognition.objects.exists()


def test_it_is_sent_once(company: Client, draft: RecognitionRequest) -> None:
    assert send(company, draft).status_code == 302
    assert send(company, draft).status_code == 404
    with pytest.raises(Exception, match="al verzonden"):
        submit(draft, "", UserFactory(), timezone.localdate())
    assert Recognition.objects.count() == 1


@pytest.mark.parametrize("change", [{"declared": ""}, {"message": "x" * 2001}], ids=["no", "long"])
def test_a_declaration_is_needed(
    company: Client, draft: RecognitionRequest, change: dict[str, str]
) -> None:
    response = send(
        company,
        draft,
        message=change.get("message", "Onthoud mij"),
        **({"declared": ""} if "declared" in change else {}),
    )
    assert response.status_code == 400
    assert change.get("message", "Onthoud mij") in response.content.decode()
    assert not Recognition.objects.exists()


def test_what_is_not_met_stops_it(company: Client, draft: RecognitionRequest) -> None:
    company.post(page(draft, "zelfscan/"), SCAN | {"convictions": "no"})
    draft.mentors.all().delete()
    response = send(company, draft)
    assert response.status_code == 400
    text = response.content.decode()
    assert "veroordelingen" in text
    assert "Noem minstens één mentor" in text
    assert not Recognition.objects.exists()


@pytest.mark.parametrize(
    "mentor",
    [
        {"name": ""},
        {"name": "85.07.30-033.28"},
        {"years_of_experience": "-1"},
        {"years_of_experience": "61"},
        {"trained_on": "2099-01-01"},
        {"email": "geen adres"},
        {"name": "Mia Mentor"},
    ],
    ids=str,
)
def test_a_mentor_that_cannot_be(
    company: Client, draft: RecognitionRequest, mentor: dict[str, str]
) -> None:
    body = {"name": "Nog Een", "years_of_experience": "7"} | mentor
    response = company.post(page(draft, "mentoren/"), body)
    assert response.status_code == 400
    assert response.context["form"].errors.keys() <= mentor.keys()
    assert draft.mentors.count() == 1


# Documents ---------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("content", "name", "reason"),
    [
        (b"MZ\x90\0" + b"\0" * 60, "uittreksel.pdf", "Dit is geen PDF"),
        (b"<html><script>1</script>", "scan.png", "Dit is geen PDF"),
        (b"junk %PDF-1.7", "uittreksel.pdf", "Dit is geen PDF"),
        (PNG, "uittreksel.pdf", "van een ander type"),
        (PDF, "uittreksel.pdf.exe", "van een ander type"),
        (b"", "leeg.pdf", "leeg"),
        (PDF + b"\0" * 3_000_000, "groot.pdf", "groter dan 2 MB"),
    ],
    ids=["program", "page", "inside", "png", "suffix", "empty", "large"],
)
def test_an_upload_that_lies(
    company: Client,
    draft: RecognitionRequest,
    settings: Any,
    content: bytes,
    name: str,
    reason: str,
) -> None:
    settings.DOCUMENT_MAX_BYTES = 2 << 20
    response = upload(company, draft, content, name)
    assert response.status_code == 400
    assert reason in response.content.decode()
    assert draft.documents.count() == 1


def test_an_infected_upload(company: Client, draft: RecognitionRequest, settings: Any) -> None:
    with clamd() as address:
        settings.CLAMD_ADDRESS = address
        refused = upload(company, draft, PDF + HARMFUL, "ziek.pdf")
        assert refused.status_code == 400
        assert "Stub.Test" in refused.content.decode()
        assert upload(company, draft, PDF, "gezond.pdf").status_code == 302
    silent = upload(company, draft, PDF, "ongezien.pdf")
    assert silent.status_code == 400
    assert "geen antwoord" in silent.content.decode() or "antwoordt niet" in silent.content.decode()
    assert draft.documents.count() == 2


def test_a_document_is_for_who_may_see_the_request(
    company: Client, stranger: Client, draft: RecognitionRequest, sector: Any
) -> None:
    document = draft.documents.get()
    address = f"/erkenningen/documenten/{document.key}/"
    got = company.get(address)
    assert b"".join(got.streaming_content) == PDF  # type: ignore[attr-defined]
    assert got["Content-Disposition"] == 'attachment; filename="uittreksel.pdf"'
    assert got["X-Content-Type-Options"] == "nosniff"
    assert stranger.get(address).status_code == 404
    consultant, other = Client(), Client()
    consultant.force_login(sector.memberships.get().user)
    other.force_login(SectorMembershipFactory().user)
    assert consultant.get(address).status_code == 404  # a draft is the company's own
    send(company, draft)
    assert b"".join(consultant.get(address).streaming_content) == PDF  # type: ignore[attr-defined]
    assert other.get(address).status_code == 404
    assert Client().get(address).status_code == 302


def test_documents_go_some_time_after_the_decision(
    company: Client,
    draft: RecognitionRequest,
    tmp_path: Any,
    django_capture_on_commit_callbacks: Any,
) -> None:
    send(company, draft)
    recognition = Recognition.objects.get()
    today = timezone.localdate()
    assert end_documents(today) == 0
    decisions.refuse(recognition, "Nee", today)
    assert end_documents(today - timedelta(days=1)) == 0
    decisions.appeal(recognition, "Toch wel", today)
    assert end_documents(today) == 0
    decisions.dismiss_appeal(recognition, "Nee", today)
    with django_capture_on_commit_callbacks(execute=True):
        assert end_documents(today) == 1
    document = RequestDocument.objects.get()
    assert (document.file.name, document.name) == ("", document.get_kind_display())
    assert not [path for path in tmp_path.rglob("*") if path.is_file()]
    assert company.get(f"/erkenningen/documenten/{document.key}/").status_code == 404


def test_removed_and_thrown_away_with_its_files(
    company: Client,
    draft: RecognitionRequest,
    tmp_path: Any,
    django_capture_on_commit_callbacks: Any,
) -> None:
    assert company.get(page(draft, "weggooien/")).status_code == 200
    with django_capture_on_commit_callbacks(execute=True):
        company.post(page(draft, "weggooien/"))
    assert not RecognitionRequest.objects.exists()
    assert not [path for path in tmp_path.rglob("*") if path.is_file()]


def test_drafts_nobody_works_on_go(draft: RecognitionRequest) -> None:
    today = timezone.localdate()
    assert end_drafts(today - timedelta(days=1)) == 0
    assert end_drafts(today) == 1


# Whose it is -------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("method", "slug"),
    [
        ("get", ""),
        ("get", "mentoren/"),
        ("post", "mentoren/"),
        ("post", "zelfscan/"),
        ("post", "documenten/"),
        ("post", "overzicht/"),
        ("get", "weggooien/"),
        ("post", "weggooien/"),
        ("get", "onzin/"),
    ],
)
def test_anothers_request_is_not_there(
    stranger: Client, draft: RecognitionRequest, method: str, slug: str
) -> None:
    assert getattr(stranger, method)(page(draft, slug)).status_code == 404
    assert getattr(Client(), method)(page(draft, slug)).status_code == 302
    assert RecognitionRequest.objects.exists()


@pytest.mark.parametrize("slug", ["", "verlengen/", "beroep/", "overdragen/"])
def test_anothers_recognition_is_not_there(stranger: Client, slug: str) -> None:
    recognition = RecognitionFactory(status="refused")
    address = f"/erkenningen/{recognition.pk}/{slug}"
    ask = stranger.post if slug else stranger.get
    assert ask(address, {"grounds": "x"}).status_code == 404


def test_another_companys_establishment_is_unknown(
    stranger: Client, unit: Establishment, programme: Any
) -> None:
    assert start(stranger).status_code == 404
    assert not RecognitionRequest.objects.exists()


# By a school -------------------------------------------------------------------------------------


def test_a_school_asks_with_a_mandate(unit: Establishment, programme: Any, company: Client) -> None:
    membership = SchoolMembershipFactory(user__email="an@school.example")
    school = Client()
    school.force_login(membership.user)
    found = school.get("/erkenningen/aanvragen/", {"q": unit.name}).content.decode()
    assert f"?vestiging={unit.unit_number}" in found
    assert start(school, school=membership.school.number).status_code == 302
    request = RecognitionRequest.objects.get()
    assert company.get(page(request)).status_code == 404
    school.post(page(request, "mentoren/"), {"name": "Mia", "years_of_experience": "6"})
    school.post(page(request, "zelfscan/"), SCAN)
    assert "ondertekende machtiging" in send(school, request).content.decode()
    assert not Recognition.objects.exists()
    file = SimpleUploadedFile("machtiging.pdf", PDF)
    school.post(page(request, "documenten/"), {"kind": "mandate", "file": file})
    assert send(school, request).status_code == 302
    recognition = Recognition.objects.get()
    to = {address for mail in Email.objects.all() for address in mail.to}
    assert to == {"an@school.example", "bart@bedrijf.example", "consulent@radar.example"}
    assert school.get(f"/erkenningen/{recognition.pk}/").status_code == 200
    assert company.get(f"/erkenningen/{recognition.pk}/").status_code == 200
    decisions.refuse(recognition, "Nee", timezone.localdate())
    appeal = school.post(f"/erkenningen/{recognition.pk}/beroep/", {"grounds": "Toch wel"})
    assert appeal.status_code == 404


def test_an_administrator_finds_the_establishment_and_asks_as_the_company(
    unit: Establishment, programme: Any, company: Client, admin_client: Client
) -> None:
    EstablishmentFactory.create_batch(3)
    first = admin_client.get("/erkenningen/aanvragen/").content.decode()
    assert unit.unit_number not in first
    found = admin_client.get("/erkenningen/aanvragen/", {"q": unit.name}).content.decode()
    assert f"?vestiging={unit.unit_number}" in found
    form = admin_client.get("/erkenningen/aanvragen/", {"vestiging": unit.unit_number})
    assert unit.name in form.content.decode()
    assert start(admin_client).status_code == 302
    request = RecognitionRequest.objects.get()
    assert request.establishment == unit
    assert company.get(page(request, "mentoren/")).status_code == 200


def test_the_fallback_decides_where_no_sector_is(company: Client, unit: Establishment) -> None:
    fallback = SectorFactory(is_fallback=True)
    unit.company.sector = None
    unit.company.save()
    unit.refresh_from_db()
    programme = ProgrammeFactory()
    request = RecognitionRequest.objects.create(
        establishment=unit, programme=programme, answers=SCAN
    )
    request.mentors.create(name="Mia", years_of_experience=6)
    assert send(company, request).status_code == 302
    assert Recognition.objects.get().sector == fallback


# Afterwards --------------------------------------------------------------------------------------


def test_an_appeal_through_the_page(company: Client, unit: Establishment, sector: Any) -> None:
    refused = RecognitionFactory(establishment=unit, status="refused", sector=sector)
    address = f"/erkenningen/{refused.pk}/beroep/"
    assert company.post(address, {"grounds": ""}).status_code == 400
    assert company.post(address, {"grounds": "Er is een nieuwe mentor"}).status_code == 302
    assert Email.objects.get().to == ["consulent@radar.example"]
    assert company.post(address, {"grounds": "Nog eens"}).status_code == 400


def test_a_renewal_is_filled_in(
    company: Client, draft: RecognitionRequest, unit: Establishment
) -> None:
    send(company, draft)
    today = timezone.localdate()
    first = decisions.recognise(
        Recognition.objects.get(), today, today + timedelta(days=100), "", today
    )
    MentorFactory(establishment=unit, name="Mia Mentor", years_of_experience=12)
    made = company.post(f"/erkenningen/{first.pk}/verlengen/")
    renewal = RecognitionRequest.objects.drafts().get()
    assert made.headers["Location"] == page(renewal, "overzicht/")
    assert (renewal.renews, renewal.answers) == (first, SCAN)
    assert [mentor.name for mentor in renewal.mentors.all()] == ["Mia Mentor"]
    assert send(company, renewal).status_code == 302
    assert Mentor.objects.count() == 1


def test_reminders_each_once(company: Client, unit: Establishment) -> None:
    today = timezone.localdate()
    ends = today + timedelta(days=180)
    mine = RecognitionFactory(establishment=unit, valid_until=ends)
    RecognitionFactory(valid_until=ends, establishment__company__email="")
    RecognitionFactory(establishment=unit, valid_until=today + timedelta(days=400))
    renewed = RecognitionFactory(establishment=unit, valid_until=ends)
    RecognitionFactory(
        requested=True, establishment=unit, programme=renewed.programme, requested_on=today
    )
    sent = [
        remind(day) for day in (today, today, ends - timedelta(days=61), ends - timedelta(9), ends)
    ]
    assert sent == [1, 0, 1, 1, 0]
    assert [r.stage for r in mine.reminders.order_by("pk")] == [
        "six_months",
        "two_months",
        "two_weeks",
    ]
    assert {mail.subject for mail in Email.objects.all()} == {
        f"Een erkenning van {unit.company} loopt binnenkort af"
    }


def test_carried_over_by_the_company(company: Client, unit: Establishment) -> None:
    ended = ProgrammeFactory(valid_until=timezone.localdate() - timedelta(days=1))
    successor = ProgrammeFactory()
    ended.successors.add(successor)
    old = RecognitionFactory(establishment=unit, programme=ended)
    address = f"/erkenningen/{old.pk}/overdragen/"
    assert (
        company.post(address, {"programme": "1"}).headers["Location"] == f"/erkenningen/{old.pk}/"
    )
    company.post(address, {"programme": str(successor.number)})
    new = Recognition.objects.get(programme=successor)
    assert new.status == RecognitionStatus.RECOGNISED
    assert company.get(f"/erkenningen/{new.pk}/").status_code == 200


def test_the_lists_ask_as_much_for_many(
    company: Client, unit: Establishment, django_assert_max_num_queries: Any
) -> None:
    for _ in range(15):
        recognition = RecognitionFactory(establishment=unit)
        RecognitionRequest.objects.create(establishment=unit, programme=recognition.programme)
    with django_assert_max_num_queries(15):
        assert company.get("/erkenningen/").status_code == 200
    with django_assert_max_num_queries(15):
        assert company.get(f"/erkenningen/{recognition.pk}/").status_code == 200
    with django_assert_max_num_queries(15):
        request = RecognitionRequest.objects.first()
        assert request is not None
        assert company.get(page(request, "overzicht/")).status_code == 200
