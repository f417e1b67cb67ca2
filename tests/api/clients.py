"""A client of the API as the tests are one: it asks a token and calls."""

from collections.abc import Iterable
from typing import Any

from django.test import Client

from accounts.models import ApiClient
from radar.api.scopes import SCOPES


class Caller(Client):
    """Calls with a token; `client_id` and `secret` are the credentials that it was made with."""

    def __init__(self, scopes: Iterable[str] = SCOPES, **fields: Any) -> None:
        super().__init__()
        self.api_client, self.secret = ApiClient.make("VDAB", scopes, **fields)
        self.client_id = self.api_client.client_id
        self.login_again()

    def login_again(self) -> None:
        response = ask_token(self.client_id, self.secret)
        assert response.status_code == 200, response.content
        self.token = response.json()
        self.defaults["HTTP_AUTHORIZATION"] = f"Bearer {self.token['access_token']}"


def ask_token(client_id: str, secret: str, **data: str) -> Any:
    return Client().post(
        "/api/v1/token",
        {
            "grant_type": "client_credentials",
            "client_id": client_id,
            "client_secret": secret,
            **data,
        },
    )
