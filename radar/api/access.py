"""Which caller may do what: a client by its scopes, a user of the site by who she is."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.utils.translation import gettext as _
from rest_framework import exceptions, permissions
from rest_framework.request import Request

from radar.api.callers import client_of

if TYPE_CHECKING:
    from rest_framework.views import APIView

READING = {"GET", "HEAD", "OPTIONS"}


class MissingScope(exceptions.PermissionDenied):
    """403: the token is valid, but not for this."""

    def __init__(self, scope: str) -> None:
        super().__init__(_("This needs the scope %(scope)s.") % {"scope": scope})
        self.scope = scope
        self.auth_header = f'Bearer error="insufficient_scope", scope="{scope}"'


class MayCall(permissions.BasePermission):
    """A client needs the scope that the view names; a view that names none is not for clients.

    A view says `scopes = {"read": "matches:read"}`, with `write` where it writes. What a user of
    the site may see is the view's own rule, or `administrators_only = True`.
    """

    def has_permission(self, request: Request, view: APIView) -> bool:
        if not (request.user and request.user.is_authenticated):
            return False
        if client := client_of(request):
            if request.method is None or request.method.lower() not in view.http_method_names:
                return True
            if not hasattr(view, request.method.lower()):
                return True  # answered with 405
            direction = "read" if request.method in READING else "write"
            scope = getattr(view, "scopes", {}).get(direction)
            if scope is None:
                return False
            if scope not in client.scopes:
                raise MissingScope(scope)
            return True
        return request.user.is_superuser or not getattr(view, "administrators_only", False)


def has_scope(request: Request, scope: str) -> bool:
    """Whether the caller may also see what this scope protects."""
    client = client_of(request)
    return scope in client.scopes if client else request.user.is_superuser
