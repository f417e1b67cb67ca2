"""Vacancies are read at a service that behaves as VDAB's, and misbehaves as any does."""

from collections.abc import Iterator
from contextlib import suppress
from datetime import UTC, date, datetime, timedelta
from io import StringIO
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.db import connections
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from companies.vacancies.client import VdabError
from companies.vacancies.demand import linked_programmes, vacancies
from companies.vacancies.models import OccupationLink, Vacancy, VacancySync
from companies.vacancies.reading import OVERLAP, synchronise
from companies.vacancies.tasks import fetch_vacancies
from geo.locks import lock_key
from geo.models import Municipality
from imports.errors import BusyError
from schools.models import Programme
from tests.companies.vdab import CLIENT, KEY, SECRET, Published, Vdab, vdab
from tests.factories import (
    CampusFactory,
    MunicipalityFactory,
    OfferingFactory,
    PostalCodeFactory,
    RecognitionFactory,
    UserFactory,
    WorkplaceFactory,
    beside_here,
)

pytestmark = pytest.mark.django_db

NOW = datetime(2026, 11, 24, 12, 0, tzinfo=UTC)


@pytest.fixture
def service() -> Iterator[Vdab]:
    with vdab() as found:
        yield found


@pytest.fixture
def ghent(db: Any) -> Municipality:
    town: Municipality = MunicipalityFactory(nis_code="44021", name="Gent", point=beside_here())
    PostalCodeFactory(code="9000", municipality=town)
    return town


def kept() -> dict[str, tuple[str, int]]:
    return {v.reference: (v.code, v.version) for v in Vacancy.objects.all()}


def at_vdab(service: Vdab) -> dict[str, tuple[str, int]]:
    return {v.reference: (v.code, v.version) for v in service.vacancies if v.is_published}


def some(n: int, first: int = 0, **more: Any) -> list[Published]:
    given = {"changed": NOW - timedelta(days=3)} | more
    return [Published(f"v{first + i}", code=f"C-{i % 4}", **given) for i in range(n)]


def test_the_whole_and_then_what_changes(service: Vdab, ghent: Municipality) -> None:
    service.vacancies = some(8)
    read = synchronise(service.client(), NOW)
    assert kept() == at_vdab(service)
    assert (read.written, read.windows) == (8, 1)
    assert set(Vacancy.objects.values_list("municipality__nis_code", flat=True)) == {"44021"}

    changed = service.vacancies[0]
    changed.code, changed.version, changed.changed = "C-9", 2, NOW + timedelta(hours=2)
    gone = service.vacancies[1]
    gone.is_published, gone.version, gone.changed = False, 2, NOW + timedelta(hours=3)
    service.vacancies += some(2, first=50, changed=NOW + timedelta(hours=4))
    read = synchronise(service.client(), NOW + timedelta(days=1))
    assert kept() == at_vdab(service)
    assert (read.written, read.removed) == (3, 1)
    assert service.calls("initial") == 4  # three pages, and the empty one
    assert VacancySync.objects.get().read_until == NOW + timedelta(days=1)


def test_both_credentials_go_with_each_call(service: Vdab, ghent: Municipality) -> None:
    service.vacancies = some(1)
    synchronise(service.client(), NOW)
    for (path, _), headers in zip(service.stub.asked, service.stub.headers, strict=True):
        assert headers["x-ibm-client-id"] == KEY
        assert headers.get("authorization", "").startswith("Bearer ") is (path != "/token")
    assert service.calls("/token") == 1


def test_a_token_that_ends_underway_is_renewed(service: Vdab, ghent: Municipality) -> None:
    service.vacancies = some(8)
    client = service.client()
    client.initial(date(2026, 11, 24), 0)
    service.seconds += 901
    synchronise(client, NOW)
    assert kept() == at_vdab(service)
    assert service.calls("/token") == 2


def test_credentials_that_are_refused_say_so(service: Vdab, ghent: Municipality) -> None:
    service.faults["token"] = [(400, {"error": "invalid_client"})]
    with pytest.raises(VdabError, match="token"):
        synchronise(service.client(), NOW)
    service.faults["initial"] = [(401, {}), (401, {})]
    with pytest.raises(VdabError, match="VDAB_"):
        synchronise(service.client(), NOW)
    assert not Vacancy.objects.exists()


def test_too_many_calls_wait_as_long_as_asked(service: Vdab, ghent: Municipality) -> None:
    service.vacancies = some(2)
    service.faults["initial"] = [(429, {}, {"Retry-After": "1"}), (503, {})]
    before = timezone.now()
    synchronise(service.client(), NOW)
    assert timezone.now() - before >= timedelta(seconds=1)
    assert kept() == at_vdab(service)


def test_it_goes_on_where_it_was_cut_off(service: Vdab, ghent: Municipality) -> None:
    service.vacancies = some(8)
    first_page = {"resultaten": [v.record() for v in service.vacancies[:3]]}
    service.faults["vacatures"] = [(200, first_page)]
    service.faults["vacatures"] += [(500, {})] * 3
    with pytest.raises(VdabError, match="500"):
        synchronise(service.client(), NOW)
    assert len(kept()) == 3
    assert not linked_programmes()
    service.stub.asked.clear()
    synchronise(service.client(), NOW)
    assert service.stub.asked[1][1]["vanaf"] == "3"
    assert kept() == at_vdab(service)


