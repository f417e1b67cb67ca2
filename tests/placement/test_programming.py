"""Dossiers for next school year: drafted, submitted with figures, advised on, decided."""

from datetime import date
from typing import Any

import pytest
from django.core.exceptions import ValidationError
from django.test import Client
from django.utils import timezone
from post_office.models import Email

from accounts.models import User
from placement.models import Dossier, DossierStage, SectorAdvice
from placement.programming import actions
from radar.web.pdf import pdf
from schools.models import Campus, Offering, OfferingStatus, Programme, SchoolYear
from tests.factories import (
    DossierFactory,
    OfferingFactory,
    RecognitionFactory,
    SchoolMembershipFactory,
    SectorMembershipFactory,
    WorkplaceFactory,
    beside_here,
)

pytestmark = pytest.mark.django_db


@pytest.fixture
def next_year() -> SchoolYear:
    return SchoolYear.objects.starting_in(SchoolYear.objects.current().starts_in + 1)


@pytest.fixture
def school(campus: Campus, programme: Programme, next_year: SchoolYear) -> User:
    """The coordinator of a campus with two recognised places in reach, and a rival."""
    recognition = RecognitionFactory.create(
        programme=programme, valid_until=date(next_year.starts_in + 3, 1, 1)
    )
    WorkplaceFactory.create(recognition=recognition, school_year=next_year, places_offered=9)
    OfferingFactory.create(
        programme=programme,
        campus__point=beside_here(3_000),
        school_year=next_year,
        status=OfferingStatus.APPROVED,
        pupils=3,
    )
    user: User = SchoolMembershipFactory.create(school=campus.school).user
    return user


@pytest.fixture
def consultant(programme: Programme) -> User:
    membership = SectorMembershipFactory.create()
    programme.sectors.add(membership.sector)
    user: User = membership.user
    return user


@pytest.fixture
def draft(school: User, campus: Campus, programme: Programme, next_year: SchoolYear) -> Dossier:
    return DossierFactory.create(campus=campus, programme=programme, school_year=next_year)


def logged_in(user: User) -> Client:
    client = Client()
    client.force_login(user)
    return client


def test_from_draft_to_advice_and_decision(
    school: User, consultant: User, programme: Programme, next_year: SchoolYear
) -> None:
    coordinator, sector = logged_in(school), logged_in(consultant)
    typed = {
        "campus": "039107-1",
        "programme": "88",
        "school_year": next_year.name,
        "expected_pupils": "6",
    }
    made = coordinator.post("/programmatie/", typed)
    dossier = Dossier.objects.get()
    assert made.headers["Location"] == f"/programmatie/{dossier.pk}/"
    edit = {"expected_pupils": "7", "motivation": "Nieuw atelier", "version": "0"}
    assert coordinator.post(f"/programmatie/{dossier.pk}/bewaren/", edit).status_code == 302
    # A draft is the school's own.
    assert sector.get(f"/programmatie/{dossier.pk}/").status_code == 404

    assert coordinator.get(f"/programmatie/{dossier.pk}/indienen/").status_code == 200
    coordinator.post(f"/programmatie/{dossier.pk}/indienen/")
    dossier = Dossier.objects.get()
    assert dossier.stage == DossierStage.SUBMITTED
    assert dossier.offering
    assert dossier.offering.status == OfferingStatus.REQUESTED
    assert dossier.figures["drawing"] == 3
    assert [rival["pupils"] for rival in dossier.figures["rivals"]] == [3]
    assert Email.objects.get().to == [consultant.email]

    advice = {"sector": programme.sectors.get().pk, "verdict": "with_remarks", "text": "Let op"}
    assert sector.post(f"/programmatie/{dossier.pk}/advies/", advice).status_code == 302
    page = coordinator.get(f"/programmatie/{dossier.pk}/").content.decode()
    assert "Let op" in page
    assert Email.objects.filter(to=school.email).exists()

    dossier.offering.status, dossier.offering.decided_on = (
        OfferingStatus.APPROVED,
        timezone.localdate(),
    )
    dossier.offering.save()
    assert Dossier.objects.get().stage == DossierStage.APPROVED
    assert sector.post(f"/programmatie/{dossier.pk}/advies/", advice).status_code == 400
    coordinator.post(f"/programmatie/{dossier.pk}/intrekken/")
    assert Dossier.objects.get().withdrawn_on is None


def test_the_figures_stay_those_of_the_day_of_submission(draft: Dossier) -> None:
    actions.submit(draft, timezone.localdate())
    kept = Dossier.objects.get().figures
    assert kept["drawing"] == 3
    Offering.objects.filter(status=OfferingStatus.APPROVED).update(pupils=30)
    assert Dossier.objects.get().figures == kept


def test_withdrawing_takes_the_request_back_and_another_may_be_made(
    school: User, draft: Dossier
) -> None:
    actions.submit(draft, timezone.localdate())
    response = logged_in(school).post(f"/programmatie/{draft.pk}/intrekken/")
    assert response.status_code == 302
    assert Dossier.objects.get().stage == DossierStage.WITHDRAWN
    assert not Offering.objects.filter(campus=draft.campus).exists()
    DossierFactory.create(
        campus=draft.campus, programme=draft.programme, school_year=draft.school_year
    )


