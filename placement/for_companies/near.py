"""The campuses that could use a company's recognitions, with the pupils they have to place."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from django.db.models import Count

from companies.models import Establishment
from geo.coordinates import to_lambert
from geo.drawing import Coordinates, Frame, Named
from matching.campus_ranking import CampusPair, CampusRanking, rank_campuses
from placement.for_companies.offers import PlaceOffer
from placement.pupil_requests import PupilRequest
from schools.models import SchoolYear

#: How far a company looks for schools, in kilometres (hemelsbreed).
RADIUS_KM = 25.0


def rankings_of(establishment: Establishment, school_year: SchoolYear) -> list[CampusRanking]:
    """The ranked campuses for each recognition of an establishment: the schools' own engine."""
    return rank_campuses(establishment, RADIUS_KM, school_year)


@dataclass(frozen=True)
class NearSchool:
    """A ranked campus, the pupils it has to place (None: it keeps no list), and the last offer."""

    pair: CampusPair
    searching: int | None
    offer: PlaceOffer | None


def with_pupils(pairs: Sequence[CampusPair], school_year: SchoolYear) -> list[NearSchool]:
    """The pairs with what the schools still look for. Three queries."""
    searching = searching_at({pair.campus.pk for pair in pairs}, school_year)
    listed = set(
        PupilRequest.objects.filter(
            campus__in={pair.campus.pk for pair in pairs}, school_year=school_year
        )
        .order_by()
        .values_list("campus", flat=True)
        .distinct()
    )
    told: dict[tuple[int, int], PlaceOffer] = {}
    for made in PlaceOffer.objects.filter(
        recognition__in={pair.recognition.pk for pair in pairs},
        campus__in={pair.campus.pk for pair in pairs},
    ).order_by("sent_on", "pk"):
        told[made.recognition_id, made.campus_id] = made
    return [
        NearSchool(
            pair,
            searching.get((pair.campus.pk, pair.recognition.programme_id), 0)
            if pair.campus.pk in listed
            else None,
            told.get((pair.recognition.pk, pair.campus.pk)),
        )
        for pair in pairs
    ]


def searching_at(campuses: Iterable[int], school_year: SchoolYear) -> dict[tuple[int, int], int]:
    """How many pupils still look for a place, per campus and programme (primary keys)."""
    return {
        (campus, programme): n
        for campus, programme, n in PupilRequest.objects.open()
        .filter(campus__in=list(campuses), school_year=school_year)
        .order_by()
        .values_list("campus", "programme")
        .annotate(n=Count("pk"))
    }


@dataclass(frozen=True)
class NearDrawing:
    """The establishment in the middle, its reach, and the campuses, in drawing units."""

    size: float
    middle: float
    radius: float
    land: list[str]
    names: list[Named]
    campuses: list[Named]


def near_drawing(establishment: Establishment, pairs: Sequence[CampusPair]) -> NearDrawing | None:
    """The map of the list; None for an establishment without a place. One query."""
    if establishment.point is None:
        return None
    east, north = to_lambert(establishment.point.x, establishment.point.y)
    frame = Frame(float(east), float(north), RADIUS_KM * 1000 * 1.08)
    named = {
        pair.campus.pk: (pair.campus.point, str(pair.campus)) for pair in pairs if pair.campus.point
    }
    points: list[Coordinates] = [(point.x, point.y) for point, _name in named.values() if point]
    return NearDrawing(
        size=frame.size,
        middle=frame.middle,
        radius=round(RADIUS_KM * 1000 * frame.scale, 1),
        land=frame.land(),
        names=frame.names(),
        campuses=[
            Named(x, y, name)
            for (x, y), (_point, name) in zip(frame.placed(points), named.values(), strict=True)
        ],
    )
