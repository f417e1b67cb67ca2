"""`POST /api/v1/allocations`: a place proposed for each pupil of a list. Nothing is written."""

from __future__ import annotations

from typing import Any

from django.utils import timezone
from django.utils.translation import gettext as _
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from matching.allocation import Why
from matching.api.bodies import items_of, require_valid_body, require_valid_item
from matching.api.examples import ALLOCATION
from matching.proposals import METHODS, Placement, propose
from matching.pupil_lists import MAX_PUPILS, PupilForm, repeated
from matching.queries import MAX_RADIUS_KM, AllocationQuery
from matching.remedies import Remedy, remedies
from radar.api.problems import BadInput, issue
from schools.models import Campus


class PupilSerializer(serializers.Serializer[Any]):
    reference = serializers.CharField(help_text="the school's own, never a name")
    programme = serializers.CharField(help_text="official number, group number, title or alias")
    postalCode = serializers.CharField(required=False)  # noqa: N815
    km = serializers.FloatField(
        required=False, max_value=MAX_RADIUS_KM, help_text="in a straight line, default 25"
    )


class AllocationQuestionSerializer(serializers.Serializer[Any]):
    campus = serializers.CharField(help_text="key, as 039107-1")
    schoolYear = serializers.CharField(required=False)  # noqa: N815
    method = serializers.ChoiceField(choices=list(METHODS), required=False)
    pupils = PupilSerializer(many=True)


class RemedySerializer(serializers.Serializer[Any]):
    """Each member is a change that would do by itself."""

    fartherMetres = serializers.IntegerField(required=False)  # noqa: N815
    oneMorePlaceAt = serializers.CharField(  # noqa: N815
        required=False, help_text="unit number of the nearest establishment in reach"
    )


class PlacementSerializer(serializers.Serializer[Any]):
    reference = serializers.CharField()
    programme = serializers.IntegerField(help_text="official number")
    unitNumber = serializers.CharField(required=False)  # noqa: N815
    establishment = serializers.CharField(required=False)
    distance = serializers.IntegerField(required=False, help_text="metres, geodesic (hemelsbreed)")
    why = serializers.ChoiceField(
        choices=[why.value for why in Why], required=False, help_text="why there is no place"
    )
    remedy = RemedySerializer(required=False)


class AllocationSerializer(serializers.Serializer[Any]):
    placed = serializers.IntegerField()
    pupils = PlacementSerializer(many=True)


def _placement(item: Placement, remedy: Remedy | None) -> dict[str, Any]:
    body: dict[str, Any] = {
        "reference": item.pupil.reference,
        "programme": item.pupil.programme.number,
    }
    if item.recognition and item.metres is not None:
        body["unitNumber"] = item.recognition.establishment.unit_number
        body["establishment"] = item.recognition.establishment.name
        body["distance"] = round(item.metres)
    if item.why:
        body["why"] = item.why.value
    if remedy:
        body["remedy"] = {}
        if remedy.farther is not None:
            body["remedy"]["fartherMetres"] = round(remedy.farther)
        if remedy.at:
            body["remedy"]["oneMorePlaceAt"] = remedy.at.establishment.unit_number
    return body


class Allocations(APIView):
    """All pupils of a list to free places at once, with what would place the others."""

    # It computes and writes nothing, so it needs no more than to read matches.
    scopes = {"write": "matches:read"}

    @extend_schema(
        operation_id="computeAllocation",
        request=AllocationQuestionSerializer,
        responses=AllocationSerializer,
        examples=ALLOCATION,
    )
    def post(self, request: Request) -> Response:
        others = {"campus", "schoolYear", "method"}
        body, items = items_of(request, "pupils", MAX_PUPILS, others)
        query = AllocationQuery(
            {
                "campus": body.get("campus"),
                "school_year": body.get("schoolYear", ""),
                "method": body.get("method", "best"),
            },
            campuses=Campus.objects.readable_by(request.user),
        )
        require_valid_body(query)
        forms = [PupilForm({**item, "postal_code": item.get("postalCode", "")}) for item in items]
        require_valid_item("pupils", forms)
        pupils = [form.pupil() for form in forms]
        twice = repeated(pupil.reference for pupil in pupils)
        if twice:
            text = _("This reference is in the list twice.")
            raise BadInput([issue(f"pupils[{i}].reference", text, place="body") for i in twice])
        asked, today = query.cleaned_data, timezone.localdate()
        found = propose(asked["campus"], pupils, asked["school_year"], today, asked["method"])
        help_ = remedies(asked["campus"], found, asked["school_year"], today)
        placements = [_placement(*pair) for pair in zip(found, help_, strict=True)]
        placed = sum(item.recognition is not None for item in found)
        return Response({"placed": placed, "pupils": placements})