def test_a_gap_of_weeks_is_read_in_windows_that_meet(service: Vdab, ghent: Municipality) -> None:
    service.vacancies = some(4)
    synchronise(service.client(), NOW)
    service.stub.asked.clear()
    for days in (2, 6, 11):
        service.vacancies += some(1, first=100 + days, changed=NOW + timedelta(days=days))
    later = NOW + timedelta(days=12)
    synchronise(service.client(), later)
    windows = service.windows()
    assert len(windows) == 3
    assert windows[0][0] == NOW - OVERLAP
    assert windows[-1][1] == later
    assert all(b[0] == a[1] - OVERLAP for a, b in pairwise(windows))
    assert kept() == at_vdab(service)


def test_a_gap_longer_than_vdab_looks_back_takes_the_whole(
    service: Vdab, ghent: Municipality
) -> None:
    service.vacancies = some(5)
    synchronise(service.client(), NOW)
    service.vacancies[0].is_published = False
    later = service.now = NOW + timedelta(days=100)
    service.vacancies += some(1, first=70, changed=later - timedelta(days=80))
    synchronise(service.client(), later)
    assert kept() == at_vdab(service)


def test_pages_that_are_shorter_than_asked_lose_nothing(service: Vdab, ghent: Municipality) -> None:
    service.shortens_pages = True
    service.vacancies = some(7, changed=NOW - timedelta(hours=1))
    synchronise(service.client(), NOW)
    assert kept() == at_vdab(service)


@pytest.mark.parametrize("first", [True, False])
def test_a_page_that_comes_again_is_an_error_and_writes_nothing(
    service: Vdab, ghent: Municipality, first: bool
) -> None:
    service.vacancies = some(3)
    if not first:
        synchronise(service.client(), NOW)
        service.vacancies += some(7, first=80, changed=NOW + timedelta(hours=1))
    before = kept()
    service.ignores_offset = True
    with pytest.raises(VdabError, match="dezelfde pagina"):
        synchronise(service.client(rows=2), NOW + timedelta(days=1))
    if not first:
        assert kept() == before
        assert VacancySync.objects.get().read_until == NOW
    service.ignores_offset = False
    synchronise(service.client(), NOW + timedelta(days=1))
    assert kept() == at_vdab(service)


def test_an_older_version_changes_nothing(service: Vdab, ghent: Municipality) -> None:
    service.vacancies = [Published("v1", NOW - timedelta(days=9), code="NEW", version=5)]
    synchronise(service.client(), NOW)
    service.vacancies = [Published("v1", NOW + timedelta(hours=1), code="OLD", version=4)]
    synchronise(service.client(), NOW + timedelta(days=1))
    assert kept() == {"v1": ("NEW", 5)}


@pytest.mark.parametrize(
    "answer",
    [
        (200, b"<html>"),
        (200, {"resultaten": None}),
        (200, {"resultaten": [{}]}),
        (200, {"items": []}),
        (200, []),
        (302, {}, {"Location": "https://elsewhere.example/"}),
        (404, {}),
    ],
)
def test_what_is_no_answer_is_an_error(
    service: Vdab, ghent: Municipality, answer: tuple[Any, ...]
) -> None:
    service.faults["initial"] = [answer]
    with pytest.raises(VdabError):
        synchronise(service.client(), NOW)


def test_one_round_at_a_time(service: Vdab, ghent: Municipality) -> None:
    other = connections["default"].copy()
    with other.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_lock(%s)", [lock_key("vdab-vacancies")])
    try:
        with pytest.raises(BusyError):
            synchronise(service.client(), NOW)
    finally:
        other.close()


