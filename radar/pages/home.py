"""What each role sees first."""

from collections.abc import Iterable
from itertools import groupby
from typing import Any

from django.db.models import Count, Prefetch
from django.utils import timezone

from accounts.models import User
from companies.models import Establishment, Recognition, RecognitionStatus
from matching.queries import DEFAULT_RADIUS_KM
from schools.models import Campus, Offering, OfferingStatus, SchoolYear

WAITING = (RecognitionStatus.REQUESTED, RecognitionStatus.INCOMPLETE)


def home_context(user: User) -> dict[str, Any]:
    """The template variables of a user's home page, one group per role that has something.

    An administrator acts for nobody: she gets the administration, not ten thousand companies.
    """
    school_year = SchoolYear.objects.current()
    if user.is_superuser:
        return {"school_year": school_year}
    return {
        "school_year": school_year,
        "radius": DEFAULT_RADIUS_KM,
        "campuses": _campuses(user, school_year),
        "establishments": _establishments(user),
        "sectors": _sectors(user),
    }


def _campuses(user: User, school_year: SchoolYear) -> list[tuple[Campus, list[Any]]]:
    """A coordinator's campuses with this year's offerings, each with its `reachable` workplaces."""
    offerings = (
        Offering.objects.filter(school_year=school_year, status__in=OfferingStatus.active())
        .select_related("programme")
        .order_by("programme__title")
    )
    campuses = (
        Campus.objects.of(user)
        .open()
        .select_related("school", "municipality")
        .prefetch_related(Prefetch("offerings", offerings, to_attr="this_year"))
        .order_by("school__name", "site_number")
    )
    return [(campus, _with_reach(campus, school_year)) for campus in campuses]


def _with_reach(campus: Campus, school_year: SchoolYear) -> list[tuple[Offering, int, float]]:
    """Each offering of this year, how many usable workplaces lie within the usual radius, and that
    as a share of the campus's largest.
    """
    offerings: list[Offering] = campus.this_year  # type: ignore[attr-defined]
    if not offerings:
        return []
    reachable = dict(
        Recognition.objects.usable_in(school_year, timezone.localdate())
        .within(campus, DEFAULT_RADIUS_KM)
        .filter(programme__in=[offering.programme for offering in offerings])
        .order_by()
        .values_list("programme")
        .annotate(n=Count("pk"))
    )
    most = max(reachable.values(), default=1)
    counts = ((offering, reachable.get(offering.programme_id, 0)) for offering in offerings)
    return [(offering, count, count / most) for offering, count in counts]


def _establishments(user: User) -> list[Establishment]:
    """The establishments of a company user, each with its recognitions."""
    recognitions = Recognition.objects.select_related("programme").order_by("-valid_until")
    return list(
        Establishment.objects.of(user)
        .active()
        .select_related("municipality", "company")
        .prefetch_related(Prefetch("recognitions", recognitions))
        .order_by("name", "unit_number")
    )


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
