"""The data quality page: each check finds its records and no others, and a rule mends them."""

from __future__ import annotations

import csv
import io
from datetime import date, timedelta
from typing import Any

import pytest
from django.core.exceptions import ValidationError
from django.test import Client
from django.utils import timezone

from companies.carry_over import carry_over
from companies.models import Recognition, RecognitionStatus, Workplace
from geo.models import GeocodeResult
from radar.pages.quality import CHECKS
from schools.models import Programme, SchoolYear
from tests.factories import (
    CampusFactory,
    CompanyFactory,
    EstablishmentFactory,
    ProgrammeFactory,
    RecognitionFactory,
    SchoolMembershipFactory,
    SectorFactory,
    UserFactory,
    WorkplaceFactory,
)

pytestmark = pytest.mark.django_db

ENDED = "/datakwaliteit/erkenningen-van-beeindigde-opleidingen/"


@pytest.fixture
def administrator(client: Client) -> Client:
    client.force_login(UserFactory(administrator=True))
    return client


@pytest.fixture
def ended() -> Programme:
    """A programme that ended last year, with a successor."""
    programme: Programme = ProgrammeFactory(valid_until=timezone.localdate() - timedelta(days=90))
    programme.successors.add(ProgrammeFactory())
    return programme


def found(slug: str) -> set[Any]:
    return set(CHECKS[slug].records())


def test_each_check_finds_its_records_and_no_others(ended: Programme) -> None:
    sound = RecognitionFactory()
    sound.programme.sectors.add(SectorFactory())
    recognition = RecognitionFactory(programme=ended)
    nowhere, rough = (
        EstablishmentFactory(unlocated=True),
        EstablishmentFactory(precision="municipality"),
    )
    orphan = EstablishmentFactory(company__stopped=True)
    twins = {
        EstablishmentFactory(name=name, street="Markt", house_number="1", postal_code="3000")
        for name in ("Tweeling", "TWEELING")
    }
    EstablishmentFactory(name="Tweeling", street="Markt", house_number="2", postal_code="3000")
    empty = CompanyFactory()
    campus, rough_campus = (
        CampusFactory(point=None, precision="unknown"),
        CampusFactory(precision="postal_code"),
    )
    shared = {
        CampusFactory(street="Schoolstraat", house_number="5", postal_code="3000") for _ in range(2)
    }
    idle = SectorFactory()
    namesakes = {CompanyFactory(name=name) for name in ("Zelfde", "ZELFDE")}
    for company in namesakes:
        EstablishmentFactory(company=company)
    lost = GeocodeResult.objects.create(address_key="x", address="Nergens 1, 3000 Leuven")

    assert found("erkenningen-van-beeindigde-opleidingen") == {recognition}
    assert found("vestigingen-zonder-ligging") == {nowhere}
    assert found("vestigingen-bij-benadering") == {rough}
    assert found("vestigingen-van-gestopte-ondernemingen") == {orphan}
    assert found("dubbele-vestigingen") == twins
    assert found("ondernemingen-zonder-vestiging") == {empty}
    assert found("vestigingsplaatsen-zonder-ligging") == {campus}
    assert found("vestigingsplaatsen-bij-benadering") == {rough_campus}
    assert found("vestigingsplaatsen-op-een-adres") == shared
    assert found("ondernemingen-met-een-naam") == namesakes
    assert found("onvindbare-adressen") == {lost}
    assert idle in found("sectoren-zonder-opleidingen")
    assert sound.programme not in found("opleidingen-zonder-sector")
    assert ended not in found("opleidingen-zonder-opvolger")


@pytest.mark.parametrize("slug", CHECKS)
def test_a_list_leads_to_its_records_and_is_downloaded(
    administrator: Client, ended: Programme, slug: str, django_assert_max_num_queries: Any
) -> None:
    for _ in range(3):
        RecognitionFactory(programme=ended)
        EstablishmentFactory(unlocated=True, company__stopped=True)
        EstablishmentFactory(name="T", street="M", house_number="1", postal_code="3000")
        CampusFactory(street="M", house_number="1", postal_code="3000", precision="municipality")
        CompanyFactory()
        SectorFactory()
        ProgrammeFactory(valid_until=date(2020, 1, 1))
    with django_assert_max_num_queries(15):
        page = administrator.get(f"/datakwaliteit/{slug}/", {"sort": "-2"})
    assert page.status_code == 200
    if page.context["rows"]:
        address, _cells = page.context["rows"][0]
        assert administrator.get(address).status_code == 200
    table = administrator.get(f"/datakwaliteit/{slug}/", {"format": "csv"})
    rows = list(csv.reader(io.StringIO(table.content.decode("utf-8-sig")), delimiter=";"))
    assert len(rows) - 1 == page.context["page"].paginator.count


