"""`/municipalities`."""

from __future__ import annotations

from django import forms
from rest_framework import serializers

from geo.models import Municipality
from geo.precision import LocationPrecision
from radar.api.resources import Filter, Property, Reference, Resource

#: The properties of what has an address and a point.
LOCATED = (
    Property("street", "street", serializers.CharField(), "Veldstraat"),
    Property("houseNumber", "house_number", serializers.CharField(), "1"),
    Property("box", "box", serializers.CharField(), None),
    Property("postalCode", "postal_code", serializers.CharField(), "9000"),
    Property(
        "locationPrecision",
        "precision",
        serializers.ChoiceField(
            choices=LocationPrecision.values, help_text="how sure the point is"
        ),
        "house_number",
    ),
)

MUNICIPALITIES = Resource(
    name="municipalities",
    singular="Municipality",
    description="Gemeenten in Flanders and Brussels, the merged ones too: `mergedInto` names what "
    "they became.",
    scope="municipalities:read",
    records=Municipality.objects.all,
    key="nisCode",
    properties=(
        Property("nisCode", "nis_code", serializers.CharField(), "44021"),
        Property("name", "name", serializers.CharField(), "Gent"),
        Property("province", "province__name", serializers.CharField(), "Oost-Vlaanderen"),
        Property("population", "population", serializers.IntegerField(), 270_000),
        Property("validFrom", "valid_from", serializers.DateField(), None),
        Property("validUntil", "valid_until", serializers.DateField(), None),
        Property("mergedInto", "merged_into__nis_code", serializers.CharField(), None),
    ),
    filters=(Filter("province", forms.CharField(required=False, max_length=60), "province__name"),),
    search=("name", "nis_code"),
    sort=("name",),
    point="point",
    synchronised=False,
)

IN_MUNICIPALITY = Reference("municipality", "municipality", MUNICIPALITIES)
BY_MUNICIPALITY = Filter(
    "municipality",
    forms.CharField(required=False, max_length=5, help_text="NIS code"),
    "municipality__nis_code",
)
