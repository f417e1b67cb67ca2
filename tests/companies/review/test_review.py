"""The consultant's pages: her inbox, a record, decisions one by one and many, and exclusions."""

from __future__ import annotations

import csv
from datetime import date, timedelta
from io import StringIO
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone
from post_office.models import Email

from accounts.models import User
from companies import decisions
from companies.models import Exclusion, Mentor, Recognition, RecognitionStatus
from companies.portal.models import RecognitionRequest
from companies.review.white_spots import white_spots
from schools.models import Programme, SchoolYear, Sector
from tests.factories import (
    AgreementFactory,
    ApproachFactory,
    CampusFactory,
    CompanyMembershipFactory,
    EstablishmentFactory,
    ExclusionFactory,
    MentorFactory,
    MunicipalityFactory,
    OfferingFactory,
    ProgrammeFactory,
    RecognitionFactory,
    SchoolMembershipFactory,
    SectorFactory,
    SectorMembershipFactory,
    UserFactory,
    WorkplaceFactory,
)

pytestmark = pytest.mark.django_db

YES = {"reason": "", "valid_from": "", "valid_until": ""}


@pytest.fixture
def today() -> date:
    return timezone.localdate()


@pytest.fixture
def sector() -> Sector:
    return SectorFactory.create(name="Elektrotechniek", slug="elektrotechniek")


@pytest.fixture
def consultant(sector: Sector) -> Client:
    return logged_in(SectorMembershipFactory.create(sector=sector, user__first_name="Karima").user)


def logged_in(user: User) -> Client:
    client = Client()
    client.force_login(user)
    return client


def request(sector: Sector, days: int = 5, **traits: Any) -> Recognition:
    """A request of so many days ago."""
    asked = timezone.localdate() - timedelta(days=days)
    return RecognitionFactory.create(
        requested=True,
        requested_on=asked,
        sector=sector,
        **({"establishment__company__sector": sector} | traits),
    )


def decide(client: Client, recognition: Recognition, slug: str, **values: str) -> Any:
    body = {f"{slug}-{name}": value for name, value in values.items()}
    return client.post(f"/beoordeling/{recognition.pk}/{slug}/", body)


def recognise(client: Client, recognition: Recognition, start: date, end: date) -> Any:
    return decide(
        client,
        recognition,
        "erkennen",
        valid_from=f"{start:%Y-%m-%d}",
        valid_until=f"{end:%Y-%m-%d}",
    )


# The inbox ---------------------------------------------------------------------------------------


def test_the_oldest_first_with_its_clock(consultant: Client, sector: Sector) -> None:
    old, new, due = request(sector, 20), request(sector, 1), request(sector, 12)
    request(SectorFactory.create())
    paused = request(sector, 30)
    decisions.ask_for_more(paused, "Uittreksel", paused.requested_on + timedelta(days=4))  # type: ignore[operator]
    page = consultant.get("/beoordeling/")
    assert [line.pk for line, _clock in page.context["lines"]] == [old.pk, due.pk, new.pk]
    assert [clock.state for _line, clock in page.context["lines"]] == ["overdue", "due", "running"]
    assert {name: n for name, _label, n in page.context["tabs"]} == {
        "": 3,
        "te-laat": 1,
        "bijna": 1,
        "onvolledig": 1,
        "beroep": 0,
        "beeindigd": 0,
    }
    assert "6 dagen te laat" in page.content.decode()
    incomplete = consultant.get("/beoordeling/?toon=onvolledig")
    ((line, clock),) = incomplete.context["lines"]
    assert (line.pk, clock.state, clock.left) == (paused.pk, "paused", 10)
    assert consultant.get("/beoordeling/?toon=onzin").status_code == 404


def test_the_inbox_downloads(consultant: Client, sector: Sector) -> None:
    asked = request(sector, 20, establishment__name="=Elektro")
    rows = list(
        csv.reader(
            StringIO(consultant.get("/beoordeling/?format=csv").content.decode("utf-8-sig")),
            delimiter=";",
        )
    )
    assert rows[1][0] == "'=Elektro"
    assert rows[1][4] == asked.programme.title
    assert consultant.get("/beoordeling/?format=xlsx").content[:2] == b"PK"


# A decision --------------------------------------------------------------------------------------


