"""The allocation page: proposals for a list, accepted, refused when taken, and given back."""

from concurrent.futures import ThreadPoolExecutor
from io import BytesIO
from typing import Any

import pytest
from django.core.exceptions import ValidationError
from django.db import connection
from django.test import Client
from django.utils import timezone
from openpyxl import load_workbook

from accounts.models import User
from companies.models import Agreement, Workplace
from companies.planned import plan
from schools.models import Campus, Programme, SchoolYear
from tests.factories import SchoolMembershipFactory
from tests.matching.region import scatter

ADDRESS = "/toewijzing/"


@pytest.fixture
def places(db: None, programme: Programme) -> None:
    """Forty establishments around the campus, each with one place."""
    scatter(programme, seed=1, n=40)
    Workplace.objects.update(places_offered=1)


def ask(browser: Client, campus: Campus, pupils: str, **more: Any) -> Any:
    question = {
        "campus": campus.key,
        "school_year": SchoolYear.objects.current().name,
        "method": "best",
        "list": pupils,
    }
    return browser.post(ADDRESS, question | more)


@pytest.mark.usefixtures("places")
def test_proposals_write_nothing_until_one_is_accepted(browser: Client, campus: Campus) -> None:
    page = ask(browser, campus, "referentie;opleiding\nL-1;88;;60\nL-2;88;;60")
    assert page.context["placed"] == 2
    assert not Agreement.objects.exists()
    item = page.context["lines"][0][0]
    year = SchoolYear.objects.current().name
    sent = {"campus": campus.key, "school_year": year, "accept": f"{item.recognition.pk}:L-1"}
    browser.post(f"{ADDRESS}aanvaarden/", sent)
    agreement = Agreement.objects.get()
    assert (agreement.status, agreement.pupil_reference) == ("planned", "L-1")
    assert agreement.workplace.places_free == 0
    again = browser.post(f"{ADDRESS}aanvaarden/", sent | {"accept": f"{item.recognition.pk}:L-9"})
    assert again.status_code == 302
    assert Agreement.objects.count() == 1

    for _ in range(2):
        browser.post(f"{ADDRESS}{agreement.pk}/teruggeven/")
    agreement.refresh_from_db()
    assert agreement.status == "ended_early"
    assert Workplace.objects.get(pk=agreement.workplace_id).places_taken == 0


@pytest.mark.usefixtures("places")
def test_what_would_place_who_has_no_place(browser: Client, campus: Campus) -> None:
    near = "\n".join(f"L-{i};88;;1" for i in range(9))
    page = ask(browser, campus, near)
    unplaced = [line for line in page.context["lines"] if not line[0].recognition]
    assert unplaced
    for _item, why, remedy in unplaced:
        assert why
        assert remedy.at is not None
        assert remedy.farther > 0
    farther = max(remedy.farther for _item, _why, remedy in unplaced) / 1000 + 1.01
    more = ask(browser, campus, near.replace(";1", f";{farther:.2f}", 9)).context
    assert more["placed"] > page.context["placed"]


@pytest.mark.django_db
@pytest.mark.parametrize(
    "text", ["", "Jan Peeters;88", "L-1;geen", "L-1;88;abc", "L-1;88;;-1", "L-1;88\nL-1;88"]
)
def test_a_wrong_line_is_named_and_the_list_kept(
    browser: Client, campus: Campus, text: str
) -> None:
    response = ask(browser, campus, text)
    assert response.status_code == 400
    assert response.context["form"].errors.keys() == {"list"}
    assert response.context["form"]["list"].value() == text


@pytest.mark.usefixtures("places")
def test_the_download_is_a_spreadsheet(browser: Client, campus: Campus) -> None:
    response = ask(browser, campus, "L-1;88;;60", format="csv")
    assert response["Content-Type"].startswith("text/csv")
    assert "L-1;" in response.content.decode("utf-8-sig")
    response = ask(browser, campus, "L-1;88;;60", format="xlsx")
    _header, row = load_workbook(BytesIO(response.content)).active.values
    assert row[0] == "L-1"


@pytest.mark.usefixtures("places")
def test_another_schools_campus_and_places_are_not_there(coordinator: User, campus: Campus) -> None:
    workplace = Workplace.objects.first()
    assert workplace is not None
    year = SchoolYear.objects.current()
    agreement = plan(campus, workplace.recognition_id, year, "L-1", timezone.localdate())
    stranger = Client()
    stranger.force_login(SchoolMembershipFactory.create().user)
    assert ask(stranger, campus, "L-1;88").status_code == 400
    sent = {"campus": campus.key, "school_year": year.name, "accept": "1:L-2"}
    assert stranger.post(f"{ADDRESS}aanvaarden/", sent).status_code == 404
    assert stranger.post(f"{ADDRESS}{agreement.pk}/teruggeven/").status_code == 404
    assert "L-1" not in stranger.get(ADDRESS).content.decode()


@pytest.mark.django_db
def test_mentors_limit_what_is_accepted(campus: Campus, programme: Programme) -> None:
    scatter(programme, seed=1, n=2)
    Workplace.objects.update(places_offered=9)
    recognition, year = Workplace.objects.get().recognition_id, SchoolYear.objects.current()
    for reference in ("L-1", "L-2"):  # one mentor, two pupils
        plan(campus, recognition, year, reference, timezone.localdate())
    with pytest.raises(ValidationError, match="mentor"):
        plan(campus, recognition, year, "L-3", timezone.localdate())


@pytest.mark.django_db(transaction=True)
def test_the_last_place_is_taken_once(campus: Campus, programme: Programme) -> None:
    scatter(programme, seed=1, n=40)
    workplace = Workplace.objects.first()
    assert workplace is not None
    Workplace.objects.filter(pk=workplace.pk).update(places_offered=1)
    year = SchoolYear.objects.current()

    def take(reference: str) -> bool:
        try:
            plan(campus, workplace.recognition_id, year, reference, timezone.localdate())
        except ValidationError:
            return False
        finally:
            connection.close()
        return True

    with ThreadPoolExecutor(4) as threads:
        taken = list(threads.map(take, ["L-1", "L-2", "L-3", "L-4"]))
    assert sum(taken) == 1
    assert Agreement.objects.count() == 1
