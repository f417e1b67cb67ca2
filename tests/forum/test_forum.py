"""The provincial forum: the right requests, their overlaps, remarks and opinions, and who may."""

from typing import Any

import pytest
from django.test import Client

from accounts.models import User
from figures.forum.models import ForumMembership, Opinion, Remark
from figures.forum.requests import agenda, requests_for
from geo.models import Province
from placement.models import SectorAdvice
from schools.models import Campus, Offering, OfferingStatus, Programme, SchoolYear
from tests.factories import (
    DossierFactory,
    MunicipalityFactory,
    OfferingFactory,
    ProgrammeFactory,
    ProvinceFactory,
    RecognitionFactory,
    SchoolMembershipFactory,
    SectorMembershipFactory,
    UserFactory,
    WorkplaceFactory,
    beside_here,
)

pytestmark = pytest.mark.django_db


@pytest.fixture
def year() -> SchoolYear:
    return SchoolYear.objects.starting_in(SchoolYear.objects.current().starts_in + 1)


@pytest.fixture
def province() -> Province:
    found: Province = MunicipalityFactory.create().province
    return found


@pytest.fixture
def asked(campus: Campus, programme: Programme, province: Province, year: SchoolYear) -> Offering:
    """A request of the test campus, with places around it."""
    campus.municipality = MunicipalityFactory.create()
    campus.save()
    recognition = RecognitionFactory.create(programme=programme)
    WorkplaceFactory.create(recognition=recognition, school_year=year)
    return request_of(campus, programme, year)


def request_of(campus: Campus, programme: Programme, year: SchoolYear) -> Offering:
    found: Offering = OfferingFactory.create(
        campus=campus, programme=programme, school_year=year, status=OfferingStatus.REQUESTED
    )
    return found


def logged_in(user: User) -> Client:
    client = Client()
    client.force_login(user)
    return client


@pytest.fixture
def coordinator(campus: Campus) -> User:
    user: User = SchoolMembershipFactory.create(school=campus.school).user
    return user


@pytest.fixture
def secretary(province: Province) -> User:
    user: User = UserFactory.create()
    ForumMembership.objects.create(user=user, province=province)
    return user


def address(offering: Offering, what: str = "") -> str:
    return f"/forum/{offering_province(offering)}/{offering.pk}/{what}"


def offering_province(offering: Offering) -> str:
    assert offering.campus.municipality
    return offering.campus.municipality.province.code


def test_what_goes_on_from_the_year_before_is_no_request(asked: Offering, year: SchoolYear) -> None:
    before = SchoolYear.objects.starting_in(year.starts_in - 1)
    going_on, new = ProgrammeFactory.create(), ProgrammeFactory.create()
    for programme, years in ((going_on, (before, year)), (new, (year,))):
        for school_year in years:
            OfferingFactory.create(
                campus=asked.campus,
                programme=programme,
                school_year=school_year,
                status=OfferingStatus.APPROVED,
            )
    OfferingFactory.create(campus=asked.campus, school_year=year, status=OfferingStatus.STOPPED)
    assert {found.programme for found in requests_for(year)} == {asked.programme, new}


def test_overlaps_are_named_across_the_border_of_the_province(
    asked: Offering, province: Province, year: SchoolYear
) -> None:
    elsewhere = MunicipalityFactory.create(
        nis_code="11002", province=ProvinceFactory.create(code="10000", name="Antwerpen")
    )
    near = OfferingFactory.create(
        programme=asked.programme,
        campus__point=beside_here(6_000),
        campus__municipality=elsewhere,
        school_year=year,
        status=OfferingStatus.REQUESTED,
    )
    OfferingFactory.create(
        programme=asked.programme,
        campus__point=beside_here(60_000),
        school_year=year,
        status=OfferingStatus.REQUESTED,
    )
    OfferingFactory.create(
        programme=asked.programme,
        campus__point=beside_here(2_000),
        campus__municipality=elsewhere,
        school_year=year,
        status=OfferingStatus.REFUSED,
    )
    found = agenda(province, year)
    (item,) = [item for item in found.asked if item.offering == asked]
    (overlap,) = item.overlaps
    assert overlap.offering == near
    assert overlap.metres == pytest.approx(6_000, abs=1)
    assert item.opportunity is not None


def test_a_school_remarks_and_the_secretary_concludes(
    asked: Offering, coordinator: User, secretary: User, province: Province
) -> None:
    school, writer = logged_in(coordinator), logged_in(secretary)
    assert (
        school.post(address(asked, "opmerking/"), {"text": "Wij werken samen."}).status_code == 302
    )
    assert Remark.objects.get().author == coordinator
    conclusion = {"view": "coordinate", "text": "Stem af.", "version": "0"}
    assert school.post(address(asked, "standpunt/"), conclusion).status_code == 404
    assert writer.post(address(asked, "standpunt/"), conclusion).status_code == 302
    assert Opinion.objects.get().given_by == secretary
    page = school.get(f"/forum/{province.code}/").content.decode()
    assert "Stem af." in page
    assert "Wij werken samen." in school.get(address(asked)).content.decode()


