"""`POST /api/v1/allocations`: a place proposed for each pupil of a list. Nothing is written."""

from __future__ import annotations

import math
from typing import Any

from django.utils import timezone
from django.utils.translation import gettext as _
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from geo.reach import Mode
from matching.api.bodies import items_of, require_valid_body, require_valid_item
from matching.api.examples import ALLOCATION
from matching.api.matches import TravelSerializer
from matching.proposal_rows import Line, Report, SchoolRow, report
from matching.proposals import METHODS, Pupil, Why, propose
from matching.pupil_lists import Known, PupilForm, repeated
from matching.queries import MAX_MINUTES, MAX_RADIUS_KM, AllocationQuery
from radar.api.parameters import camel
from radar.api.problems import BadInput, issue
from schools.models import Campus, SchoolYear

#: Pupils in one call that is answered at once; `allocations:batch` takes more.
MOST = 1000
#: The members of a pupil, by the form's names.
NAMES = {camel(name): name for name in PupilForm.base_fields}


class PupilSerializer(serializers.Serializer[Any]):
    reference = serializers.CharField(help_text="the school's own, never a name")
    programme = serializers.CharField(help_text="official number, group number, title or alias")
    campus = serializers.CharField(required=False, help_text="key; default: that of the list")
    postalCode = serializers.CharField(required=False)  # noqa: N815
    km = serializers.FloatField(
        required=False,
        max_value=MAX_RADIUS_KM,
        help_text="in a straight line; default 25, or none where maxMinutes is given",
    )
    mode = serializers.ChoiceField(
        choices=Mode.values, required=False, help_text="then the way counts in minutes"
    )
    maxMinutes = serializers.FloatField(  # noqa: N815
        required=False, max_value=MAX_MINUTES, help_text="the longest way, by bicycle if no mode"
    )


class AllocationQuestionSerializer(serializers.Serializer[Any]):
    campus = serializers.CharField(
        required=False, help_text="key, as 039107-1, of pupils who name none"
    )
    schoolYear = serializers.CharField(required=False)  # noqa: N815
    method = serializers.ChoiceField(choices=list(METHODS), required=False)
    pupils = PupilSerializer(many=True)


class RemedySerializer(serializers.Serializer[Any]):
    """Each member is a change that would do by itself."""

    askForPlacesAt = serializers.CharField(  # noqa: N815
        required=False,
        help_text="unit number of the nearest in reach that never said how many places it has",
    )
    oneMorePlaceAt = serializers.CharField(  # noqa: N815
        required=False, help_text="unit number of the nearest full establishment in reach"
    )
    fartherMetres = serializers.IntegerField(required=False)  # noqa: N815
    longerMinutes = serializers.IntegerField(required=False)  # noqa: N815


class PlacementSerializer(serializers.Serializer[Any]):
    reference = serializers.CharField()
    campus = serializers.CharField(help_text="key, as 039107-1")
    programme = serializers.IntegerField(help_text="official number")
    unitNumber = serializers.CharField(required=False)  # noqa: N815
    establishment = serializers.CharField(required=False)
    distance = serializers.IntegerField(required=False, help_text="metres, geodesic (hemelsbreed)")
    travel = TravelSerializer(required=False, help_text="for a pupil with a mode")
    why = serializers.ChoiceField(
        choices=[why.value for why in Why], required=False, help_text="why there is no place"
    )
    remedy = RemedySerializer(required=False)


class SchoolShareSerializer(serializers.Serializer[Any]):
    school = serializers.CharField(help_text="number, six digits")
    pupils = serializers.IntegerField()
    placed = serializers.IntegerField()
    placedAlone = serializers.IntegerField(  # noqa: N815
        help_text="how many would be placed if no other school asked"
    )
    meanDistance = serializers.IntegerField(required=False, help_text="metres")  # noqa: N815


class BlockingPairSerializer(serializers.Serializer[Any]):
    reference = serializers.CharField()
    campus = serializers.CharField()
    unitNumber = serializers.CharField()  # noqa: N815
    distance = serializers.IntegerField()


