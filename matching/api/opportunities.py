"""The radar as JSON: `campuses/{campus}/opportunities` and `programmes/{n}/opportunities`."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.shortcuts import get_object_or_404
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from geo.reach import Mode, Source
from matching.api.campuses import campuses_with
from matching.api.examples import OPPORTUNITIES, PROGRAMME_OPPORTUNITIES
from matching.opportunities import Advice, Reason
from matching.queries import MAX_MINUTES, RadarQuery, SchoolYearQuery, WayQuery
from matching.radar import Radar, RadarRow
from matching.radar_rows import REASONS
from radar.api.paging import PAGE_PARAMETERS, PageQuery, page_serializer
from radar.api.parameter_schema import parameter
from radar.api.parameters import form_data, require_valid
from schools.api.resources import SCHOOL_YEAR_PARAMETER as SCHOOL_YEAR
from schools.models import Campus, Programme


class RangeSerializer(serializers.Serializer[Any]):
    """A number that is not exactly known: unknown places count for nothing, or for the most."""

    low = serializers.FloatField()
    high = serializers.FloatField()


class RivalSerializer(serializers.Serializer[Any]):
    campus = serializers.CharField(help_text="key, as 039107-1")
    name = serializers.CharField()


class OpportunitySerializer(serializers.Serializer[Any]):
    programme = serializers.IntegerField(help_text="official number")
    title = serializers.CharField()
    offered = serializers.BooleanField(help_text="whether the campus offers it this school year")
    pupils = serializers.IntegerField(help_text="enrolled, or a new group where not offered")
    recognitions = serializers.IntegerField(help_text="in reach")
    recognitionsWithUnknownPlaces = serializers.IntegerField()  # noqa: N815
    places = RangeSerializer()
    placesFree = serializers.FloatField(help_text="given by companies and not taken")  # noqa: N815
    pupilsDrawing = serializers.IntegerField(  # noqa: N815
        help_text="at campuses in reach that offer it, this one included"
    )
    placesPerPupil = RangeSerializer()  # noqa: N815
    lapsingShare = serializers.FloatField()  # noqa: N815
    rivals = RivalSerializer(many=True)
    nearestDistance = serializers.IntegerField(required=False, help_text="metres")  # noqa: N815
    vacancies = serializers.IntegerField(
        required=False, help_text="at VDAB in reach, for its occupations; left out when unknown"
    )
    advice = serializers.ChoiceField(choices=[advice.value for advice in Advice])
    reasons = serializers.ListField(
        child=serializers.ChoiceField(choices=[reason.value for reason in Reason])
    )
    explanation = serializers.CharField()


class CampusOpportunitySerializer(OpportunitySerializer):
    campus = serializers.CharField(help_text="key, as 039107-1")
    name = serializers.CharField()


def _opportunity(row: RadarRow) -> dict[str, Any]:
    item = row.opportunity
    body: dict[str, Any] = {
        "programme": row.programme.number,
        "title": row.programme.title,
        "offered": item.offered,
        "pupils": item.pupils,
        "recognitions": item.recognitions,
        "recognitionsWithUnknownPlaces": item.unknown,
        "places": {"low": item.places_low, "high": item.places_high},
        "placesFree": item.free,
        "pupilsDrawing": item.drawing,
        "placesPerPupil": {
            "low": round(item.per_pupil_low, 4),
            "high": round(item.per_pupil_high, 4),
        },
        "lapsingShare": round(item.lapsing_share, 4),
        "rivals": [{"campus": rival.key, "name": str(rival)} for rival in row.rivals],
        "advice": item.advice.value,
        "reasons": [reason.value for reason in item.reasons],
        "explanation": " ".join(str(REASONS[reason]) for reason in item.reasons),
    }
    if item.nearest is not None:
        body["nearestDistance"] = round(item.nearest)
    if row.vacancies is not None:
        body["vacancies"] = row.vacancies
    return body


PARAMETERS = [SCHOOL_YEAR, *PAGE_PARAMETERS]


WAY = [
    parameter(
        "mode",
        WayQuery.base_fields["mode"],
        "how pupils travel; then the reach is in minutes and not in kilometres",
    ),
    parameter(
        "maxMinutes",
        WayQuery.base_fields["max_minutes"],
        f"the longest way, at most {MAX_MINUTES}; 45 with a mode and without this",
    ),
]


class RadarTravelSerializer(serializers.Serializer[Any]):
    """The reach in minutes, and who told the ways of the campus; others' ways are estimated."""

    mode = serializers.ChoiceField(choices=Mode.values)
    maxMinutes = serializers.FloatField()  # noqa: N815
    sources = serializers.ListField(child=serializers.ChoiceField(choices=Source.values))


def computed_at() -> serializers.DateTimeField:
    return serializers.DateTimeField(
        required=False, help_text="left out when it was computed for this answer"
    )


class CampusOpportunities(APIView):
    """What a campus can reach against the pupils who draw on it, for every programme."""

    scopes = {"read": "opportunities:read"}

    @extend_schema(
        operation_id="listCampusOpportunities",
        parameters=[*WAY, *PARAMETERS],
        responses=page_serializer(
            "OpportunityPage",
            OpportunitySerializer,
            computedAt=computed_at(),
            travel=RadarTravelSerializer(required=False, help_text="left out in a straight line"),
        ),
        examples=[OPPORTUNITIES],
    )
    def get(self, request: Request, campus: str) -> Response:
        campuses = campuses_with(request, campus)
        data = form_data(request, PageQuery, SchoolYearQuery, WayQuery)
        query = RadarQuery(data | {"campus": campus}, campuses=campuses)
        paging = PageQuery(data)
        require_valid(query, paging)
        found, page = query.radar(), paging.page_asked()
        items = [_opportunity(row) for row in found.rows[page.start : page.stop]]
        body = page.envelope(request, items, len(found.rows))
        return Response(body | _when(found.computed_at) | _how(found))


class ProgrammeOpportunities(APIView):
    """A programme at every campus the caller may read, most promising first.

    For who sees to a whole region, such as a provincial forum.
    """

    scopes = {"read": "opportunities:read"}

    @extend_schema(
        operation_id="listProgrammeOpportunities",
        parameters=PARAMETERS,
        responses=page_serializer(
            "CampusOpportunityPage", CampusOpportunitySerializer, computedAt=computed_at()
        ),
        examples=[PROGRAMME_OPPORTUNITIES],
    )
    def get(self, request: Request, programme: int) -> Response:
        asked = get_object_or_404(Programme, number=programme)
        data = form_data(request, PageQuery, SchoolYearQuery)
        query = SchoolYearQuery(data, campuses=Campus.objects.readable_by(request.user))
        paging = PageQuery(data)
        require_valid(query, paging)
        found, page = query.programme_radar(asked), paging.page_asked()
        items = [
            {"campus": row.campus.key, "name": str(row.campus)} | _opportunity(row)
            for row in found.rows(page.start, page.stop)
        ]
        body = page.envelope(request, items, len(found))
        return Response(body | _when(found.computed_at))


def _how(found: Radar) -> dict[str, Any]:
    if found.way is None:
        return {}
    sources = [source.value for source in found.sources]
    way = {"mode": found.way.mode.value, "maxMinutes": found.way.at_most, "sources": sources}
    return {"travel": way}


def _when(computed_at: datetime | None) -> dict[str, Any]:
    return {"computedAt": computed_at} if computed_at else {}