def test_a_meeting_goes_from_one_request_to_the_next(asked: Offering, secretary: User) -> None:
    programme = ProgrammeFactory.create(title="Zorg duaal")
    other = request_of(asked.campus, programme, asked.school_year)
    client, first, last = logged_in(secretary), address(asked), address(other)
    turn = client.get(first).context["turn"]
    assert (turn.place, turn.total, turn.before, turn.after) == (1, 2, None, other.pk)
    assert turn.undecided == other.pk
    client.post(f"{last}standpunt/", {"view": "support", "text": "", "version": 0})
    assert "Alleen deze aanvraag heeft nog geen standpunt" in client.get(first).content.decode()
    turn = client.get(last).context["turn"]
    assert (turn.place, turn.before, turn.after, turn.undecided) == (2, asked.pk, None, asked.pk)
    client.post(f"{first}standpunt/", {"view": "support", "text": "", "version": 0})
    assert "Elke aanvraag heeft een standpunt" in client.get(first).content.decode()


def test_of_two_opinions_at_once_the_second_is_told(asked: Offering, secretary: User) -> None:
    writer = logged_in(secretary)
    writer.post(address(asked, "standpunt/"), {"view": "support", "text": "", "version": "0"})
    late = {"view": "reject", "text": "Toch niet.", "version": "0"}
    response = writer.post(address(asked, "standpunt/"), late)
    assert response.status_code == 400
    assert "Toch niet." in response.content.decode()
    assert Opinion.objects.get().view == "support"


@pytest.mark.parametrize(
    ("what", "sent"),
    [
        ("opmerking/", {"text": ""}),
        ("opmerking/", {"text": "x" * 2001}),
        ("standpunt/", {"view": "reject", "text": "", "version": "0"}),
        ("standpunt/", {"view": "maybe", "text": "", "version": "0"}),
    ],
)
def test_what_says_nothing_is_refused(
    asked: Offering, secretary: User, what: str, sent: dict[str, str]
) -> None:
    came_from = {"referer": f"http://testserver{address(asked)}"}
    refused = logged_in(secretary).post(address(asked, what), sent, headers=came_from)
    assert refused.status_code == 400
    # The other language is that of a page that can be opened.
    assert f'href="/en{address(asked)}"' in refused.content.decode()
    assert not Remark.objects.exists()
    assert not Opinion.objects.exists()


def test_who_has_no_part_in_a_forum_finds_none(asked: Offering, client: Client) -> None:
    client.force_login(UserFactory.create())
    for path in ("/forum/", f"/forum/{offering_province(asked)}/", address(asked)):
        assert client.get(path).status_code == 404


def test_a_school_of_another_province_reads_but_does_not_speak(asked: Offering) -> None:
    stranger = logged_in(SchoolMembershipFactory.create().user)
    assert stranger.get(address(asked)).status_code == 200
    assert stranger.post(address(asked, "opmerking/"), {"text": "Ook wij."}).status_code == 404
    assert not Remark.objects.exists()


def test_unknown_provinces_years_and_requests(
    asked: Offering, coordinator: User, province: Province
) -> None:
    school = logged_in(coordinator)
    for path in (
        "/forum/99999/",
        f"/forum/{province.code}/?school_year=1999",
        f"/forum/{province.code}/?school_year=2099-2100",
        f"/forum/99999/{asked.pk}/",
        f"/forum/{province.code}/{asked.pk + 1}/",
    ):
        assert school.get(path).status_code == 404, path


def test_the_forum_prints_and_downloads(
    asked: Offering, coordinator: User, province: Province
) -> None:
    school = logged_in(coordinator)
    assert school.get(f"/forum/{province.code}/?format=pdf").content.startswith(b"%PDF")
    table = school.get(f"/forum/{province.code}/?format=csv").content.decode("utf-8-sig")
    assert asked.programme.title in table


def test_the_page_asks_few_questions(
    asked: Offering,
    coordinator: User,
    province: Province,
    year: SchoolYear,
    django_assert_max_num_queries: Any,
) -> None:
    sector = SectorMembershipFactory.create().sector
    for _ in range(8):
        offering = request_of(asked.campus, ProgrammeFactory.create(), year)
        dossier = DossierFactory.create(
            campus=asked.campus, programme=offering.programme, school_year=year, offering=offering
        )
        SectorAdvice.objects.create(
            dossier=dossier, sector=sector, verdict="favourable", given_on=dossier.made_on
        )
    school = logged_in(coordinator)
    school.get(f"/forum/{province.code}/")
    with django_assert_max_num_queries(15):
        page = school.get(f"/forum/{province.code}/")
    assert page.context["agenda"].advised == 8
