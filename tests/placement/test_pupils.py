"""The pupils to place and the home of their school, as their coordinator works with them."""

import re
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client

from companies.models import ApproachStatus
from placement.models import PupilRequest, SchoolClosure, TrainingWeek
from schools.models import Campus, Programme
from tests.factories import (
    TODAY,
    AgreementFactory,
    ApproachFactory,
    CampusFactory,
    OfferingFactory,
    PupilRequestFactory,
    RecognitionFactory,
    TrainingWeekFactory,
    WorkplaceFactory,
)

pytestmark = pytest.mark.django_db

TYPED = {
    "version": "0",
    "reference": "L-7",
    "campus": "039107-1",
    "programme": "88",
    "postal_code": "9000",
    "mode": "",
    "started_on": "2026-11-20",
}


def references(page: str) -> list[str]:
    return re.findall(r'<th scope="row"><a href="/leerlingen/\d+/">([^<]+)</a>', page)


def show(browser: Client, **asked: str) -> list[str]:
    response = browser.get("/leerlingen/", asked)
    assert response.status_code == 200
    return references(response.content.decode())


# The list -----------------------------------------------------------------------------------------


def test_who_must_find_a_place_first_stands_on_top(browser: Client, campus: Campus) -> None:
    for days in (3, 40, 10):
        PupilRequestFactory(
            campus=campus, reference=f"D{days}", started_on=TODAY - timedelta(days=days)
        )
    PupilRequestFactory(campus=campus, reference="klaar", placed=True)
    PupilRequestFactory(reference="van-hen")
    assert show(browser) == ["D40", "D10", "D3", "klaar"]
    assert show(browser, status="placed") == ["klaar"]
    assert show(browser, soon="on") == ["D40"]
    assert "D40" in browser.get("/leerlingen/", {"format": "csv"}).content.decode()


@pytest.mark.parametrize("wrong", [{"campus": "999999-1"}, {"status": "x"}, {"programme": "x"}])
def test_a_choice_that_is_none(browser: Client, campus: Campus, wrong: dict[str, str]) -> None:
    assert browser.get("/leerlingen/", wrong).status_code == 400


def test_another_schools_campus_and_pupil_are_unknown(browser: Client, campus: Campus) -> None:
    theirs = PupilRequestFactory()
    key = theirs.campus.key
    assert browser.get("/leerlingen/", {"campus": key}).status_code == 400
    assert browser.get(f"/leerlingen/{theirs.pk}/").status_code == 404
    for step in ("", "verlengen/", "afsluiten/", "heropenen/"):
        assert browser.post(f"/leerlingen/{theirs.pk}/{step}", TYPED).status_code == 404
    for path in (f"/lesdagen/{key}/", f"/lesdagen/{key}/vrije-dagen/", "/lesdagen/x/"):
        assert browser.post(path).status_code == 404
    refused = browser.post("/leerlingen/nieuw/", TYPED | {"campus": key})
    assert refused.status_code == 400
    assert PupilRequest.objects.get() == theirs


# One pupil ----------------------------------------------------------------------------------------


def test_added_changed_extended_closed_and_opened_again(
    browser: Client, campus: Campus, programme: Programme
) -> None:
    browser.post("/leerlingen/nieuw/", TYPED)
    pupil = PupilRequest.objects.get()
    assert (pupil.reference, pupil.campus, pupil.programme) == ("L-7", campus, programme)
    assert pupil.school_year_id == 2026
    here = f"/leerlingen/{pupil.pk}/"
    browser.post(here, TYPED | {"postal_code": "9300"})
    browser.post(f"{here}verlengen/")
    response = browser.post(f"{here}verlengen/", {"back": "?status=open"}, follow=True)
    assert "Deze termijn kan niet verlengd worden." in response.content.decode()
    assert response.request["QUERY_STRING"] == "status=open"
    browser.post(f"{here}afsluiten/", {"status": "moved"})
    pupil.refresh_from_db()
    assert (pupil.postal_code, pupil.extended_on, pupil.status) == ("9300", TODAY, "moved")
    browser.post(f"{here}heropenen/")
    pupil.refresh_from_db()
    assert pupil.is_open
    refused = browser.post(f"{here}afsluiten/", {"status": "weg"}, follow=True).content.decode()
    assert "Zeg hoe het zoeken eindigde." in refused


def test_the_second_who_edits_is_told_and_loses_nothing(
    browser: Client, campus: Campus, programme: Programme
) -> None:
    pupil = PupilRequestFactory(campus=campus, programme=programme, reference="L-7")
    browser.post(f"/leerlingen/{pupil.pk}/", TYPED | {"postal_code": "9300"})
    second = browser.post(f"/leerlingen/{pupil.pk}/", TYPED | {"postal_code": "3000"})
    assert second.status_code == 409
    page = second.content.decode()
    assert 'value="3000"' in page
    assert "9300" in page
    pupil.refresh_from_db()
    assert pupil.postal_code == "9300"


