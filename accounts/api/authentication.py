"""A client of the API, by its bearer token and its key."""

from __future__ import annotations

from django.conf import settings
from django.utils.translation import gettext as _
from drf_spectacular.extensions import OpenApiAuthenticationExtension
from oauth2_provider.contrib.rest_framework import OAuth2Authentication
from rest_framework import exceptions
from rest_framework.request import Request

from accounts.api_clients import ApiClient
from radar.api.callers import Caller
from radar.api.scopes import SCOPES


class InvalidToken(exceptions.AuthenticationFailed):
    """401 for a token that does not work, or no longer."""

    def __init__(self, detail: str, *, expired: bool = False) -> None:
        super().__init__(detail)
        self.belgif_type = "expiredAccessToken" if expired else "invalidAccessToken"
        why = "expired" if expired else "invalid"
        self.auth_header = (
            f'Bearer realm="Radar Duaal", error="invalid_token", error_description="{why}"'
        )


class ClientToken(OAuth2Authentication):
    """`Authorization: Bearer …`, and beside it the key header, which names the same client."""

    www_authenticate_realm = "Radar Duaal"

    def authenticate(self, request: Request) -> tuple[Caller, None] | None:
        scheme = request.headers.get("Authorization", "").partition(" ")[0]
        if scheme.lower() != "bearer":
            return None
        found = super().authenticate(request)
        if found is None:
            why = getattr(request, "oauth2_error", {}).get("error_description", "")
            if "expired" in why:
                raise InvalidToken(_("The token has expired: ask a new one."), expired=True)
            raise InvalidToken(_("The token is not valid."))
        token = found[1]
        client: ApiClient = token.application
        key = request.headers.get(settings.API_KEY_HEADER)
        if key is None and settings.API_KEY_REQUIRED:
            raise InvalidToken(
                _("The header %(name)s is missing.") % {"name": settings.API_KEY_HEADER}
            )
        if key is not None and key != client.client_id:
            raise InvalidToken(
                _("The header %(name)s names another client than the token.")
                % {"name": settings.API_KEY_HEADER}
            )
        # A scope that was taken away since stops at once.
        scopes = frozenset(token.scope.split()) & set(client.scopes)
        return Caller(client.client_id, client.name, scopes, client.calls_per_minute), None


class ClientTokenScheme(OpenApiAuthenticationExtension):
    """How the schema describes it."""

    target_class = "accounts.api.authentication.ClientToken"
    name = "clientCredentials"

    def get_security_definition(self, auto_schema: object) -> dict[str, object]:
        return {
            "type": "oauth2",
            "flows": {
                "clientCredentials": {
                    "tokenUrl": "/api/v1/token",
                    "scopes": {name: str(text) for name, text in SCOPES.items()},
                }
            },
        }
