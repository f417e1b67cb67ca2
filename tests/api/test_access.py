"""Who may call the API, with what, and how often."""

import re
from datetime import timedelta
from typing import Any

import pytest
import time_machine
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from oauth2_provider.models import AccessToken

from accounts.models import ApiClient, User
from accounts.tasks import clear_expired_tokens
from schools.models import Campus, Programme
from tests.api.clients import Caller, ask_token

pytestmark = pytest.mark.django_db

URL = "/api/v1/campuses/039107-1/matches?programme=88"


@pytest.fixture
def caller(campus: Campus, programme: Programme) -> Caller:
    return Caller(["matches:read"])


def test_a_token_lives_fifteen_minutes_and_says_so_when_it_is_over(caller: Caller) -> None:
    assert caller.token["expires_in"] == 900
    assert caller.token["scope"] == "matches:read"
    assert caller.get(URL).status_code == 200
    with time_machine.travel(timezone.now() + timedelta(seconds=901)):
        response = caller.get(URL)
        assert response.status_code == 401
        assert response.json()["type"] == "urn:problem-type:belgif:expiredAccessToken"
        assert 'error="invalid_token"' in response["WWW-Authenticate"]
        caller.login_again()
        assert caller.get(URL).status_code == 200


@pytest.mark.parametrize(
    ("header", "kind"),
    [(None, "noAccessToken"), ("Bearer x", "invalidAccessToken"), ("Basic eDp5", "noAccessToken")],
)
def test_without_a_good_token_the_answer_is_a_challenge(
    client: Client, header: str | None, kind: str
) -> None:
    response = client.get(URL, headers={"Authorization": header} if header else {})
    assert response.status_code == 401
    assert response["WWW-Authenticate"].startswith('Bearer realm="Radar Duaal"')
    assert response.json()["type"] == f"urn:problem-type:belgif:{kind}"


def test_secrets_and_tokens_are_kept_as_hashes(caller: Caller) -> None:
    stored = ApiClient.objects.get()
    assert caller.secret not in stored.client_secret
    assert AccessToken.objects.get().token == ""


def test_a_foreign_scope_is_refused_and_named(campus: Campus, programme: Programme) -> None:
    caller = Caller(["schools:read"])
    response = caller.get(URL)
    assert response.status_code == 403
    assert response.json()["type"] == "urn:problem-type:belgif:missingScope"
    assert response.json()["requiredScopes"] == ["matches:read"]
    assert response["WWW-Authenticate"] == (
        'Bearer error="insufficient_scope", scope="matches:read"'
    )
    asked = ask_token(caller.client_id, caller.secret, scope="matches:read")
    assert asked.status_code == 400
    assert asked.json()["error"] == "invalid_scope"


def test_a_scope_taken_away_stops_at_once(caller: Caller) -> None:
    ApiClient.objects.update(scopes=["schools:read"])
    assert caller.get(URL).status_code == 403


def test_a_secret_is_rotated_with_an_overlap(caller: Caller) -> None:
    new = ApiClient.objects.get().rotate()
    assert ask_token(caller.client_id, new).status_code == 200
    assert ask_token(caller.client_id, caller.secret).status_code == 200
    with time_machine.travel(timezone.now() + timedelta(days=8)):
        assert ask_token(caller.client_id, new).status_code == 200
        assert ask_token(caller.client_id, caller.secret).status_code == 401


def test_a_revoked_client_is_out_at_once(caller: Caller) -> None:
    ApiClient.objects.get().revoke()
    assert caller.get(URL).status_code == 401
    assert ask_token(caller.client_id, caller.secret).status_code == 401


def test_other_grants_are_not_offered(caller: Caller) -> None:
    asked = ask_token(caller.client_id, caller.secret, grant_type="password")
    assert (asked.status_code, asked.json()["error"]) == (400, "unsupported_grant_type")


def test_guessing_a_secret_is_slowed_down(caller: Caller) -> None:
    answers = {ask_token(caller.client_id, "guess").status_code for _ in range(31)}
    assert answers == {401, 429}


def test_the_key_beside_the_token_names_the_same_client(caller: Caller, settings: Any) -> None:
    name = settings.API_KEY_HEADER
    assert caller.get(URL, headers={name: caller.client_id}).status_code == 200
    assert caller.get(URL, headers={name: "another"}).status_code == 401
    settings.API_KEY_REQUIRED = True
    assert caller.get(URL).status_code == 401
    assert caller.get(URL, headers={name: caller.client_id}).status_code == 200


def test_a_client_has_a_number_of_calls_a_minute(campus: Campus, programme: Programme) -> None:
    caller = Caller(["matches:read"], calls_per_minute=2)
    with time_machine.travel("2026-11-24T10:00:15Z", tick=False):
        caller.login_again()
        first, second, third = (caller.get(URL) for _ in range(3))
    assert first["RateLimit-Policy"] == '"default";q=2;w=60'
    assert first["RateLimit"] == '"default";r=1;t=45'
    assert second.status_code == 200
    assert third.status_code == 429
    assert third["Retry-After"] == "45"
    assert third.json()["retryAfterSec"] == 45
    with time_machine.travel("2026-11-24T10:01:00Z", tick=False):
        assert caller.get(URL).status_code == 200


def test_expired_tokens_are_cleared(caller: Caller) -> None:
    AccessToken.objects.update(expires=timezone.now() - timedelta(days=2))
    clear_expired_tokens.delay()
    assert not AccessToken.objects.exists()


def test_every_answer_has_a_trace(caller: Caller) -> None:
    response = caller.get("/api/v1/campuses/1-1/matches")
    assert response.json()["instance"] == f"urn:uuid:{response['BelGov-Trace-Id']}"


def test_an_administrator_makes_rotates_and_revokes_clients(client: Client) -> None:
    client.force_login(User.objects.create_superuser("admin@radar.example", "x"))
    form = {"name": "VDAB", "scopes": ["matches:read"], "calls_per_minute": "100"}
    page = client.post(reverse("admin:accounts_apiclient_add"), form, follow=True)
    made = ApiClient.objects.get()
    secret = re.search(r"\b[A-Za-z0-9]{128}\b", page.text)
    assert secret
    assert ask_token(made.client_id, secret[0]).status_code == 200
    listing = reverse("admin:accounts_apiclient_changelist")
    assert secret[0] not in client.get(listing).text

    chosen = {"_selected_action": [made.pk]}
    page = client.post(listing, chosen | {"action": "rotate"}, follow=True)
    fresh = re.search(r"\b[A-Za-z0-9]{128}\b", page.text)
    assert fresh
    assert fresh[0] != secret[0]
    client.post(listing, chosen | {"action": "revoke"})
    assert ask_token(made.client_id, fresh[0]).status_code == 401


def test_its_use_is_on_the_administrators_screen(caller: Caller, client: Client) -> None:
    caller.get(URL)
    caller.get(URL + "&radius=-1")
    client.force_login(User.objects.create_superuser("admin@radar.example", "x"))
    listing = client.get(reverse("admin:accounts_apiclient_changelist"), headers={}).text
    assert "1 beantwoord, 1 geweigerd" in listing