class AllocationSerializer(serializers.Serializer[Any]):
    placed = serializers.IntegerField()
    fairness = serializers.FloatField(
        required=False,
        help_text="Jain's index over the schools' shares of what each could get alone: 1 is equal",
    )
    schools = SchoolShareSerializer(many=True)
    blockingPairs = BlockingPairSerializer(  # noqa: N815
        many=True,
        help_text="per pupil the nearest place that would rather have her, and she it",
    )
    pupils = PlacementSerializer(many=True)


def allocation_body(found: Report) -> dict[str, Any]:
    """What is answered, now or when a job is done."""
    body: dict[str, Any] = {
        "placed": found.proposals.placed,
        "schools": [_school(row) for row in found.schools],
        "blockingPairs": [
            {
                "reference": swap.pupil.reference,
                "campus": swap.pupil.campus.key,
                "unitNumber": swap.recognition.establishment.unit_number,
                "distance": round(swap.metres),
            }
            for swap in found.swaps
        ],
        "pupils": [_placement(line) for line in found.lines],
    }
    if (index := found.proposals.fairness) is not None:
        body["fairness"] = round(index, 4)
    return body


def _school(row: SchoolRow) -> dict[str, Any]:
    body: dict[str, Any] = {
        "school": row.school.number,
        "pupils": row.got.pupils,
        "placed": row.got.placed,
        "placedAlone": row.got.alone,
    }
    if row.got.metres is not None:
        body["meanDistance"] = round(row.got.metres)
    return body


def _placement(line: Line) -> dict[str, Any]:
    body: dict[str, Any] = {
        "reference": line.pupil.reference,
        "campus": line.pupil.campus.key,
        "programme": line.pupil.programme.number,
    }
    if line.recognition and line.metres is not None:
        body["unitNumber"] = line.recognition.establishment.unit_number
        body["establishment"] = line.recognition.establishment.name
        body["distance"] = round(line.metres)
        if line.placement.trip:
            body["travel"] = line.placement.trip.as_json()
    if line.placement.why:
        body["why"] = line.placement.why.value
        remedy: dict[str, Any] = {}
        if line.ask:
            remedy["askForPlacesAt"] = line.ask.establishment.unit_number
        if line.at:
            remedy["oneMorePlaceAt"] = line.at.establishment.unit_number
        if line.farther is not None:
            remedy["fartherMetres"] = round(line.farther)
        if line.longer is not None:
            remedy["longerMinutes"] = math.ceil(line.longer)
        body["remedy"] = remedy
    return body


def question(request: Request, most: int) -> tuple[list[Pupil], SchoolYear, str]:
    """The pupils, the school year and the policy of a body. Raises BadInput."""
    body, items = items_of(request, "pupils", most, {"campus", "schoolYear", "method"})
    campuses = Campus.objects.readable_by(request.user)
    query = AllocationQuery(
        {
            "campus": body.get("campus", ""),
            "school_year": body.get("schoolYear", ""),
            "method": body.get("method", "best"),
        },
        campuses=campuses,
    )
    require_valid_body(query)
    asked = query.cleaned_data
    known = Known(campuses, asked["campus"])
    unknown = [
        issue(f"pupils[{i}].{name}"[:80], _("This field is unknown."), place="body")
        for i, item in enumerate(items)
        for name in item
        if name not in NAMES
    ]
    if unknown:
        raise BadInput(unknown[:100])
    forms = [
        PupilForm({NAMES[name]: value for name, value in item.items()}, known) for item in items
    ]
    require_valid_item("pupils", forms)
    pupils = [form.pupil() for form in forms]
    if twice := repeated(pupils):
        text = _("This reference is in the list twice.")
        raise BadInput([issue(f"pupils[{i}].reference", text, place="body") for i in twice])
    return pupils, asked["school_year"], asked["method"]


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
        pupils, school_year, method = question(request, MOST)
        found = propose(pupils, school_year, timezone.localdate(), method)
        return Response(allocation_body(report(pupils, found)))
