"""Ranked workplaces: `/api/v1/campuses/{campus}/matches`, and `/api/v1/matches` for a point."""

from __future__ import annotations

from typing import Any

from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from geo.reach import Mode, Source
from matching.api.campuses import campuses_with
from matching.api.examples import MATCHES
from matching.explanation import sentence
from matching.pairs import Pair, pairs
from matching.queries import (
    DEFAULT_RADIUS_KM,
    MAX_MINUTES,
    MAX_RADIUS_KM,
    MatchQuery,
    PointQuery,
)
from radar.api.geojson import PointSerializer
from radar.api.paging import PAGE_PARAMETERS, PageQuery, page_serializer
from radar.api.parameter_schema import parameter
from radar.api.parameters import form_data, require_valid
from schools.api.resources import SCHOOL_YEAR_PARAMETER as SCHOOL_YEAR
from schools.models import Campus


class ComponentSerializer(serializers.Serializer[Any]):
    """One term of a score; `known` false means that the value is a prior."""

    name = serializers.CharField()
    value = serializers.FloatField()
    weight = serializers.FloatField()
    known = serializers.BooleanField()


class MatchEstablishmentSerializer(serializers.Serializer[Any]):
    name = serializers.CharField()
    unitNumber = serializers.CharField()  # noqa: N815
    enterpriseNumber = serializers.CharField()  # noqa: N815
    address = serializers.CharField(required=False)
    point = PointSerializer(required=False)
    locationPrecision = serializers.CharField()  # noqa: N815


class MatchRecognitionSerializer(serializers.Serializer[Any]):
    programme = serializers.IntegerField(help_text="official number")
    validFrom = serializers.DateField()  # noqa: N815
    validUntil = serializers.DateField()  # noqa: N815
    lapsesDuringYear = serializers.BooleanField()  # noqa: N815


class PlacesSerializer(serializers.Serializer[Any]):
    """Places of the school year; the numbers are left out when the company never gave them."""

    known = serializers.BooleanField()
    offered = serializers.IntegerField(required=False)
    taken = serializers.IntegerField(required=False)
    free = serializers.IntegerField(required=False)


class TravelSerializer(serializers.Serializer[Any]):
    """The pupil's way; `minutes` is left out where there is none."""

    mode = serializers.ChoiceField(choices=Mode.values)
    minutes = serializers.IntegerField(required=False)
    source = serializers.ChoiceField(  # type: ignore[assignment]
        choices=Source.values, help_text="who says so"
    )


class MatchSerializer(serializers.Serializer[Any]):
    rank = serializers.IntegerField()
    score = serializers.FloatField(help_text="0 to 1, the weighted mean of the components")
    distance = serializers.IntegerField(help_text="metres, geodesic (hemelsbreed)")
    travel = TravelSerializer()
    components = ComponentSerializer(many=True)
    explanation = serializers.CharField()
    recognition = MatchRecognitionSerializer()
    establishment = MatchEstablishmentSerializer()
    places = PlacesSerializer()


def match_body(pair: Pair) -> dict[str, Any]:
    """One pair as the API writes it: what is unknown is left out."""
    establishment = pair.establishment
    place: dict[str, Any] = {
        "name": establishment.name,
        "unitNumber": establishment.unit_number,
        "enterpriseNumber": establishment.company.enterprise_number,
        "locationPrecision": establishment.precision,
    }
    if establishment.address:
        place["address"] = establishment.address
    if establishment.point:
        place["point"] = {"type": "Point", "coordinates": list(establishment.point.coords)}
    return score_body(pair) | {"establishment": place}


def score_body(pair: Pair) -> dict[str, Any]:
    """What both sides of a pair see of it: the score and its reasons, way and recognition."""
    workplace = pair.workplace
    places: dict[str, Any] = {"known": False}
    if workplace and workplace.places_offered is not None:
        places = {
            "known": True,
            "offered": workplace.places_offered,
            "taken": workplace.places_taken,
            "free": workplace.places_free,
        }
    return {
        "rank": pair.rank,
        "score": pair.score,
        "distance": round(pair.distance),
        "components": [
            {
                "name": term.name.value,
                "value": round(term.value, 6),
                "weight": term.weight,
                "known": term.known,
            }
            for term in pair.components
        ],
        "explanation": sentence(pair),
        "recognition": {
            "programme": pair.recognition.programme.number,
            "validFrom": pair.recognition.valid_from,
            "validUntil": pair.recognition.valid_until,
            "lapsesDuringYear": pair.lapses_during_year,
        },
        "places": places,
    } | ({"travel": pair.trip.as_json()} if pair.trip else {})


MATCH_PAGE = page_serializer("MatchPage", MatchSerializer)
PROGRAMME = parameter(
    "programme",
    MatchQuery.base_fields["programme"],
    "official number, group number, title or alias",
)
WAY = [
    parameter("mode", MatchQuery.base_fields["mode"], "how pupils travel", Mode.CYCLING.value),
    parameter(
        "maxMinutes",
        MatchQuery.base_fields["max_minutes"],
        f"the longest way, at most {MAX_MINUTES}; then `radius` has no default",
    ),
]
#: What every question for matches may say.
REACH = [
    OpenApiParameter(
        "radius",
        {
            "type": "number",
            "exclusiveMinimum": 0,
            "maximum": MAX_RADIUS_KM,
            "default": DEFAULT_RADIUS_KM,
        },
        description=f"kilometres in a straight line, at most {MAX_RADIUS_KM}",
    ),
    SCHOOL_YEAR,
    *PAGE_PARAMETERS,
]


class CampusMatches(APIView):
    """The recognised establishments near a campus that can train pupils of a programme, ranked."""

    scopes = {"read": "matches:read"}

    @extend_schema(
        operation_id="listCampusMatches",
        tags=["matches"],
        parameters=[PROGRAMME, *WAY, *REACH],
        responses=MATCH_PAGE,
        examples=[MATCHES],
    )
    def get(self, request: Request, campus: str) -> Response:
        campuses = campuses_with(request, campus)
        data = form_data(request, PageQuery, _MatchParameters)
        query = MatchQuery(data | {"campus": campus}, campuses=campuses)
        return _page(request, query, data)


class PointMatches(APIView):
    """The same from a point: what a campus would find there. For clients, and administrators."""

    scopes = {"read": "matches:read"}
    administrators_only = True

    @extend_schema(
        operation_id="listPointMatches",
        tags=["matches"],
        parameters=[
            parameter("longitude", PointQuery.base_fields["longitude"], "WGS 84"),
            parameter("latitude", PointQuery.base_fields["latitude"], "WGS 84"),
            PROGRAMME,
            *WAY,
            *REACH,
        ],
        responses=MATCH_PAGE,
        examples=[MATCHES],
    )
    def get(self, request: Request) -> Response:
        data = form_data(request, PageQuery, PointQuery)
        return _page(request, PointQuery(data, campuses=Campus.objects.none()), data)


def _page(request: Request, query: MatchQuery, data: dict[str, str]) -> Response:
    """A page of the ranking that a query asks for."""
    paging = PageQuery(data)
    require_valid(query, paging)
    ranking, page = query.ranking(), paging.page_asked()
    items = [match_body(pair) for pair in pairs(ranking, page.start, page.stop)]
    return Response(page.envelope(request, items, len(ranking)))


class _MatchParameters(MatchQuery):
    """The parameters of a match query that come in the query string: all but the campus."""

    campus = None  # type: ignore[assignment]
