"""Who comes into the review at all: consultants of any sector, and administrators."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Any

from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpResponse

from accounts.models import User
from accounts.requests import UserRequest
from schools.models import Sector, SectorMembership


def consultants_only(view: Callable[..., HttpResponse]) -> Callable[..., HttpResponse]:
    """Decorator of a view: whoever is no consultant and no administrator is refused (403)."""

    @wraps(view)
    def guarded(request: UserRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        user = request.user
        if not user.is_superuser and not SectorMembership.objects.filter(user=user).exists():
            raise PermissionDenied
        return view(request, *args, **kwargs)

    return guarded


def sectors_of(user: User) -> list[Sector]:
    """The sectors that a user may look at; every one for an administrator."""
    if user.is_superuser:
        return list(Sector.objects.order_by("name"))
    return list(Sector.objects.filter(memberships__user=user).order_by("name"))


def chosen_sector(user: User, slug: str) -> tuple[Sector, list[Sector]]:
    """The sector that was asked for, or the first, with those to choose from; 404 for another's.

    Who is a consultant of none is refused (403).
    """
    sectors = sectors_of(user)
    if not sectors:
        raise PermissionDenied
    for sector in sectors:
        if slug in ("", sector.slug):
            return sector, sectors
    raise Http404