def test_recognised_with_its_mentor_and_a_mail(
    consultant: Client, sector: Sector, today: date
) -> None:
    asked = request(sector)
    member = CompanyMembershipFactory(company=asked.establishment.company).user
    dossier = RecognitionRequest.objects.create(
        establishment=asked.establishment,
        programme=asked.programme,
        recognition=asked,
        declared_at=timezone.now(),
    )
    dossier.mentors.create(name="Mia Mentor", years_of_experience=8)
    page = consultant.get(f"/beoordeling/{asked.pk}/")
    forms = {decision.slug: form for decision, form in page.context["decisions"]}
    assert list(forms) == ["erkennen", "aanvullen", "weigeren"]
    end = forms["erkennen"].initial["valid_until"]
    assert end == date(today.year + 5, today.month, today.day) - timedelta(days=1)
    assert recognise(consultant, asked, today, end).status_code == 302
    asked.refresh_from_db()
    assert (asked.status, asked.valid_until) == (RecognitionStatus.RECOGNISED, end)
    mentor = Mentor.objects.get()
    assert (mentor.name, mentor.training_due_on) == ("Mia Mentor", today + timedelta(days=365))
    mail = Email.objects.get()
    assert mail.to == [member.email]
    assert f"/erkenningen/{asked.pk}/" in mail.message
    shown = consultant.get(f"/beoordeling/{asked.pk}/").content.decode()
    assert "Karima" in shown


@pytest.mark.parametrize(
    ("slug", "status"),
    [("aanvullen", RecognitionStatus.INCOMPLETE), ("weigeren", RecognitionStatus.REFUSED)],
)
def test_against_with_a_reason(
    consultant: Client, sector: Sector, slug: str, status: RecognitionStatus
) -> None:
    asked = request(sector)
    assert decide(consultant, asked, slug, reason="").status_code == 400
    assert Recognition.objects.get().status == RecognitionStatus.REQUESTED
    assert decide(consultant, asked, slug, reason="Omdat het zo is").status_code == 302
    assert Recognition.objects.get().status == status
    assert "Omdat het zo is" in consultant.get(f"/beoordeling/{asked.pk}/").content.decode()


def test_a_decision_on_a_decided_request(consultant: Client, sector: Sector, today: date) -> None:
    asked = request(sector)
    decide(consultant, asked, "weigeren", reason="Nee")
    response = recognise(consultant, asked, today, today + timedelta(days=90))
    shown = consultant.get(response.headers["Location"]).content.decode()
    assert "Hierover is al beslist" in shown
    assert Recognition.objects.get().status == RecognitionStatus.REFUSED


def test_an_end_before_the_start_keeps_what_was_typed(
    consultant: Client, sector: Sector, today: date
) -> None:
    asked = request(sector)
    response = recognise(consultant, asked, today, today - timedelta(days=1))
    assert response.status_code == 400
    form = next(f for d, f in response.context["decisions"] if d.slug == "erkennen")
    assert form.errors.keys() == {"valid_until"}
    assert f"{today - timedelta(days=1):%Y-%m-%d}" in response.content.decode()
    assert Recognition.objects.get().status == RecognitionStatus.REQUESTED


def test_outside_the_region_or_excluded(consultant: Client, sector: Sector, today: date) -> None:
    away = request(sector, establishment__elsewhere=True)
    response = recognise(consultant, away, today, today + timedelta(days=90))
    assert response.status_code == 400
    assert "buiten het Vlaamse" in response.content.decode()
    out = request(sector)
    ExclusionFactory(company=out.establishment.company)
    assert recognise(consultant, out, today, today + timedelta(days=90)).status_code == 400
    assert not Recognition.objects.recognised().exists()


def test_a_renewal_starts_after_the_one_in_force(
    consultant: Client, sector: Sector, today: date
) -> None:
    asked = request(sector)
    until = today + timedelta(days=60)
    RecognitionFactory(
        establishment=asked.establishment, programme=asked.programme, valid_until=until
    )
    page = consultant.get(f"/beoordeling/{asked.pk}/")
    form = page.context["decisions"][0][1]
    assert form.initial["valid_from"] == until + timedelta(days=1)


def test_an_appeal_is_heard(consultant: Client, sector: Sector, today: date) -> None:
    refused = decisions.refuse(request(sector), "Nee", today)
    decisions.appeal(refused, "Er kwam een werkbank bij", today)
    assert consultant.get("/beoordeling/?toon=beroep").context["page"].paginator.count == 1
    page = consultant.get(f"/beoordeling/{refused.pk}/")
    assert "Er kwam een werkbank bij" in page.content.decode()
    assert [d.slug for d, _form in page.context["decisions"]] == ["erkennen", "beroep-afwijzen"]
    decide(consultant, refused, "beroep-afwijzen", reason="Nog te weinig")
    assert consultant.get("/beoordeling/?toon=beroep").context["page"].paginator.count == 0


