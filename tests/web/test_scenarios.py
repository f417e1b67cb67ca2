"""The what-if pages: a scenario is made, changed, shared, compared and deleted."""

from typing import Any

import pytest
from django.test import Client

from accounts.models import User
from matching import scenario_views
from matching.models import Scenario, ScenarioChange
from schools.models import Campus, Programme, SchoolYear
from tests.factories import ProgrammeFactory, SchoolMembershipFactory

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("region")]

CHANGE = {"kind": "open", "campus": "039107-1", "programme": "88", "pupils": "24"}


@pytest.fixture
def scenario(coordinator: User) -> Scenario:
    return Scenario.objects.create(
        owner=coordinator, name="Plan A", school_year=SchoolYear.objects.current()
    )


@pytest.fixture
def stranger(client: Client) -> Client:
    other = Client()
    other.force_login(SchoolMembershipFactory.create().user)
    return other


def add(browser: Client, scenario: Scenario, **change: str) -> Any:
    return browser.post(f"/wat-als/{scenario.pk}/wijzigingen/", CHANGE | change)


def test_made_and_changed(browser: Client) -> None:
    year = SchoolYear.objects.current().name
    made = browser.post("/wat-als/", {"name": "Plan A", "school_year": year})
    scenario = Scenario.objects.get()
    assert made.headers["Location"] == f"/wat-als/{scenario.pk}/"
    assert add(browser, scenario).status_code == 302
    page = browser.get(f"/wat-als/{scenario.pk}/")
    (line,) = page.context["page"].object_list
    before, after = line.sides
    assert (before.item.pupils, after.item.pupils) == (12, 24)
    assert after.item.per_pupil_low == pytest.approx(before.item.per_pupil_low / 2)
    add(browser, scenario, kind="stop")
    (change,) = scenario.changes.all()
    assert change.stops
    browser.post(f"/wat-als/{scenario.pk}/wijzigingen/{change.pk}/verwijderen/")
    assert browser.get(f"/wat-als/{scenario.pk}/").context["page"].object_list == []


def test_a_long_table_is_paged_and_the_map_shows_all_of_it(
    browser: Client, scenario: Scenario, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(scenario_views, "PAGE_SIZE", 1)
    other = ProgrammeFactory.create(title="Zorg duaal")
    add(browser, scenario)
    add(browser, scenario, programme=str(other.number))
    second = browser.get(f"/wat-als/{scenario.pk}/?page=2").context
    assert [line.number for line in second["page"]] == [2]
    assert (len(second["map_data"]["dots"]), second["map_data"]["page"]) == (2, 2)
    # Beside a refused form the pages are those of the scenario, not of what was sent.
    came_from = {"referer": f"http://testserver/wat-als/{scenario.pk}/?page=1"}
    address = f"/wat-als/{scenario.pk}/wijzigingen/"
    refused = browser.post(address, CHANGE | {"pupils": "9999"}, headers=came_from)
    assert f'href="/wat-als/{scenario.pk}/?page=2"' in refused.content.decode()


def test_a_refused_change_keeps_what_was_typed(browser: Client, scenario: Scenario) -> None:
    response = add(browser, scenario, pupils="9999")
    assert response.status_code == 400
    assert response.context["form"].errors.keys() == {"pupils"}
    assert 'value="9999"' in response.content.decode()
    assert not scenario.changes.exists()


@pytest.mark.parametrize("name", ["", "x" * 81])
def test_a_scenario_needs_a_name(browser: Client, scenario: Scenario, name: str) -> None:
    assert browser.post("/wat-als/", {"name": name}).status_code == 400
    assert browser.post(f"/wat-als/{scenario.pk}/naam/", {"name": name}).status_code == 400
    scenario.refresh_from_db()
    assert scenario.name == "Plan A"


@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("get", ""),
        ("post", "wijzigingen/"),
        ("post", "naam/"),
        ("post", "kopie/"),
        ("post", "delen/"),
        ("get", "verwijderen/"),
        ("post", "verwijderen/"),
    ],
)
def test_anothers_scenario_is_not_there(
    stranger: Client, scenario: Scenario, method: str, path: str
) -> None:
    assert getattr(stranger, method)(f"/wat-als/{scenario.pk}/{path}").status_code == 404
    assert Scenario.objects.get().link is None


def test_anothers_campus_is_unknown(
    stranger: Client, browser: Client, scenario: Scenario, campus: Campus
) -> None:
    assert str(campus) not in stranger.get("/wat-als/").content.decode()
    scenario.owner = User.objects.exclude(pk=scenario.owner_id).get()
    scenario.save()
    response = add(stranger, scenario)
    assert response.context["form"].errors.keys() == {"campus"}


def test_a_link_reads_until_it_is_revoked(
    browser: Client, stranger: Client, scenario: Scenario
) -> None:
    add(browser, scenario)
    browser.post(f"/wat-als/{scenario.pk}/delen/")
    scenario.refresh_from_db()
    address = f"/wat-als/gedeeld/{scenario.link}/"
    page = stranger.get(address)
    assert page.status_code == 200
    assert '<form method="post" action="/wat-als' not in page.content.decode()
    assert stranger.post(address).status_code == 405
    assert Client().get(address).status_code == 302
    browser.post(f"/wat-als/{scenario.pk}/delen/", {"revoke": "1"})
    assert stranger.get(address).status_code == 404


def test_a_copy_and_a_comparison(browser: Client, scenario: Scenario) -> None:
    add(browser, scenario)
    scenario.share()
    browser.post(f"/wat-als/{scenario.pk}/kopie/")
    copy = Scenario.objects.exclude(pk=scenario.pk).get()
    assert copy.link is None
    add(browser, copy, kind="stop")
    page = browser.get("/wat-als/vergelijken/", {"a": scenario.pk, "b": copy.pk})
    (line,) = page.context["page"].object_list
    assert [side.item.offered for side in line.sides] == [True, True, False]
    assert [side.item.pupils for side in line.sides][:2] == [12, 24]


def test_only_ones_own_are_compared(stranger: Client, scenario: Scenario) -> None:
    both = {"a": scenario.pk, "b": scenario.pk}
    assert stranger.get("/wat-als/vergelijken/", both).status_code == 400


def test_deleting_asks_first(browser: Client, scenario: Scenario) -> None:
    assert browser.get(f"/wat-als/{scenario.pk}/verwijderen/").status_code == 200
    assert Scenario.objects.exists()
    browser.post(f"/wat-als/{scenario.pk}/verwijderen/")
    assert not Scenario.objects.exists()


def test_the_list_asks_as_much_for_many(
    browser: Client,
    scenario: Scenario,
    campus: Campus,
    programme: Programme,
    django_assert_max_num_queries: Any,
) -> None:
    ScenarioChange.objects.create(scenario=scenario, campus=campus, programme=programme)
    for _ in range(20):
        scenario.duplicate("Nog een")
    with django_assert_max_num_queries(10):
        browser.get("/wat-als/")
