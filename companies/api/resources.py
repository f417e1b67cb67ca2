"""`/companies`, `/establishments`, `/recognitions` and `/workplaces`."""

from __future__ import annotations

from django import forms
from django.db.models import F, Q
from rest_framework import serializers

from companies.models import Company, Establishment, Recognition, RecognitionStatus, Workplace
from companies.numbers import compact
from geo.api.resources import BY_MUNICIPALITY, IN_MUNICIPALITY, LOCATED
from radar.api.fields import DayField, YesNoField
from radar.api.resources import Filter, Property, Reference, Resource, contact, one_of
from schools.api.resources import (
    BY_SCHOOL_YEAR,
    MAX_INTEGER,
    PROGRAMMES,
    SCHOOL_YEAR,
    SECTORS,
    choices,
)


class KboNumberFilter(forms.CharField):
    """A KBO number, dots or not."""

    def clean(self, value: str | None) -> str:
        return compact(super().clean(value))


def kbo(text: str) -> KboNumberFilter:
    return KboNumberFilter(required=False, max_length=20, help_text=text)


def number() -> forms.IntegerField:
    return forms.IntegerField(required=False, min_value=0, max_value=MAX_INTEGER)


BY_SECTOR = Filter(
    "sector", forms.CharField(required=False, max_length=50, help_text="slug"), "sector__slug"
)
ACTIVE = YesNoField(help_text="has not stopped")

COMPANIES = Resource(
    name="companies",
    singular="Company",
    description="Companies by their KBO enterprise number.",
    scope="companies:read",
    records=Company.objects.all,
    key="enterpriseNumber",
    lookup=lambda key: Q(enterprise_number=compact(key)),
    properties=(
        Property("enterpriseNumber", "enterprise_number", serializers.CharField(), "0123456749"),
        Property("name", "name", serializers.CharField(), "Installaties Voorbeeld"),
        Property("website", "website", serializers.CharField(), None),
        Property("stoppedOn", "stopped_on", serializers.DateField(), None),
        contact("email", "email", "info@bedrijf.example"),
        contact("telephone", "telephone", "09 000 00 00"),
    ),
    references=(Reference("sector", "sector", SECTORS),),
    filters=(
        BY_SECTOR,
        Filter("isActive", ACTIVE, lambda active: Q(stopped_on__isnull=active)),
    ),
    search=("name", "enterprise_number"),
    sort=("name",),
)

ESTABLISHMENTS = Resource(
    name="establishments",
    singular="Establishment",
    description="Establishments (vestigingseenheden) by their KBO unit number.",
    scope="companies:read",
    records=Establishment.objects.all,
    key="unitNumber",
    lookup=lambda key: Q(unit_number=compact(key)),
    properties=(
        Property("unitNumber", "unit_number", serializers.CharField(), "2123456703"),
        Property("name", "name", serializers.CharField(), "Installaties Voorbeeld Gent"),
        *LOCATED,
        Property("stoppedOn", "stopped_on", serializers.DateField(), None),
        contact("email", "email", "gent@bedrijf.example"),
        contact("telephone", "telephone", "09 000 00 00"),
    ),
    references=(Reference("company", "company", COMPANIES), IN_MUNICIPALITY),
    filters=(
        Filter("company", kbo("enterprise number"), "company__enterprise_number"),
        BY_MUNICIPALITY,
        Filter(
            "programme",
            forms.IntegerField(
                required=False, min_value=0, max_value=MAX_INTEGER, help_text="recognised for it"
            ),
            lambda value: Q(
                pk__in=Recognition.objects.recognised()
                .filter(programme__number=value)
                .values("establishment")
            ),
        ),
        Filter("isActive", ACTIVE, lambda active: Q(stopped_on__isnull=active)),
    ),
    search=("name", "unit_number"),
    sort=("name",),
    point="point",
)

RECOGNITIONS = Resource(
    name="recognitions",
    singular="Recognition",
    description="Recognitions (erkenningen): an establishment may train pupils of a programme for "
    "a period.",
    scope="recognitions:read",
    records=Recognition.objects.all,
    key="id",
    properties=(
        Property("id", "id", serializers.IntegerField(), 345),
        one_of("status", "status", RecognitionStatus.values, "recognised"),
        Property("requestedOn", "requested_on", serializers.DateField(), "2026-01-12"),
        Property("decidedOn", "decided_on", serializers.DateField(), "2026-01-20"),
        Property("validFrom", "valid_from", serializers.DateField(), "2026-02-01"),
        Property("validUntil", "valid_until", serializers.DateField(), "2031-01-31"),
        contact("reason", "reason", "Het dossier is volledig."),
    ),
    references=(
        Reference("establishment", "establishment", ESTABLISHMENTS),
        Reference("programme", "programme", PROGRAMMES),
        Reference("sector", "sector", SECTORS),
    ),
    filters=(
        Filter("establishment", kbo("unit number"), "establishment__unit_number"),
        Filter("company", kbo("enterprise number"), "establishment__company__enterprise_number"),
        Filter("programme", number(), "programme__number"),
        BY_SECTOR,
        Filter("status", choices(RecognitionStatus), "status"),
        Filter(
            "validOn",
            DayField(help_text="recognised on this day"),
            lambda day: Q(
                status=RecognitionStatus.RECOGNISED, valid_from__lte=day, valid_until__gte=day
            ),
        ),
    ),
    search=("establishment__name", "programme__title"),
    point="establishment__point",
)

WORKPLACES = Resource(
    name="workplaces",
    singular="Workplace",
    description="Workplaces (leerwerkplekken): the places of a recognition in a school year. "
    "Without `placesOffered` the company never said how many: that is unknown, and not zero.",
    scope="workplaces:read",
    records=Workplace.objects.all,
    key="id",
    properties=(
        Property("id", "id", serializers.IntegerField(), 678),
        SCHOOL_YEAR,
        Property("placesOffered", "places_offered", serializers.IntegerField(), 2),
        Property("placesTaken", "places_taken", serializers.IntegerField(), 1),
        Property(
            "placesFree", F("places_offered") - F("places_taken"), serializers.IntegerField(), 1
        ),
        Property("confirmedOn", "confirmed_on", serializers.DateField(), "2026-09-01"),
    ),
    references=(Reference("recognition", "recognition", RECOGNITIONS),),
    filters=(
        Filter("recognition", number(), "recognition"),
        Filter("establishment", kbo("unit number"), "recognition__establishment__unit_number"),
        Filter("programme", number(), "recognition__programme__number"),
        BY_SCHOOL_YEAR,
    ),
    search=("recognition__establishment__name", "recognition__programme__title"),
    point="recognition__establishment__point",
)
