"""Who gets in, in which language, and what every page keeps to."""

import re
from collections.abc import Iterator
from html.parser import HTMLParser
from typing import Any

import pytest
import time_machine
from axes.utils import reset
from django.core.cache import cache
from django.test import Client, RequestFactory
from django.urls import URLPattern, URLResolver, get_resolver, reverse
from django.utils import timezone, translation

from accounts.models import User
from companies.models import Company, CompanyMembership, Establishment, Recognition
from radar.pages import views
from schools.models import Sector, SectorMembership
from tests.matching.region import number

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _forget_failures() -> Iterator[None]:
    reset()
    yield
    reset()


# Getting in ---------------------------------------------------------------------------------------


def addresses(patterns: list[Any], prefix: str = "/") -> Iterator[str]:
    for pattern in patterns:
        route = prefix + str(pattern.pattern)
        if isinstance(pattern, URLResolver):
            yield from addresses(pattern.url_patterns, route)
        elif isinstance(pattern, URLPattern) and "<" not in route and "(" not in route:
            yield route.replace("^", "").replace("$", "")


PUBLIC = {
    "/",
    "/health",
    "/kaart/grenzen.geojson",
    "/aanmelden/",
    "/aanmelden/geannuleerd/",
    "/aanmelden/mislukt/",
    "/registreren/",
    "/wachtwoord-vergeten/",
    "/wachtwoord-vergeten/verstuurd/",
    "/wachtwoord-vergeten/klaar/",
    "/profiel/geblokkeerd/",
    "/privacy/",
    "/ondernemingen/",
    "/antwoord/bedankt/",
    "/admin/login/",
    "/admin/jsi18n/",
}


def test_only_these_pages_are_public(client: Client) -> None:
    open_to_all = set()
    for address in addresses(get_resolver().url_patterns):
        if address.startswith("/api/"):
            continue
        if client.get(address).status_code == 200:
            open_to_all.add(address)
    assert open_to_all <= PUBLIC
    assert {"/", "/health", "/aanmelden/"} <= open_to_all


def test_log_in_by_e_mail_whatever_the_case(client: Client, coordinator: User) -> None:
    form = {"login": "AN@radar.example", "password": "geheim-woord"}
    response = client.post("/aanmelden/?next=/profiel/", form | {"next": "/profiel/"})
    assert response.status_code == 302
    assert response["Location"] == "/profiel/"
    assert b"an@radar.example" in client.get("/profiel/").content


def test_a_wrong_password_tells_not_what_was_wrong(client: Client, coordinator: User) -> None:
    wrong = [
        client.post("/aanmelden/", {"login": name, "password": "fout"}).content.decode()
        for name in ("an@radar.example", "niemand@radar.example")
    ]
    message = "Dit e-mailadres en wachtwoord horen niet bij elkaar."
    assert all(message in text for text in wrong)


def test_ten_wrong_passwords_lock_out_for_a_quarter(client: Client, coordinator: User) -> None:
    right = {"login": "an@radar.example", "password": "geheim-woord"}
    with time_machine.travel("2026-11-23 10:00", tick=False) as clock:
        for name in ["an@radar.example", "AN@radar.example"] * 5:
            response = client.post("/aanmelden/", {"login": name, "password": "fout"})
        assert response.status_code == 429
        assert "Wacht even" in response.content.decode()
        assert client.post("/aanmelden/", right).status_code == 429
        somebody_else = right | {"login": "bart@radar.example"}
        assert client.post("/aanmelden/", somebody_else).status_code == 200
        clock.shift(16 * 60)
        assert client.post("/aanmelden/", right).status_code == 302


def test_no_redirect_to_another_site(client: Client, coordinator: User) -> None:
    form = {"login": "an@radar.example", "password": "geheim-woord", "next": "//evil.example/"}
    assert client.post("/aanmelden/", form)["Location"] == "/"


def test_log_out_by_post_only(browser: Client) -> None:
    assert browser.get("/afmelden/").status_code == 405
    assert browser.post("/afmelden/").status_code == 302
    assert browser.get("/profiel/").status_code == 302


# Languages ----------------------------------------------------------------------------------------


def test_dutch_without_a_prefix_english_under_en(client: Client) -> None:
    dutch, english = (client.get(address) for address in ("/", "/en/"))
    assert '<html lang="nl">' in dutch.content.decode()
    assert '<html lang="en">' in english.content.decode()
    # The address decides, not the browser: a shared link opens as it was seen.
    assert '<html lang="nl">' in client.get("/", headers={"accept-language": "en"}).content.decode()