def test_the_overview_counts_and_tells_the_age_of_sources(
    administrator: Client, ended: Programme, django_assert_max_num_queries: Any
) -> None:
    RecognitionFactory(programme=ended)
    with django_assert_max_num_queries(25):
        page = administrator.get("/datakwaliteit/")
    counts = {check.slug: count for check, count in page.context["checks"]}
    assert counts["erkenningen-van-beeindigde-opleidingen"] == 1
    assert "nooit" in page.content.decode()


def test_a_recognition_goes_over_to_the_successor(administrator: Client, ended: Programme) -> None:
    today = timezone.localdate()
    old = RecognitionFactory(programme=ended, valid_from=date(2024, 9, 1))
    year = SchoolYear.objects.current()
    WorkplaceFactory(recognition=old, school_year=year, places_offered=5, places_taken=2)
    assert "1 erkenning" in administrator.get("/datakwaliteit/overdragen/").content.decode()
    assert Recognition.objects.count() == 1, "a look changes nothing"

    page = administrator.post("/datakwaliteit/overdragen/", follow=True)
    assert "1 erkenning overgedragen" in page.content.decode()
    new = Recognition.objects.get(programme=ended.successors.get())
    assert (new.status, new.valid_from, new.valid_until) == (
        RecognitionStatus.RECOGNISED,
        today,
        date(2028, 12, 31),
    )
    assert Workplace.objects.get(recognition=new).places_offered == 3
    old.refresh_from_db()
    assert (old.status, old.valid_until) == (
        RecognitionStatus.EXPIRED,
        today - timedelta(days=1),
    )
    assert "Niets na te kijken" in administrator.get(ENDED).content.decode()
    administrator.post("/datakwaliteit/overdragen/")
    assert Recognition.objects.count() == 2


def test_what_cannot_go_over_stays_and_is_told(administrator: Client, ended: Programme) -> None:
    choice = ProgrammeFactory(valid_until=date(2020, 1, 1))
    choice.successors.add(ProgrammeFactory(), ProgrammeFactory())
    first = RecognitionFactory(programme=choice)
    second = RecognitionFactory(programme=ended)
    RecognitionFactory(establishment=second.establishment, programme=ended.successors.get())
    page = administrator.post("/datakwaliteit/overdragen/", follow=True).content.decode()
    assert "0 erkenningen overgedragen" in page
    assert "geen opvolger, of meer dan een" in page
    assert "al erkend voor de opvolger" in page
    assert {first, second} == found("erkenningen-van-beeindigde-opleidingen")


@pytest.mark.parametrize(
    ("recognition", "code"),
    [
        ({"lifted": True}, "not_in_force"),
        ({"programme__valid_until": None}, "not_ended"),
        ({}, "no_successor"),
    ],
)
def test_only_what_ended_goes_over(recognition: dict[str, Any], code: str) -> None:
    old = RecognitionFactory(**({"programme__valid_until": date(2026, 1, 1)} | recognition))
    with pytest.raises(ValidationError) as refusal:
        carry_over(old, ProgrammeFactory(), timezone.localdate())
    assert refusal.value.code == code


@pytest.mark.parametrize("address", ["", "overdragen/", "dubbele-vestigingen/"])
def test_only_administrators_see_it(client: Client, address: str) -> None:
    assert client.get(f"/datakwaliteit/{address}").status_code == 302
    client.force_login(SchoolMembershipFactory().user)
    assert client.get(f"/datakwaliteit/{address}").status_code == 403
    assert client.post(f"/datakwaliteit/{address}").status_code in (403, 405)


def test_an_unknown_check_is_not_found(administrator: Client) -> None:
    assert administrator.get("/datakwaliteit/onzin/").status_code == 404
    assert administrator.get(ENDED, {"sort": "99", "page": "x"}).status_code == 200
