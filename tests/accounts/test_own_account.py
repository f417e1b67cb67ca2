"""Making an account, forgetting its password, and the second step."""

import re
from typing import Any

import pytest
from allauth.account.models import EmailAddress
from allauth.mfa.models import Authenticator
from allauth.mfa.totp.internal.auth import (
    format_hotp_value,
    hotp_value,
    yield_hotp_counters_from_time,
)
from django.core.cache import cache
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from post_office.models import Email

from accounts.addresses import confirm
from accounts.models import User
from tests.factories import SectorMembershipFactory

pytestmark = pytest.mark.django_db
PASSWORD = "een-goed-geheim"
NEW = {"first_name": "Fatma", "last_name": "Aydin", "email": "fatma@bakker.example"}


@pytest.fixture(autouse=True)
def _no_counts_of_others() -> None:
    cache.clear()


@pytest.fixture
def user() -> User:
    user = User.objects.create_user("an@radar.example", PASSWORD)
    confirm(user)
    return user


def log_in(client: Client, email: str = "an@radar.example", password: str = PASSWORD) -> Any:
    return client.post("/aanmelden/", {"login": email, "password": password})


def mailed(pattern: str) -> str:
    """What a pattern finds in the last mail."""
    found = re.search(pattern, Email.objects.order_by("-pk")[0].message)
    assert found
    return found[0]


def code_of_the_app(secret: str) -> str:
    return format_hotp_value(hotp_value(secret, next(yield_hotp_counters_from_time())))


def test_an_account_works_once_its_address_is_confirmed(client: Client) -> None:
    response = client.post("/en/registreren/?next=/profiel/", NEW | {"password1": PASSWORD})
    assert response["Location"].startswith("/en/registreren/bevestigen/")
    user = User.objects.get(email=NEW["email"])
    assert (user.get_full_name(), user.language) == ("Fatma Aydin", "en")
    assert client.get("/profiel/").status_code == 302
    assert Email.objects.get().subject.endswith("is your code")
    wrong = client.post(response["Location"], {"code": "XXXXXX"})
    assert wrong.status_code == 200
    right = client.post(response["Location"], {"code": mailed(r"(?m)^[A-Z0-9-]{6,9}$")})
    assert right.status_code == 302
    assert client.get("/profiel/").status_code == 200
    assert EmailAddress.objects.get(user=user).verified


def test_a_known_address_is_not_given_away(client: Client, user: User) -> None:
    response = client.post("/registreren/", NEW | {"email": user.email, "password1": PASSWORD})
    assert response["Location"].startswith("/registreren/bevestigen/")
    assert "/wachtwoord-vergeten/" in mailed(r"http\S+")
    unknown = client.post("/wachtwoord-vergeten/", {"email": "niemand@radar.example"})
    assert unknown["Location"] == "/wachtwoord-vergeten/verstuurd/"
    assert Email.objects.count() == 1


def test_a_form_that_is_refused_keeps_what_was_typed(client: Client) -> None:
    page = client.post("/registreren/", NEW | {"password1": "kort"}).content.decode()
    assert 'value="Fatma"' in page
    assert "field-error" in page
    assert not User.objects.exists()


def test_a_forgotten_password(client: Client, user: User) -> None:
    client.post("/wachtwoord-vergeten/", {"email": user.email})
    link = mailed(r"http://testserver(/\S+)").removeprefix("http://testserver")
    form = client.get(link, follow=True)
    client.post(
        form.request["PATH_INFO"], {"password1": "iets-anders-nu", "password2": "iets-anders-nu"}
    )
    assert log_in(client).status_code == 200
    assert log_in(client, password="iets-anders-nu")["Location"] == "/"
    again = client_without_session().get(link)
    assert "werkt niet meer" in again.content.decode()
    assert "Uw wachtwoord werd vervangen" in mailed(r"(?s).+")


def client_without_session() -> Client:
    return Client()


def test_another_address_counts_once_it_is_confirmed(client: Client, user: User) -> None:
    log_in(client)
    client.post("/profiel/e-mailadres/", {"email": "an@nieuw.example", "action_add": ""})
    user.refresh_from_db()
    assert user.email == "an@radar.example"
    client.post("/registreren/bevestigen/", {"code": mailed(r"(?m)^[A-Z0-9-]{6,9}$")})
    user.refresh_from_db()
    assert user.email == "an@nieuw.example"