def test_the_other_language_keeps_the_question(browser: Client) -> None:
    page = browser.get("/leerwerkplekken/?radius=40&page=2").content.decode()
    assert 'href="/en/leerwerkplekken/?radius=40&amp;page=2"' in page
    page = browser.get("/en/leerwerkplekken/?radius=40&page=2").content.decode()
    assert 'href="/leerwerkplekken/?radius=40&amp;page=2"' in page


# Home ---------------------------------------------------------------------------------------------


def test_a_coordinator_sees_her_campuses_and_their_reach(browser: Client, region: None) -> None:
    page = browser.get("/").content.decode()
    assert "Elektrische installaties duaal" in page
    assert "?campus=039107-1&amp;programme=88" in page
    assert re.search(r"<b>\d+</b>", page)


def test_a_company_sees_its_establishments(client: Client, region: None) -> None:
    user = User.objects.create_user("bart@radar.example")
    CompanyMembership.objects.create(user=user, company=Company.objects.get())
    other = Company.objects.create(enterprise_number=number(1_234_567), name="Een andere")
    Establishment.objects.create(unit_number=number(30_000_000), company=other, name="Elders")
    client.force_login(user)
    page = client.get("/").content.decode()
    assert "Voorbeeld 1" in page
    assert "erkend" in page
    assert "Elders" not in page


def test_a_consultant_sees_her_sectors_counts(client: Client, region: None) -> None:
    sector = Sector.objects.create(slug="bouw", name="Bouw")
    Recognition.objects.update(sector=sector)
    user = User.objects.create_user("karima@radar.example")
    SectorMembership.objects.create(user=user, sector=sector)
    client.force_login(user)
    page = client.get("/")
    assert page.context["consultant"]["dashboard"].total.recognised == (
        Recognition.objects.valid_on(timezone.localdate()).count()
    )
    assert "geldige erkenningen" in page.content.decode()


def test_an_administrator_finds_the_administration(client: Client) -> None:
    client.force_login(User.objects.create_superuser("admin@radar.example"))
    assert "Open het beheer" in client.get("/").content.decode()


def test_somebody_without_a_role_is_told_so(client: Client) -> None:
    client.force_login(User.objects.create_user("nieuw@radar.example"))
    assert "U treedt nog niet op" in client.get("/").content.decode()


# Health and errors --------------------------------------------------------------------------------


def test_health_asks_database_and_cache(client: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    response = client.get("/health")
    assert response.json() == {"database": True, "cache": True}

    def fail(*_: Any, **__: Any) -> None:
        raise ConnectionError

    monkeypatch.setattr(cache, "set", fail)
    response = client.get("/health")
    assert response.status_code == 503
    assert response.json() == {"database": True, "cache": False}


@pytest.mark.parametrize("view", [views.bad_request, views.forbidden, views.not_found])
def test_errors_have_a_page_of_their_own(client: Client, view: Any) -> None:
    request = client.get("/").wsgi_request
    response = view(request, Exception())
    assert response.status_code in {400, 403, 404}
    assert "Terug naar het begin" in response.content.decode()


def test_an_unknown_address_is_not_found(browser: Client) -> None:
    response = browser.get("/bestaat-niet/")
    assert response.status_code == 404
    assert "Deze pagina bestaat niet" in response.content.decode()


def test_the_page_of_a_failure_asks_nothing(django_assert_num_queries: Any) -> None:
    with django_assert_num_queries(0), translation.override("nl"):
        response = views.server_error(RequestFactory().get("/"))
    assert response.status_code == 500
    assert "Hier ging iets mis" in response.content.decode()


# What every page keeps to -------------------------------------------------------------------------


class Inline(HTMLParser):
    """Finds what the content security policy would refuse."""

    def __init__(self) -> None:
        super().__init__()
        self.found: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = dict(attrs)
        if tag == "style" or "style" in given or any(name.startswith("on") for name in given):
            self.found.append(f"{tag} {given}")
        if tag == "script" and "src" not in given and given.get("type") != "application/json":
            self.found.append(f"{tag} {given}")


@pytest.mark.parametrize(
    "address",
    ["/", "/en/", "/profiel/", "/leerwerkplekken/", "/leerwerkplekken/?programme=88&radius=40"],
)
def test_nothing_inline(browser: Client, region: None, address: str) -> None:
    response = browser.get(address)
    parser = Inline()
    parser.feed(response.content.decode())
    assert response.status_code == 200
    assert parser.found == []
    assert "unsafe" not in response["Content-Security-Policy"]


def test_the_way_to_the_content_comes_first(client: Client) -> None:
    page = client.get("/").content.decode()
    assert page.index('href="#main"') < page.index("<header")
    assert 'id="main"' in page


def test_named_addresses() -> None:
    assert reverse("home") == "/"
    assert reverse("matches") == "/leerwerkplekken/"
    assert reverse("login") == "/aanmelden/"
