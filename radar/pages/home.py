"""What each role sees first."""

from collections.abc import Iterable
from itertools import groupby
from typing import Any

from django.db.models import Count
from django.utils import timezone

from accounts.models import User
from accounts.requests import UserRequest
from companies.models import Recognition, RecognitionStatus
from companies.portal.acting import acting_company
from matching.queries import DEFAULT_RADIUS_KM
from placement.for_companies.home import company_home
from placement.school_home import SchoolHome
from radar.pages.navigation import roles_of
from schools.models import SchoolYear

WAITING = (RecognitionStatus.REQUESTED, RecognitionStatus.INCOMPLETE)


def home_context(request: UserRequest) -> dict[str, Any]:
    """The template variables of a user's home page, one group per role that she has.

    An administrator acts for nobody: she gets the administration, not ten thousand companies.
    """
    school_year = SchoolYear.objects.current()
    user, roles = request.user, roles_of(request, request.user)
    if user.is_superuser:
        return {"school_year": school_year}
    return {
        "school_year": school_year,
        "radius": DEFAULT_RADIUS_KM,
        "school": SchoolHome(user, school_year) if roles.coordinator else None,
        "company": _company(request) if roles.company_user else None,
        "sectors": _sectors(user) if roles.consultant else [],
    }


def _company(request: UserRequest) -> dict[str, Any]:
    """The company that the user acts for now."""
    return company_home(acting_company(request), timezone.localdate())


def _sectors(user: User) -> list[tuple[str, list[dict[str, Any]]]]:
    """A consultant's sectors with, per programme, recognitions in force and waiting."""
    rows: Iterable[Any] = (
        Recognition.objects.filter(sector__memberships__user=user)
        .values("sector", "sector__name", "programme", "programme__title", "status")
        .annotate(n=Count("pk"))
        .order_by("sector__name", "programme__title", "programme")
    )
    return [
        (sector, _per_programme(in_sector))
        for sector, in_sector in groupby(rows, key=lambda row: row["sector__name"])
    ]


def _per_programme(rows: Iterable[Any]) -> list[dict[str, Any]]:
    found = []
    for _programme, group in groupby(rows, key=lambda row: row["programme"]):
        counts = list(group)
        by_status = {row["status"]: row["n"] for row in counts}
        found.append(
            {
                "title": counts[0]["programme__title"],
                "recognised": by_status.get(RecognitionStatus.RECOGNISED, 0),
                "waiting": sum(by_status.get(status, 0) for status in WAITING),
            }
        )
    return found