def test_lifting_shows_the_agreements(consultant: Client, sector: Sector, today: date) -> None:
    agreement = AgreementFactory(
        workplace__recognition__sector=sector, ends_on=today + timedelta(days=30)
    )
    recognition = agreement.workplace.recognition
    page = consultant.get(f"/beoordeling/{recognition.pk}/")
    assert str(agreement.campus) in page.content.decode()
    decide(consultant, recognition, "opheffen", reason="Geen mentor meer")
    recognition.refresh_from_db()
    assert recognition.status == RecognitionStatus.LIFTED


def test_carried_over_to_the_successor(consultant: Client, sector: Sector, today: date) -> None:
    ended, successor = ProgrammeFactory(valid_until=today - timedelta(days=1)), ProgrammeFactory()
    ended.successors.add(successor)
    old = RecognitionFactory(programme=ended, sector=sector)
    assert consultant.get("/beoordeling/?toon=beeindigd").context["page"].paginator.count == 1
    assert (
        f"Overdragen naar {successor}" in consultant.get(f"/beoordeling/{old.pk}/").content.decode()
    )
    consultant.post(f"/beoordeling/{old.pk}/overdragen/", {"programme": str(successor.number)})
    assert Recognition.objects.get(programme=successor).sector == sector


# Many at once ------------------------------------------------------------------------------------


def test_many_at_once_after_a_preview(consultant: Client, sector: Sector, today: date) -> None:
    good = [request(sector) for _ in range(2)]
    away = request(sector, establishment__elsewhere=True)
    others = request(SectorFactory.create())
    ticked = {"pk": [str(r.pk) for r in (*good, away, others)]}
    preview = consultant.post("/beoordeling/samen/erkennen/", ticked)
    assert [item.recognition.pk for item in preview.context["foreseen"]] == [
        r.pk for r in (*good, away)
    ]
    assert preview.context["able"] == 2
    assert not Recognition.objects.recognised().exists()
    done = consultant.post(
        "/beoordeling/samen/erkennen/", ticked | {"confirm": "1", "years": "3", "reason": ""}
    )
    assert done.status_code == 302
    assert set(Recognition.objects.recognised()) == set(good)
    good[0].refresh_from_db()
    assert good[0].valid_until == date(today.year + 3, today.month, today.day) - timedelta(days=1)
    others.refresh_from_db()
    assert others.status == RecognitionStatus.REQUESTED


def test_refusing_many_needs_a_reason(consultant: Client, sector: Sector) -> None:
    asked = request(sector)
    ticked = {"pk": [str(asked.pk)]}
    assert consultant.post("/beoordeling/samen/weigeren/", ticked).status_code == 200
    refused = consultant.post("/beoordeling/samen/weigeren/", ticked | {"confirm": "1"})
    assert refused.status_code == 400
    assert Recognition.objects.get().status == RecognitionStatus.REQUESTED
    consultant.post("/beoordeling/samen/weigeren/", ticked | {"confirm": "1", "reason": "Nee"})
    assert Recognition.objects.get().status == RecognitionStatus.REFUSED


@pytest.mark.parametrize("ticked", [[], ["x"], ["99999999999999999999999"]], ids=str)
def test_ticking_nothing(consultant: Client, ticked: list[str]) -> None:
    response = consultant.post("/beoordeling/samen/erkennen/", {"pk": ticked})
    assert response.headers["Location"] == "/beoordeling/"
    assert consultant.post("/beoordeling/samen/opheffen/", {"pk": ticked}).status_code == 404


# Exclusion ---------------------------------------------------------------------------------------


def test_excluding_shows_what_follows_first(
    consultant: Client, sector: Sector, today: date
) -> None:
    agreement = AgreementFactory(
        workplace__recognition__establishment__company__sector=sector,
        workplace__recognition__sector=sector,
        ends_on=today + timedelta(days=30),
    )
    unit = agreement.workplace.recognition.establishment
    coordinator = SchoolMembershipFactory(school=agreement.campus.school).user
    unit.company.email = "info@bedrijf.example"
    unit.company.save()
    address = (
        f"/beoordeling/onderneming/{unit.company.enterprise_number}/uitsluiten/"
        f"?vestiging={unit.unit_number}"
    )
    assert str(agreement.campus) in consultant.get(address).content.decode()
    body = {"valid_from": f"{today:%Y-%m-%d}", "valid_until": "", "reason": "Onveilig"}
    preview = consultant.post(address, body)
    assert preview.context["preview"]
    assert not Exclusion.objects.exists()
    assert consultant.post(address, body | {"confirm": "1"}).status_code == 302
    exclusion = Exclusion.objects.get()
    assert (exclusion.establishment, exclusion.company) == (unit, None)
    agreement.workplace.recognition.refresh_from_db()
    assert agreement.workplace.recognition.status == RecognitionStatus.LIFTED
    assert {mail.to[0] for mail in Email.objects.all()} == {
        "info@bedrijf.example",
        coordinator.email,
    }
    company = f"/beoordeling/onderneming/{unit.company.enterprise_number}/"
    ended = f"{company}uitsluitingen/{exclusion.pk}/beeindigen/"
    consultant.post(ended, {"reason": ""})
    assert Exclusion.objects.get().valid_until is None
    consultant.post(ended, {"reason": "Hersteld"})
    assert Exclusion.objects.get().valid_until is not None