@settings(
    max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(data=st.data())
def test_whatever_happens_in_between_the_copy_follows(
    service: Vdab, ghent: Municipality, data: st.DataObject
) -> None:
    VacancySync.objects.all().delete()
    Vacancy.objects.all().delete()
    service.faults.clear()
    service.vacancies, now = some(data.draw(st.integers(0, 5))), NOW
    for step in range(data.draw(st.integers(1, 4))):
        now += timedelta(hours=data.draw(st.integers(1, 300)))
        for vacancy in service.vacancies:
            if data.draw(st.booleans()):
                vacancy.changed = now - timedelta(minutes=data.draw(st.integers(1, 50)))
                vacancy.is_published = data.draw(st.booleans())
                vacancy.code = data.draw(st.sampled_from(["C-1", "C-2"]))
                vacancy.version += 1
        service.vacancies += some(data.draw(st.integers(0, 4)), 1000 * (step + 1), changed=now)
        now += timedelta(seconds=1)
        if data.draw(st.booleans()):
            service.faults["bulk"] = [(500, {})] * 3
            with suppress(VdabError):
                synchronise(service.client(), now)
            service.faults.clear()
        service.shortens_pages = data.draw(st.booleans())
        synchronise(service.client(), now)
        assert kept() == at_vdab(service)


# What is made of it ------------------------------------------------------------------------------


def test_a_vacancy_counts_for_each_programme_that_leads_to_it(ghent: Municipality) -> None:
    here, there = RecognitionFactory().programme, RecognitionFactory().programme
    for programme, code in ((here, "C-1"), (here, "C-2"), (there, "C-2")):
        OccupationLink.objects.create(programme=programme, code=code)
    for i, (code, places) in enumerate([("C-1", 1), ("C-2", 3), ("C-3", 9)]):
        Vacancy.objects.create(
            reference=f"v{i}", code=code, places=places, municipality=ghent, snapshot=NOW
        )
    assert linked_programmes() == frozenset()  # nothing was read to its end
    VacancySync.objects.create(source="x", initial_day=NOW, read_until=NOW)
    assert linked_programmes() == {here.pk, there.pk}
    assert vacancies([ghent.pk]) == {(here.pk, ghent.pk): 4, (there.pk, ghent.pk): 3}
    assert vacancies([ghent.pk], [there.pk]) == {(there.pk, ghent.pk): 3}


@pytest.mark.parametrize("state", ["unread", "unlinked", "none", "some"])
def test_the_radar_tells_unknown_from_none(client: Client, ghent: Municipality, state: str) -> None:
    workplace = WorkplaceFactory()
    programme: Programme = workplace.recognition.programme
    campus = CampusFactory()
    OfferingFactory(campus=campus, programme=programme)
    far = MunicipalityFactory(nis_code="73083", name="Ver", point=beside_here(90_000))
    if state != "unlinked":
        OccupationLink.objects.create(programme=programme, code="C-1")
    if state != "unread":
        VacancySync.objects.create(source="x", initial_day=NOW, read_until=NOW)
    Vacancy.objects.create(
        reference="v1",
        code="C-1",
        places=7,
        municipality=far if state == "none" else ghent,
        snapshot=NOW,
    )
    client.force_login(UserFactory(administrator=True))
    body = client.get(f"/api/v1/campuses/{campus.key}/opportunities").json()["items"][0]
    expected = {"unread": None, "unlinked": None, "none": 0, "some": 7}[state]
    assert body.get("vacancies") == expected
    other = client.get(f"/api/v1/programmes/{programme.number}/opportunities").json()["items"][0]
    assert other.get("vacancies") == expected
    page = client.get(reverse("radar"), {"campus": campus.key, "sort": "vacancies"}).text
    last_cell = page.rpartition("<td")[2]
    assert (str(expected) if expected is not None else "onbekend") in last_cell
    out = StringIO()
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("sys.stdout", out)
        call_command("radar", campus=campus.key, format="csv")
    assert out.getvalue().splitlines()[1].rpartition(",")[2] == (
        "" if expected is None else str(expected)
    )


def test_occupations_come_in_as_a_file(programme: Programme, tmp_path: Path) -> None:
    path = tmp_path / "beroepen.csv"
    path.write_text("opleiding;competent;beroep\n88;c-1;Elektricien\n88;C-2;\n88;C-1;Weer\n")
    call_command("import_file", "occupations", str(path), stdout=StringIO())
    assert list(OccupationLink.objects.values_list("code", "label")) == [
        ("C-1", "Elektricien"),
        ("C-2", ""),
    ]
    rows = ["88;c-1;Elektricien", "elektrische installaties duaal;C-2;X"]
    path.write_text("\n".join(["opleiding;competent;beroep", *rows]))
    call_command("import_file", "occupations", str(path), stdout=StringIO())
    assert list(OccupationLink.objects.values_list("code", "label")) == [
        ("C-1", "Elektricien"),
        ("C-2", "X"),
    ]


def test_the_administrator_edits_and_downloads_the_occupations(
    client: Client, programme: Programme
) -> None:
    client.force_login(UserFactory(administrator=True))
    form = {"programme": programme.pk, "code": "C-1", "label": "Elektricien"}
    client.post(reverse("admin:vacancies_occupationlink_add"), form)
    listing = reverse("admin:vacancies_occupationlink_changelist")
    chosen = {"_selected_action": [OccupationLink.objects.get().pk], "action": "as_csv"}
    assert "C-1" in client.post(listing, chosen).text


def test_without_credentials_nothing_is_read(db: Any) -> None:
    assert fetch_vacancies() == 0
    with pytest.raises(CommandError, match="VDAB_API_KEY"):
        call_command("fetch_vacancies")


def test_the_command_and_the_task_read(
    service: Vdab, ghent: Municipality, settings: Any, capsys: pytest.CaptureFixture[str]
) -> None:
    settings.VDAB_CONFIGURED = True
    settings.VDAB_API_URL, settings.VDAB_TOKEN_URL = service.stub.url, f"{service.stub.url}/token"
    settings.VDAB_API_KEY, settings.VDAB_CLIENT_ID = KEY, CLIENT
    settings.VDAB_CLIENT_SECRET = SECRET
    service.vacancies = some(3, changed=NOW - timedelta(days=300))
    assert fetch_vacancies() == 3
    call_command("fetch_vacancies", anew=True)
    assert "3 vacancies written" in capsys.readouterr().out
