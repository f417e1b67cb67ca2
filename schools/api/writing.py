"""What clients write: offerings."""

from __future__ import annotations

from typing import Any

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _
from rest_framework import serializers

from radar.api.writing import StrictIntegerField, Writing
from schools.api.resources import OFFERINGS
from schools.models import Campus, OfferingStatus, Programme, SchoolYear

STATUSES = OfferingStatus.values
MOST_PUPILS = 2000


class SchoolYearField(serializers.CharField):
    """`2026-2027`."""

    def to_internal_value(self, data: Any) -> Any:
        try:
            return SchoolYear.objects.named(super().to_internal_value(data))
        except ValidationError as error:
            raise serializers.ValidationError(error.messages) from None
        except SchoolYear.DoesNotExist:
            raise serializers.ValidationError(_("This school year is unknown.")) from None


class CampusField(serializers.CharField):
    """`039107-1`."""

    def to_internal_value(self, data: Any) -> Any:
        try:
            return Campus.objects.keyed(super().to_internal_value(data))
        except Campus.DoesNotExist:
            raise serializers.ValidationError(_("This campus is unknown.")) from None


class ProgrammeField(StrictIntegerField):
    """The official number."""

    def to_internal_value(self, data: Any) -> Any:
        try:
            # A number that no column holds is nobody's: Django knows that by itself.
            return Programme.objects.get(number=super().to_internal_value(data))
        except Programme.DoesNotExist:
            raise serializers.ValidationError(_("This programme is unknown.")) from None


class OfferingChangeSerializer(serializers.Serializer[Any]):
    """What changes of an offering; null for a number of pupils that is unknown."""

    status = serializers.ChoiceField(choices=STATUSES, required=False)
    pupils = StrictIntegerField(required=False, allow_null=True, min_value=0, max_value=MOST_PUPILS)
    decided_on = serializers.DateField(required=False, allow_null=True)


class NewOfferingSerializer(OfferingChangeSerializer):
    """A programme at a campus in a school year."""

    status = serializers.ChoiceField(choices=STATUSES)
    campus = CampusField()
    programme = ProgrammeField()
    school_year = SchoolYearField()


WRITINGS = (
    Writing(
        OFFERINGS,
        scope="offerings:write",
        change=OfferingChangeSerializer,
        create=NewOfferingSerializer,
        example={"status": "running", "pupils": 14},
    ),
)
