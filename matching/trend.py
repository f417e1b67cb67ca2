"""How the places and the pupils of a programme in reach of a campus went over the school years."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.db.models import Count, Q, Sum

from companies.models import Recognition, RecognitionStatus, Workplace
from matching.distances import metres_from
from schools.models import Campus, Offering, OfferingStatus, Programme, SchoolYear

#: School years in a trend, the one asked for included.
YEARS = 5


@dataclass
class TrendYear:
    """One school year: `places` sums what companies gave over `workplaces`, of which `unknown`
    never said how many; `pupils` counts those at campuses in reach, `here` those of this campus.
    """

    school_year: SchoolYear
    places: int = 0
    workplaces: int = 0
    unknown: int = 0
    pupils: int = 0
    here: int = 0


def trend(
    campus: Campus, programme: Programme, school_year: SchoolYear, metres: float
) -> list[TrendYear]:
    """The last school years, oldest first. `metres` is the reach (hemelsbreed).

    Empty for a campus without a point. Two queries.
    """
    if campus.point is None:
        return []
    first = school_year.starts_in - YEARS + 1
    years = [TrendYear(SchoolYear(starts_in=first + n)) for n in range(YEARS)]
    span = {"school_year__gte": first, "school_year__lte": school_year.starts_in}
    near = Recognition.objects.filter(
        programme=programme,
        status__in=(RecognitionStatus.RECOGNISED, RecognitionStatus.EXPIRED),
    ).within(campus, metres / 1000)
    given = (
        Workplace.objects.filter(recognition__in=near, **span)
        .order_by()
        .values_list("school_year")
        .annotate(
            places=Sum("places_offered", default=0),
            workplaces=Count("pk"),
            unknown=Count("pk", filter=Q(places_offered=None)),
        )
    )
    for starts_in, places, workplaces, unknown in given:
        year = years[starts_in - first]
        year.places, year.workplaces, year.unknown = places, workplaces, unknown

    enrolled: list[Any] = list(
        Offering.objects.filter(
            programme=programme,
            status__in=OfferingStatus.active(),
            pupils__isnull=False,
            campus__point__isnull=False,
            **span,
        )
        .order_by()
        .values_list("campus__point", "campus", "school_year", "pupils")
    )
    distances = metres_from(campus.point, [point for point, *_ in enrolled])
    for (_, pk, starts_in, pupils), distance in zip(enrolled, distances, strict=True):
        if distance <= metres:
            year = years[starts_in - first]
            year.pupils += pupils
            year.here += pupils if pk == campus.pk else 0
    return years
