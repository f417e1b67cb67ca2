"""The caller of the API when that is a client and not a person."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from rest_framework.request import Request


@dataclass(frozen=True)
class Caller:
    """A client with a valid token: `request.user` of its requests. It is no user of the site."""

    client_id: str
    name: str
    scopes: frozenset[str]
    calls_per_minute: int

    is_authenticated = True
    is_anonymous = False
    is_superuser = False


def client_of(request: Request) -> Caller | None:
    """The client that calls; None where a user of the site does, or nobody."""
    caller: Any = request.user
    return caller if isinstance(caller, Caller) else None


def caller_key(request: Request) -> str:
    """Who calls, as one text: what a caller owns is kept under it."""
    client = client_of(request)
    return client.client_id if client else f"user:{request.user.pk}"
