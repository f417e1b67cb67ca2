"""What clients write: places of workplaces, and decisions on recognitions."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.utils import timezone
from rest_framework import serializers

from companies.api.resources import RECOGNITIONS, WORKPLACES
from companies.decisions import check_written
from companies.models import Recognition, RecognitionStatus
from radar.api.writing import StrictIntegerField, Writing
from schools.api.writing import SchoolYearField


def check_decision(record: Any, values: Mapping[str, Any]) -> None:
    """What a desk may decide is what a consultant may. Raises ValidationError."""
    check_written(record, values, timezone.localdate())


STATUSES = RecognitionStatus.values
#: What a deciding desk makes of a request.
DECISIONS = [
    status.value
    for status in (
        RecognitionStatus.RECOGNISED,
        RecognitionStatus.INCOMPLETE,
        RecognitionStatus.REFUSED,
        RecognitionStatus.LIFTED,
    )
]
MOST_PLACES = 1000


class PlacesSerializer(serializers.Serializer[Any]):
    """The places of a workplace; null for places that are unknown."""

    places_offered = StrictIntegerField(
        required=False, allow_null=True, min_value=0, max_value=MOST_PLACES
    )
    places_taken = StrictIntegerField(required=False, min_value=0, max_value=MOST_PLACES)
    confirmed_on = serializers.DateField(required=False, allow_null=True)


class NewWorkplaceSerializer(PlacesSerializer):
    """A workplace of a recognition in a school year."""

    recognition = serializers.PrimaryKeyRelatedField(
        queryset=Recognition.objects.all(), pk_field=StrictIntegerField()
    )
    school_year = SchoolYearField()


class DecisionSerializer(serializers.Serializer[Any]):
    """A decision on a recognition."""

    status = serializers.ChoiceField(choices=DECISIONS)
    decided_on = serializers.DateField(required=False, allow_null=True)
    valid_from = serializers.DateField(required=False, allow_null=True)
    valid_until = serializers.DateField(required=False, allow_null=True)
    reason = serializers.CharField(required=False, allow_blank=True, max_length=2000)


WRITINGS = (
    Writing(
        WORKPLACES,
        scope="workplaces:write",
        change=PlacesSerializer,
        create=NewWorkplaceSerializer,
        example={"placesOffered": 3, "confirmedOn": "2026-11-24"},
    ),
    Writing(
        RECOGNITIONS,
        scope="recognitions:write",
        change=DecisionSerializer,
        check=check_decision,
        example={
            "status": "recognised",
            "decidedOn": "2026-11-24",
            "validFrom": "2026-11-24",
            "validUntil": "2031-11-23",
        },
    ),
)
