"""The page of an establishment."""

from __future__ import annotations

from typing import Any

from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from accounts import audit
from accounts.requests import UserRequest
from companies.models import Establishment
from placement.establishment_facts import MOST_RIVALS, NEAR_METRES, EstablishmentFacts, facts
from placement.policies import PlacementPolicy


@require_safe
def establishment(request: UserRequest, number: str) -> HttpResponse:
    """What is known of an establishment, since when, and what this school did with it before."""
    found = facts(establishment_or_404(request, number), request.user)
    audit.seen(request.user, found.mentors, "establishment")
    return render(
        request,
        "placement/establishment.html",
        {
            "facts": found,
            "establishment": found.establishment,
            "rivals": found.rivals[:MOST_RIVALS],
            "near_km": NEAR_METRES / 1000,
            "map": _map(found),
        },
    )


def establishment_or_404(request: UserRequest, number: str) -> Establishment:
    """The establishment with a unit number, dots or not, if this user may see it."""
    allowed = PlacementPolicy(request.user).establishments()
    try:
        return (
            allowed.select_related("company__sector", "municipality__merged_into")
            .defer("municipality__boundary", "municipality__merged_into__boundary")
            .numbered(number)
        )
    except Establishment.DoesNotExist:
        raise Http404 from None


def _map(found: EstablishmentFacts) -> dict[str, Any] | None:
    """What the map draws: the establishment in the middle, and the campuses around it."""
    point = found.establishment.point
    if point is None:
        return None
    ours = [way.campus for way in found.ways]
    others = [rival.offering.campus for rival in found.rivals[:MOST_RIVALS]]
    return {
        "campus": [point.x, point.y],
        "radius": NEAR_METRES,
        "rivals": [
            [campus.point.x, campus.point.y, str(campus)]
            for campus in (*ours, *others)
            if campus.point is not None
        ],
    }