@pytest.mark.parametrize(
    "wrong",
    [
        {"reference": "Jan Janssens"},
        {"reference": ""},
        {"programme": "onbestaand"},
        {"postal_code": "12"},
        {"mode": "raket"},
        {"started_on": "2027-01-01"},
        {"started_on": "gisteren"},
    ],
    ids=str,
)
def test_what_is_wrong_is_named_and_kept(
    browser: Client, campus: Campus, programme: Programme, wrong: dict[str, str]
) -> None:
    response = browser.post("/leerlingen/nieuw/", TYPED | wrong)
    assert response.status_code == 400
    assert "field-error" in response.content.decode()
    assert not PupilRequest.objects.exists()


def test_a_reference_that_is_searched_for_already(
    browser: Client, campus: Campus, programme: Programme
) -> None:
    browser.post("/leerlingen/nieuw/", TYPED)
    again = browser.post("/leerlingen/nieuw/", TYPED)
    assert again.status_code == 400
    assert "heeft dit schooljaar al een leerling" in again.content.decode()


def test_a_pupil_with_an_agreement_is_not_opened_by_a_click(
    browser: Client, campus: Campus
) -> None:
    pupil = PupilRequestFactory(campus=campus, placed=True, agreement=AgreementFactory())
    page = browser.post(f"/leerlingen/{pupil.pk}/heropenen/", follow=True).content.decode()
    assert "beëindig die eerst" in page
    pupil.refresh_from_db()
    assert not pupil.is_open


# The training days --------------------------------------------------------------------------------


def test_a_campus_says_when_it_trains(
    browser: Client, campus: Campus, programme: Programme
) -> None:
    OfferingFactory(campus=campus, programme=programme)
    here = f"/lesdagen/{campus.key}/"
    browser.post(here, {"campus-weekdays": ["1", "2"], "88-weekdays": ["4"]})
    assert set(TrainingWeek.objects.values_list("programme", flat=True)) == {None, programme.pk}
    browser.post(here, {"campus-weekdays": ["1", "2", "3", "4", "5"]})
    assert not TrainingWeek.objects.exists()
    assert browser.post(here, {"campus-weekdays": ["8"]}).status_code == 400
    days = {"first_day": "2026-12-04", "last_day": "2026-12-04", "reason": "Studiedag"}
    browser.post(f"{here}vrije-dagen/", days)
    closure = SchoolClosure.objects.get()
    wrong = browser.post(f"{here}vrije-dagen/", days | {"last_day": "2026-12-01"})
    assert wrong.status_code == 400
    browser.post(f"{here}vrije-dagen/{closure.pk}/verwijderen/")
    assert not SchoolClosure.objects.exists()


# The home -----------------------------------------------------------------------------------------


def tiles(page: str) -> dict[str, int]:
    found = re.findall(r'class="tile[^"]*" href="([^"]*)"><b class="number">(\d+)<', page)
    return {address.replace("&amp;", "&"): int(n) for address, n in found}


def test_each_number_of_the_home_leads_to_its_list(
    browser: Client, campus: Campus, programme: Programme
) -> None:
    OfferingFactory(campus=campus, programme=programme, pupils=9)
    near = RecognitionFactory(programme=programme, establishment__metres_east=20_000)
    RecognitionFactory(programme=programme, establishment__metres_east=30_000)
    for days in (1, 2, 60):
        PupilRequestFactory(
            campus=campus, programme=programme, started_on=TODAY - timedelta(days=days)
        )
    PupilRequestFactory(campus=campus, programme=programme, placed=True)
    PupilRequestFactory()
    ApproachFactory(campus=campus, status=ApproachStatus.SENT)
    ApproachFactory(campus=campus, answered=True)
    ApproachFactory(status=ApproachStatus.SENT)
    soon = RecognitionFactory(lapsing=True, valid_until=TODAY + timedelta(days=90))
    AgreementFactory(campus=campus, workplace=WorkplaceFactory(recognition=soon))
    AgreementFactory(campus=campus, workplace=WorkplaceFactory(recognition=near))
    AgreementFactory(workplace=WorkplaceFactory(recognition__lapsing=True))
    page = browser.get("/").content.decode()
    found = tiles(page)
    assert list(found.values()) == [3, 1, 1, 1, 1]
    for address, n in list(found.items())[:3]:
        assert len(references(browser.get(address).content.decode())) == n
    lapsing = browser.get("/leerwerkplekken/aflopend/").content.decode()
    assert re.findall(r"/vestigingen/(\d+)/", lapsing) == [soon.establishment.unit_number]
    assert "<b>1</b>" in page


def test_the_home_asks_no_more_than_fifteen_queries(
    browser: Client, campus: Campus, django_assert_max_num_queries: Any
) -> None:
    for _ in range(4):
        other = CampusFactory(school=campus.school)
        TrainingWeekFactory(campus=other)
        for _ in range(3):
            offering = OfferingFactory(campus=other)
            RecognitionFactory(programme=offering.programme)
            PupilRequestFactory(campus=other, programme=offering.programme)
            AgreementFactory(campus=other)
            ApproachFactory(campus=other)
    with django_assert_max_num_queries(15):
        browser.get("/")
    with django_assert_max_num_queries(15):
        browser.get("/leerlingen/")
    with django_assert_max_num_queries(15):
        browser.get("/leerwerkplekken/aflopend/")
    with django_assert_max_num_queries(15):
        browser.get(f"/lesdagen/{campus.key}/")
