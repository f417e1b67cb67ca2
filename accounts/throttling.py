"""Whose wrong passwords are counted, and where they come from.

Axes counts passwords, allauth counts second factors and everything else; both take a visitor's
address from the same place.
"""

from typing import Any

from allauth.account.adapter import get_adapter
from django.http import HttpRequest


def attempted_account(request: HttpRequest, credentials: dict[str, Any] | None) -> str:
    """The e-mail address of an attempt, in small letters, so that another spelling is no new
    account with ten new chances.
    """
    given = credentials or {}
    name = given.get("email") or given.get("username") or request.POST.get("login") or ""
    return str(name).strip().lower()


def client_address(request: HttpRequest) -> str | None:
    """The visitor's IP address, behind as many proxies as `TRUSTED_PROXIES` says, or None for a
    request that came over no network.
    """
    if "REMOTE_ADDR" not in request.META:
        return None
    return get_adapter(request).get_client_ip(request)
