"""What a consultant sees first: her sector's figures and the oldest requests."""

from __future__ import annotations

from datetime import date
from typing import Any

from accounts.models import User
from companies.review.dashboard import dashboard
from companies.review.inbox import inbox
from companies.review.presentation import clock_of
from schools.models import SchoolYear, Sector

#: Requests that the home page names.
OLDEST = 5


def consultant_home(user: User, school_year: SchoolYear, today: date) -> dict[str, Any] | None:
    """The template variables of a consultant's part of the home page; None for who is none.

    Of several sectors the figures of the first, and the requests of all. Seven queries.
    """
    sectors = list(Sector.objects.filter(memberships__user=user).order_by("name"))
    if not sectors:
        return None
    oldest = inbox(user, "", today)[:OLDEST]
    return {
        "dashboard": dashboard(sectors[0], school_year, today),
        "others": sectors[1:],
        "oldest": [(recognition, clock_of(recognition, today)) for recognition in oldest],
    }