def test_an_exclusion_that_ends_before_it_starts(
    consultant: Client, sector: Sector, today: date
) -> None:
    company = EstablishmentFactory(company__sector=sector).company
    body = {
        "valid_from": f"{today:%Y-%m-%d}",
        "valid_until": f"{today - timedelta(days=1):%Y-%m-%d}",
        "reason": "Onveilig",
        "confirm": "1",
    }
    address = f"/beoordeling/onderneming/{company.enterprise_number}/uitsluiten/"
    response = consultant.post(address, body)
    assert response.status_code == 400
    assert response.context["form"].errors.keys() == {"valid_until"}
    assert not Exclusion.objects.exists()


# Whose it is -------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("get", "{pk}/"),
        ("post", "{pk}/erkennen/"),
        ("post", "{pk}/weigeren/"),
        ("post", "{pk}/opheffen/"),
        ("post", "{pk}/beroep-afwijzen/"),
        ("post", "{pk}/overdragen/"),
        ("get", "onderneming/{company}/"),
        ("get", "onderneming/{company}/uitsluiten/"),
        ("post", "onderneming/{company}/uitsluiten/"),
        ("post", "onderneming/{company}/uitsluitingen/1/beeindigen/"),
        ("get", "onderneming/onzin/"),
        ("get", "dashboard/?sector=bouw"),
        ("get", "witte-vlekken/?sector=bouw"),
    ],
)
def test_another_sectors_is_not_there(consultant: Client, method: str, path: str) -> None:
    others = request(SectorFactory.create(slug="bouw"))
    company = others.establishment.company.enterprise_number
    address = "/beoordeling/" + path.format(pk=others.pk, company=company)
    assert getattr(consultant, method)(address).status_code == 404
    stranger = logged_in(CompanyMembershipFactory.create().user)
    assert getattr(stranger, method)(address).status_code in (403, 404)
    assert getattr(Client(), method)(address).status_code == 302


@pytest.mark.parametrize("path", ["", "dashboard/", "witte-vlekken/", "samen/erkennen/"])
def test_who_is_no_consultant_does_not_come_in(path: str) -> None:
    for user in (
        CompanyMembershipFactory.create().user,
        SchoolMembershipFactory.create().user,
        UserFactory.create(),
    ):
        assert logged_in(user).get(f"/beoordeling/{path}").status_code == 403
    assert Client().get(f"/beoordeling/{path}").status_code == 302


def test_an_administrator_sees_every_sector(sector: Sector) -> None:
    asked = request(sector)
    administrator = logged_in(UserFactory.create(administrator=True))
    assert administrator.get("/beoordeling/").context["page"].paginator.count == 1
    assert administrator.get(f"/beoordeling/{asked.pk}/").status_code == 200
    assert administrator.get("/beoordeling/dashboard/").status_code == 200


# The dashboard -----------------------------------------------------------------------------------


def test_the_figures_of_a_sector(consultant: Client, sector: Sector, today: date) -> None:
    year = SchoolYear.objects.current(today)
    used = WorkplaceFactory(recognition__sector=sector, school_year=year, places_offered=3)
    AgreementFactory(
        workplace=used,
        starts_on=today - timedelta(days=1),
        ends_on=today + timedelta(days=30),
        campus__metres_east=10,
    )
    RecognitionFactory(sector=sector, valid_until=today + timedelta(days=30))
    request(sector, 20)
    unit = EstablishmentFactory(company__sector=sector)
    ApproachFactory(
        establishment=unit,
        sent_on=today - timedelta(days=30),
        answered_on=today - timedelta(days=26),
        status="answered",
    )
    ApproachFactory(establishment=unit, sent_on=today - timedelta(days=3))
    found = consultant.get("/beoordeling/dashboard/").context["dashboard"]
    total = found.total
    assert (total.recognised, total.ending, total.waiting, total.overdue) == (2, 1, 1, 1)
    assert (total.offered, total.taken, total.unknown, total.used) == (3, 1, 1, 1)
    assert total.use == 0.5
    assert (found.answers.sent, found.answers.answered, found.answers.days) == (2, 1, 4.0)
    rows = consultant.get("/beoordeling/dashboard/?format=csv").content.decode("utf-8-sig")
    assert rows.count("\r\n") == 4


