"""`POST /api/v1/scenarios`: what if campuses opened or stopped programmes? Nothing is kept."""

from __future__ import annotations

from typing import Any

from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from matching.api.bodies import items_of, require_valid_body, require_valid_item
from matching.api.examples import SCENARIO
from matching.api.opportunities import RangeSerializer
from matching.opportunities import Advice, Opportunity
from matching.queries import SchoolYearQuery
from matching.scenario_effects import EffectRow, effect_rows
from matching.scenario_queries import ChangeKind, ChangeQuery, campuses_for_scenarios
from matching.scenarios import MAX_CHANGES, MAX_PUPILS


class ChangeSerializer(serializers.Serializer[Any]):
    kind = serializers.ChoiceField(choices=ChangeKind.values)
    campus = serializers.CharField(help_text="key, as 039107-1")
    programme = serializers.CharField(help_text="official number, group number, title or alias")
    pupils = serializers.IntegerField(
        required=False,
        min_value=1,
        max_value=MAX_PUPILS,
        help_text="to open: pupils there would be",
    )


class ScenarioSerializer(serializers.Serializer[Any]):
    schoolYear = serializers.CharField(  # noqa: N815
        required=False, help_text="as 2026-2027; default: the current one"
    )
    changes = ChangeSerializer(many=True)


class SideSerializer(serializers.Serializer[Any]):
    offered = serializers.BooleanField()
    pupils = serializers.IntegerField(help_text="enrolled, or a new group where not offered")
    pupilsDrawing = serializers.IntegerField()  # noqa: N815
    placesPerPupil = RangeSerializer()  # noqa: N815
    rivals = serializers.IntegerField(help_text="other campuses in reach that offer it")
    advice = serializers.ChoiceField(choices=[advice.value for advice in Advice])


class EffectSerializer(serializers.Serializer[Any]):
    """`before` or `after` is left out where no workplace is in reach and it is not offered."""

    campus = serializers.CharField(help_text="key, as 039107-1")
    name = serializers.CharField()
    programme = serializers.IntegerField(help_text="official number")
    changed = serializers.BooleanField(help_text="whether a change is about this campus itself")
    before = SideSerializer(required=False)
    after = SideSerializer(required=False)


class OutcomeSerializer(serializers.Serializer[Any]):
    schoolYear = serializers.CharField()  # noqa: N815
    effects = EffectSerializer(many=True)


def _side(item: Opportunity) -> dict[str, Any]:
    return {
        "offered": item.offered,
        "pupils": item.pupils,
        "pupilsDrawing": item.drawing,
        "placesPerPupil": {
            "low": round(item.per_pupil_low, 4),
            "high": round(item.per_pupil_high, 4),
        },
        "rivals": len(item.rivals),
        "advice": item.advice.value,
    }


def _effect(row: EffectRow) -> dict[str, Any]:
    body: dict[str, Any] = {
        "campus": row.campus.key,
        "name": str(row.campus),
        "programme": row.programme.number,
        "changed": row.is_own,
    }
    if row.before:
        body["before"] = _side(row.before)
    if row.after:
        body["after"] = _side(row.after)
    return body


class Scenarios(APIView):
    """What changes for a campus, and for those around it, when programmes open or stop."""

    # It computes and writes nothing, so it needs no more than to read the radar.
    scopes = {"write": "opportunities:read"}

    @extend_schema(
        operation_id="computeScenario",
        request=ScenarioSerializer,
        responses=OutcomeSerializer,
        examples=SCENARIO,
    )
    def post(self, request: Request) -> Response:
        campuses = campuses_for_scenarios(request.user)
        body, items = items_of(request, "changes", MAX_CHANGES, {"schoolYear"})
        year = SchoolYearQuery({"school_year": body.get("schoolYear", "")}, campuses=campuses)
        changes = [ChangeQuery(item, campuses=campuses) for item in items]
        require_valid_body(year)
        require_valid_item("changes", changes)
        school_year = year.cleaned_data["school_year"]
        rows = effect_rows([change.step() for change in changes], school_year)
        return Response({"schoolYear": school_year.name, "effects": [_effect(row) for row in rows]})
