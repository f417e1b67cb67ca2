"""What to offer when a search finds nothing: a wider radius, fewer filters, related programmes."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
from django.db.models import Count, IntegerField, OuterRef, Q, Subquery
from django.utils import timezone

from companies.models import Recognition
from geo.coordinates import PLANAR_SLACK, Floats, geodesic_metres
from geo.reach import configured
from matching.forms import MINUTES, RADII
from matching.queries import MAX_RADIUS_KM
from matching.ranking import Way
from placement.search_query import SearchQuery
from placement.search_results import Search
from schools.models import Programme

#: Related programmes to offer.
RELATED = 5


@dataclass(frozen=True)
class Alternatives:
    """Each with how many workplaces it would show; what would show none is not offered.

    `longer` are the next minutes on offer where minutes were asked; `wider` is the next radius in
    kilometres where that does not help; `unfiltered` is how many there are without the filters,
    `related` are programmes of the same sectors, the fullest first.
    """

    longer: tuple[int, int] | None
    wider: tuple[int, int] | None
    unfiltered: int
    related: list[tuple[Programme, int]]


def alternatives(query: SearchQuery, search: Search) -> Alternatives:
    """What else a valid query that found nothing could ask. Two queries without an engine."""
    places = query.places_within(MAX_RADIUS_KM * PLANAR_SLACK)
    passing = query.filters.passing(places)
    spots = np.column_stack(places.points)[passing]
    longer, wider = _longer(query, spots), _wider(query, spots)
    return Alternatives(longer, wider, search.reached, _related(query))


def _longer(query: SearchQuery, spots: Floats) -> tuple[int, int] | None:
    way = query.way()
    if way.at_most is None:
        return None
    minutes = _minutes(query, spots, replace(way, at_most=MINUTES[-1]))
    for most in MINUTES:
        count = int(np.count_nonzero(minutes <= most))
        if count and most > way.at_most:
            return most, count
    return None


def _minutes(query: SearchQuery, spots: Floats, way: Way) -> Floats:
    """Minutes (n,) to some places (n, 2), NaN where there is no way."""
    point = query.cleaned_data["campus"].point
    if point is None:
        return np.full(len(spots), np.nan)
    here = np.array([[point.x, point.y]])
    return configured().travel(here, spots, way.mode, way.at_most).minutes[0]


def _wider(query: SearchQuery, spots: Floats) -> tuple[int, int] | None:
    asked = query.cleaned_data
    point = asked["campus"].point
    if point is None or not len(spots):
        return None
    metres = geodesic_metres(point.x, point.y, *spots.T)
    # Without the minutes, any radius may show more.
    narrow = asked["radius"] if query.way().at_most is None else 0.0
    for radius in (*RADII, MAX_RADIUS_KM):
        count = int(np.count_nonzero(metres <= radius * 1000))
        if count and radius > narrow:
            return radius, count
    return None


def _related(query: SearchQuery) -> list[tuple[Programme, int]]:
    """Programmes that lead to the same work: of one of its sectors, or before or after it."""
    asked = query.cleaned_data
    campus, programme = asked["campus"], asked["programme"]
    if campus.point is None:
        return []
    today = timezone.localdate()
    related = Programme.objects.filter(
        Q(sectors__in=programme.sectors.all())
        | Q(predecessors=programme)
        | Q(successors=programme)
        | Q(group_number=programme.group_number)
    ).exclude(pk=programme.pk)
    near = (
        Recognition.objects.usable_in(asked["school_year"], today)
        .within(campus, asked["radius"])
        .filter(programme=OuterRef("pk"))
    )
    # Counted per programme, so that each is one look into the index over programme and place.
    counted = near.order_by().values("programme").annotate(n=Count("pk")).values("n")
    fullest = (
        Programme.objects.valid_on(today)
        .filter(pk__in=related.order_by().values("pk"))
        .annotate(reachable=Subquery(counted, output_field=IntegerField()))
        .filter(reachable__gt=0)
        .order_by("-reachable", "title", "number")
    )
    return [(found, found.reachable) for found in fullest[:RELATED]]