def test_submitted_once(draft: Dossier) -> None:
    actions.submit(draft, timezone.localdate())
    with pytest.raises(ValidationError, match=r"ingediend|submitted"):
        actions.submit(draft, timezone.localdate())


def test_what_is_offered_already_is_not_requested(draft: Dossier) -> None:
    OfferingFactory.create(
        campus=draft.campus,
        programme=draft.programme,
        school_year=draft.school_year,
        status=OfferingStatus.RUNNING,
    )
    with pytest.raises(ValidationError):
        actions.submit(draft, timezone.localdate())
    assert Dossier.objects.get().is_draft


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("campus", "999999-1"),
        ("programme", "nergens"),
        ("expected_pupils", "0"),
        ("school_year", "1999-2000"),
    ],
)
def test_a_refused_dossier_keeps_what_was_typed(
    school: User, next_year: SchoolYear, field: str, value: str
) -> None:
    typed = {
        "campus": "039107-1",
        "programme": "88",
        "school_year": next_year.name,
        "expected_pupils": "6",
    }
    response = logged_in(school).post("/programmatie/", typed | {field: value})
    assert response.status_code == 400
    assert response.context["form"].errors.keys() == {field}
    assert response.context["form"][field].value() == value
    assert not Dossier.objects.exists()


def test_a_second_dossier_for_the_same_is_refused(school: User, draft: Dossier) -> None:
    typed = {
        "campus": draft.campus.key,
        "programme": "88",
        "school_year": draft.school_year.name,
        "expected_pupils": "6",
    }
    response = logged_in(school).post("/programmatie/", typed)
    assert response.status_code == 400
    assert Dossier.objects.count() == 1


def test_of_two_who_edit_the_second_is_told(school: User, draft: Dossier) -> None:
    browser, address = logged_in(school), f"/programmatie/{draft.pk}/bewaren/"
    browser.post(address, {"expected_pupils": "7", "motivation": "eerst", "version": "0"})
    response = browser.post(
        address, {"expected_pupils": "9", "motivation": "daarna", "version": "0"}
    )
    assert response.status_code == 400
    page = response.content.decode()
    assert "daarna" in page
    assert "eerst" in page
    assert Dossier.objects.get().motivation == "eerst"


@pytest.mark.parametrize("what", ["", "indienen/", "intrekken/", "dossier.pdf"])
def test_another_schools_dossier_is_not_there(draft: Dossier, what: str) -> None:
    stranger = logged_in(SchoolMembershipFactory.create().user)
    assert stranger.get(f"/programmatie/{draft.pk}/{what}").status_code == 404
    if what.endswith("/"):
        assert stranger.post(f"/programmatie/{draft.pk}/{what}").status_code == 404
    assert Dossier.objects.get().is_draft


def test_a_consultant_of_another_sector_reads_and_says_nothing(draft: Dossier) -> None:
    actions.submit(draft, timezone.localdate())
    other = SectorMembershipFactory.create()
    client = logged_in(other.user)
    advice = {"sector": other.sector.pk, "verdict": "favourable", "text": ""}
    assert client.get(f"/programmatie/{draft.pk}/").status_code == 404
    assert client.post(f"/programmatie/{draft.pk}/advies/", advice).status_code == 404
    assert not SectorAdvice.objects.exists()


def test_advice_that_is_not_favourable_has_reasons(draft: Dossier, consultant: User) -> None:
    actions.submit(draft, timezone.localdate())
    sector = draft.programme.sectors.get()
    response = logged_in(consultant).post(
        f"/programmatie/{draft.pk}/advies/",
        {"sector": sector.pk, "verdict": "unfavourable", "text": ""},
    )
    assert response.status_code == 400
    assert not SectorAdvice.objects.exists()


def test_the_dossier_prints(school: User, draft: Dossier) -> None:
    response = logged_in(school).get(f"/programmatie/{draft.pk}/dossier.pdf")
    assert response["Content-Type"] == "application/pdf"
    assert response["Content-Disposition"].endswith(f'88-{draft.school_year}.pdf"')
    assert response.content.startswith(b"%PDF")


def test_a_print_takes_no_file_and_no_server(
    tmp_path: Any, settings: Any, caplog: pytest.LogCaptureFixture
) -> None:
    (tmp_path / "leak.html").write_text(
        '<img src="file:///etc/hostname"><img src="http://127.0.0.1:1/x">'
        '<img src="../../etc/passwd">'
    )
    settings.TEMPLATES = [{**settings.TEMPLATES[0], "DIRS": [tmp_path]}]
    pdf("leak.html", {})
    refused = [record for record in caplog.records if "static files only" in record.getMessage()]
    assert len(refused) == 3


def test_the_list_asks_few_questions(
    school: User, draft: Dossier, next_year: SchoolYear, django_assert_max_num_queries: Any
) -> None:
    for _ in range(5):
        DossierFactory.create(campus=draft.campus, school_year=next_year)
    client = logged_in(school)
    client.get("/programmatie/")
    with django_assert_max_num_queries(15):
        client.get("/programmatie/")
    with django_assert_max_num_queries(15):
        client.get(f"/programmatie/{draft.pk}/")