# The second step ----------------------------------------------------------------------------------


def set_up(client: Client) -> str:
    """Switch the second step on; gives the app's secret."""
    page = client.get("/profiel/tweede-stap/aanzetten/")
    assert page.status_code == 200, page["Location"]
    secret = page.context["form"].secret
    done = client.post("/profiel/tweede-stap/aanzetten/", {"code": code_of_the_app(secret)})
    assert done["Location"] == "/profiel/herstelcodes/"
    return str(secret)


def test_the_second_step_is_asked_and_a_recovery_code_works_once(
    client: Client, user: User, django_capture_on_commit_callbacks: Any
) -> None:
    log_in(client)
    with django_capture_on_commit_callbacks(execute=True):
        set_up(client)
    codes = client.get("/profiel/herstelcodes/").context["unused_codes"]
    assert "Voortaan vragen we" in mailed(r"(?s).+")
    client.post("/afmelden/")
    for _ in range(2):
        assert log_in(client)["Location"] == "/aanmelden/tweede-stap/"
        assert client.get("/profiel/").status_code == 302
        last = client.post("/aanmelden/tweede-stap/", {"code": codes[0]})
        client.post("/afmelden/")
    assert last.status_code == 200


def test_second_steps_cannot_be_guessed(client: Client, user: User) -> None:
    log_in(client)
    secret = set_up(client)
    client.post("/afmelden/")
    log_in(client)
    for _ in range(5):
        client.post("/aanmelden/tweede-stap/", {"code": "000000"})
    cache.delete(f"allauth.mfa.totp.{user.pk}")
    right = client.post("/aanmelden/tweede-stap/", {"code": code_of_the_app(secret)})
    assert "Te veel inlogpogingen" in right.content.decode()
    assert client.get("/profiel/").status_code == 302


@pytest.mark.parametrize("who", ["consultant", "administrator", "nobody special"])
def test_it_is_required_of_whom_it_is_required(
    client: Client, user: User, settings: Any, who: str
) -> None:
    settings.SECOND_FACTOR_REQUIRED = True
    if who == "consultant":
        SectorMembershipFactory(user=user)
    if who == "administrator":
        User.objects.filter(pk=user.pk).update(is_superuser=True, is_staff=True)
    log_in(client)
    response = client.get("/profiel/")
    if who == "nobody special":
        assert response.status_code == 200
        return
    assert response["Location"] == "/profiel/tweede-stap/aanzetten/"
    refused = client.get("/api/v1/sectors")
    assert refused.status_code == 403
    assert "tweede stap" in refused.json()["detail"]
    set_up(client)
    assert client.get("/profiel/").status_code == 200
    assert "tweede stap" not in client.get("/api/v1/sectors").content.decode()


def test_asking_for_it_costs_a_page_no_query(client: Client, user: User, settings: Any) -> None:
    client.force_login(user)
    counts = []
    for required in (False, True):
        settings.SECOND_FACTOR_REQUIRED = required
        with CaptureQueriesContext(
            connection,
        ) as queries:
            client.get("/profiel/")
        counts.append(len(queries))
    # The navigation asks who the user is to the site as well: they share the answer.
    assert counts[1] == counts[0]


def test_switching_it_off_asks_who_you_are(client: Client, user: User) -> None:
    client.force_login(user)
    Authenticator.objects.create(user=user, type="totp", data={"secret": "A" * 16})
    response = client.get("/profiel/tweede-stap/uitzetten/")
    assert response["Location"].startswith("/profiel/")
    assert "bevestigen" in response["Location"]


def test_wrong_passwords_are_counted_behind_a_proxy_per_visitor(
    client: Client, user: User, settings: Any
) -> None:
    settings.ALLAUTH_TRUSTED_PROXY_COUNT = 1
    for _ in range(10):
        attempt = client.post(
            "/aanmelden/",
            {"login": user.email, "password": "fout"},
            headers={"x-forwarded-for": "9.9.9.9, 203.0.113.7"},
        )
    assert attempt.status_code == 429
    elsewhere = client.post(
        "/aanmelden/",
        {"login": user.email, "password": PASSWORD},
        headers={"x-forwarded-for": "203.0.113.8"},
    )
    assert elsewhere.status_code == 302