def test_white_spots_both_ways(consultant: Client, sector: Sector, today: date) -> None:
    year = SchoolYear.objects.current(today)
    served, unserved = ProgrammeFactory(), ProgrammeFactory()
    for programme in (served, unserved):
        programme.sectors.add(sector)
    here = MunicipalityFactory()
    OfferingFactory(programme=served, school_year=year, campus=CampusFactory(municipality=here))
    for programme, metres in ((served, 1_000), (unserved, 1_000), (served, 90_000)):
        RecognitionFactory(
            programme=programme,
            sector=sector,
            establishment=EstablishmentFactory(metres_east=metres),
        )
    lonely = ProgrammeFactory()
    lonely.sectors.add(sector)
    OfferingFactory(
        programme=lonely, school_year=year, pupils=7, campus=CampusFactory(municipality=here)
    )
    found = white_spots(sector, year, today)
    (companies,), (schools,) = found.companies, found.schools
    assert (companies.municipality, companies.unreached, companies.total) == ("Leuven", 2, 3)
    assert companies.programmes == sorted([served.title, unserved.title])
    assert (schools.unreached, schools.total, schools.weight) == (1, 2, 7)
    wider = white_spots(sector, year, today, 100)
    assert wider.companies[0].unreached == 1
    assert consultant.get("/beoordeling/witte-vlekken/?straal=40").context["reach"] == 40
    assert consultant.get("/beoordeling/witte-vlekken/?straal=x").context["reach"] == 25
    assert b"Leuven" in consultant.get("/beoordeling/witte-vlekken/?format=csv").content


@pytest.fixture
def crowd(sector: Sector, today: date) -> Recognition:
    """A company with much of everything, and a request of it that renews another."""
    programme = ProgrammeFactory.create()
    unit = EstablishmentFactory.create(company__sector=sector)
    for n in range(12):
        request(sector, n)
        MentorFactory(establishment=unit)
        RecognitionFactory(establishment=unit, sector=sector, decided_on=today)
        AgreementFactory(
            workplace__recognition=RecognitionFactory(establishment=unit, sector=sector),
            ends_on=today + timedelta(days=9),
            campus__metres_east=n,
        )
        OfferingFactory(
            programme=programme,
            school_year=SchoolYear.objects.current(today),
            campus=CampusFactory(metres_east=100 * n),
        )
        ExclusionFactory(establishment=unit, over=True)
    return request(sector, programme=programme, establishment=unit)


@pytest.mark.parametrize(
    "path",
    ["", "dashboard/", "witte-vlekken/", "{pk}/", "onderneming/{company}/", "{lifted}/"],
)
def test_pages_ask_as_much_for_many(
    consultant: Client, crowd: Recognition, django_assert_max_num_queries: Any, path: str
) -> None:
    """At most fifteen queries, also of a recognition in force with agreements and a past."""
    dossier = RecognitionRequest.objects.create(
        establishment=crowd.establishment,
        programme=crowd.programme,
        recognition=crowd,
        declared_at=timezone.now(),
    )
    dossier.mentors.create(name="Mia", years_of_experience=8)
    in_force = Recognition.objects.recognised().filter(workplaces__isnull=False)[0]
    Programme.objects.filter(pk=in_force.programme_id).update(
        valid_until=timezone.localdate() - timedelta(days=1)
    )
    company = crowd.establishment.company.enterprise_number
    address = path.format(pk=crowd.pk, company=company, lifted=in_force.pk)
    consultant.get(f"/beoordeling/{address}")  # a process looks a coordinate system up once
    with django_assert_max_num_queries(15):
        assert consultant.get(f"/beoordeling/{address}").status_code == 200


def test_a_preview_asks_as_much_for_many(
    consultant: Client, crowd: Recognition, django_assert_max_num_queries: Any
) -> None:
    ticked = [str(pk) for pk in Recognition.objects.waiting().values_list("pk", flat=True)]
    with django_assert_max_num_queries(15):
        page = consultant.post("/beoordeling/samen/erkennen/", {"pk": ticked})
    assert len(page.context["foreseen"]) == 13
