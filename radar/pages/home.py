"""What each role sees first."""

from collections.abc import Iterable
from itertools import groupby
from typing import Any

from django.db.models import Count, Prefetch

from accounts.models import User
from companies.models import Establishment, Recognition, RecognitionStatus
from schools.models import Campus, Offering, OfferingStatus, SchoolYear


def home_context(user: User) -> dict[str, Any]:
    """The template variables of a user's home page, one group per role that has something."""
    school_year = SchoolYear.objects.current()
    return {
        "school_year": school_year,
        "campuses": [] if user.is_superuser else _campuses(user, school_year),
        "establishments": [] if user.is_superuser else _establishments(user),
        "sectors": _sectors(user),
    }


def _campuses(user: User, school_year: SchoolYear) -> list[Campus]:
    """The campuses of a coordinator, each with this year's offerings as `this_year`."""
    offerings = (
        Offering.objects.filter(school_year=school_year, status__in=OfferingStatus.active())
        .select_related("programme")
        .order_by("programme__title")
    )
    return list(
        Campus.objects.of(user)
        .open()
        .select_related("school", "municipality")
        .prefetch_related(Prefetch("offerings", offerings, to_attr="this_year"))
        .order_by("school__name", "site_number")
    )


def _establishments(user: User) -> list[Establishment]:
    """The establishments of a company user, each with its recognitions."""
    recognitions = Recognition.objects.select_related("programme").order_by("-valid_until")
    return list(
        Establishment.objects.of(user)
        .active()
        .select_related("municipality", "company")
        .prefetch_related(Prefetch("recognitions", recognitions))
    )


def _sectors(user: User) -> list[tuple[str, list[dict[str, Any]]]]:
    """A consultant's sectors with, per programme, recognitions in force and waiting."""
    rows: Iterable[Any] = (
        Recognition.objects.filter(sector__memberships__user=user)
        .values("sector", "sector__name", "programme__title", "status")
        .annotate(n=Count("pk"))
        .order_by("sector__name", "programme__title")
    )
    return [
        (sector, _per_programme(list(in_sector)))
        for sector, in_sector in groupby(rows, key=lambda row: row["sector__name"])
    ]


def _per_programme(rows: list[dict[str, Any]]) -> list[dict[str, Any]]:
    waiting = {RecognitionStatus.REQUESTED, RecognitionStatus.INCOMPLETE}
    return [
        {
            "title": title,
            "recognised": sum(r["n"] for r in group if r["status"] == RecognitionStatus.RECOGNISED),
            "waiting": sum(r["n"] for r in group if r["status"] in waiting),
        }
        for title, group in (
            (title, list(found)) for title, found in groupby(rows, lambda r: r["programme__title"])
        )
    ]
