"""`GET /api/v1/establishments/{unitNumber}/matches`: ranked campuses for an establishment."""

from __future__ import annotations

from typing import Any

from django.http import Http404
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from companies.models import Establishment
from matching.api.examples import CAMPUS_MATCHES
from matching.api.matches import (
    REACH,
    WAY,
    ComponentSerializer,
    MatchRecognitionSerializer,
    PlacesSerializer,
    TravelSerializer,
    score_body,
)
from matching.campus_ranking import CampusPair, campus_pairs
from matching.queries import EstablishmentQuery
from radar.api.geojson import PointSerializer
from radar.api.paging import PageQuery, page_serializer
from radar.api.parameter_schema import parameter
from radar.api.parameters import form_data, require_valid
from schools.models import Campus


class MatchCampusSerializer(serializers.Serializer[Any]):
    key = serializers.CharField(help_text="as 039107-1")
    name = serializers.CharField()
    school = serializers.CharField(help_text="school number")
    address = serializers.CharField(required=False)
    point = PointSerializer(required=False)


class CampusMatchSerializer(serializers.Serializer[Any]):
    rank = serializers.IntegerField(help_text="among the campuses of the same recognition")
    score = serializers.FloatField(help_text="the same as the campus sees")
    distance = serializers.IntegerField(help_text="metres, geodesic (hemelsbreed)")
    travel = TravelSerializer()
    components = ComponentSerializer(many=True)
    explanation = serializers.CharField()
    recognition = MatchRecognitionSerializer()
    places = PlacesSerializer()
    campus = MatchCampusSerializer()


def campus_match_body(pair: CampusPair) -> dict[str, Any]:
    """One pair as the company sees it: what is unknown is left out."""
    campus = pair.campus
    place: dict[str, Any] = {
        "key": campus.key,
        "name": str(campus),
        "school": campus.school.number,
    }
    if campus.address:
        place["address"] = campus.address
    if campus.point:
        place["point"] = {"type": "Point", "coordinates": list(campus.point.coords)}
    return score_body(pair) | {"campus": place}


class EstablishmentMatches(APIView):
    """The campuses near an establishment that offer what it is recognised for, ranked.

    Sorted by the title of the programme, then by rank for that recognition. A pair has the score
    that the campus sees.
    """

    scopes = {"read": "matches:read"}

    @extend_schema(
        operation_id="listEstablishmentMatches",
        tags=["matches"],
        parameters=[
            parameter(
                "programme",
                EstablishmentQuery.base_fields["programme"],
                "only that of one of its recognitions",
            ),
            *WAY,
            *REACH,
        ],
        responses=page_serializer("CampusMatchPage", CampusMatchSerializer),
        examples=[CAMPUS_MATCHES],
    )
    def get(self, request: Request, establishment: str) -> Response:
        place = _establishment(request, establishment)
        data = form_data(request, PageQuery, EstablishmentQuery)
        query = EstablishmentQuery(data, campuses=Campus.objects.none())
        paging = PageQuery(data)
        require_valid(query, paging)
        rankings, page = query.rankings(place), paging.page_asked()
        found = campus_pairs(rankings, page.start, page.stop)
        total = sum(map(len, rankings))
        return Response(page.envelope(request, list(map(campus_match_body, found)), total))


def _establishment(request: Request, number: str) -> Establishment:
    """The establishment with this unit number, when the caller may read it; else 404."""
    try:
        return Establishment.objects.readable_by(request.user).numbered(number)
    except Establishment.DoesNotExist:
        raise Http404 from None
