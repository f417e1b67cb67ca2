"""How django-oauth-toolkit asks us about clients: their scopes and their secrets."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from oauth2_provider.oauth2_validators import OAuth2Validator
from oauth2_provider.scopes import BaseScopes

from accounts.api_clients import ApiClient
from radar.api.scopes import SCOPES


class ClientScopes(BaseScopes):
    """A client gets the scopes that an administrator gave it, all of them if it names none."""

    def get_all_scopes(self) -> Mapping[str, Any]:
        return SCOPES

    def get_available_scopes(
        self, application: ApiClient | None = None, request: Any = None, *args: Any, **kwargs: Any
    ) -> list[str]:
        return list(application.scopes) if application else list(SCOPES)

    def get_default_scopes(
        self, application: ApiClient | None = None, request: Any = None, *args: Any, **kwargs: Any
    ) -> list[str]:
        return self.get_available_scopes(application)


class ClientValidator(OAuth2Validator):
    """Takes the secret from before a rotation too, for as long as it overlaps."""

    def authenticate_client(self, request: Any, *args: Any, **kwargs: Any) -> bool:
        self._request = request
        return bool(super().authenticate_client(request, *args, **kwargs))

    def _check_secret(self, provided_secret: str, stored_secret: str) -> bool:
        if super()._check_secret(provided_secret, stored_secret):
            return True
        client = self._request.client
        return isinstance(client, ApiClient) and client.knows_old_secret(provided_secret)
