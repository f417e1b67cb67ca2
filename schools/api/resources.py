"""`/programmes`, `/sectors`, `/schools`, `/campuses` and `/offerings`."""

from __future__ import annotations

from django import forms
from django.contrib.postgres.expressions import ArraySubquery
from django.db.models import CharField, F, OuterRef, Q, Value
from django.db.models.functions import Cast, Concat
from drf_spectacular.utils import OpenApiParameter
from rest_framework import serializers

from geo.api.resources import BY_MUNICIPALITY, IN_MUNICIPALITY, LOCATED
from radar.api.fields import YesNoField
from radar.api.resources import Filter, Property, Reference, Resource, contact, one_of, whole
from schools.models import (
    Campus,
    Domain,
    EducationForm,
    Finality,
    Network,
    NumberStatus,
    Offering,
    OfferingStatus,
    Programme,
    ProgrammeAlias,
    School,
    SchoolType,
    SchoolYear,
    Sector,
)

TEXTS = serializers.ListField(child=serializers.CharField())
MAX_INTEGER = 2**31 - 1


#: A school year, or nothing.
YEAR_PATTERN = r"^([0-9]{4}-[0-9]{4})?$"


class SchoolYearField(forms.CharField):
    """`2026-2027`, as the year in which it starts; 0 for a year that nobody knows."""

    def json_schema(self) -> dict[str, str]:
        return {"type": "string", "pattern": YEAR_PATTERN}

    def clean(self, value: str | None) -> int | None:
        text = super().clean(value)
        if not text:
            return None
        try:
            return SchoolYear.objects.named(text).starts_in
        except SchoolYear.DoesNotExist:
            return 0


def choices(values: type) -> forms.ChoiceField:
    """A filter by one of some values."""
    names = [("", ""), *((value, value) for value in values.values)]  # type: ignore[attr-defined]
    return forms.ChoiceField(required=False, choices=names)


def school_year(value: int) -> str:
    """2026 as the API writes it."""
    return f"{value}-{value + 1}"


SCHOOL_YEAR = Property(
    "schoolYear", "school_year_id", serializers.CharField(), "2026-2027", read=school_year
)
SCHOOL_YEAR_PARAMETER = OpenApiParameter(
    "schoolYear",
    {"type": "string", "pattern": YEAR_PATTERN},
    description="as 2026-2027; default: the current one",
)
BY_SCHOOL_YEAR = Filter(
    "schoolYear",
    SchoolYearField(required=False, max_length=9, help_text="as 2026-2027"),
    "school_year",
)

SECTORS = Resource(
    name="sectors",
    singular="Sector",
    description="Sectoral partnerships, which decide on recognitions.",
    scope="programmes:read",
    records=Sector.objects.all,
    key="slug",
    properties=(
        Property("slug", "slug", serializers.CharField(), "bouw"),
        Property("name", "name", serializers.CharField(), "Bouw"),
        Property("isFallback", "is_fallback", serializers.BooleanField(), False),
        Property("pupilsPerMentor", "pupils_per_mentor", serializers.IntegerField(), 2),
    ),
    search=("name", "slug"),
    sort=("name",),
    synchronised=False,
)

PROGRAMMES = Resource(
    name="programmes",
    singular="Programme",
    description="Dual programmes (duale opleidingen) by their official number.",
    scope="programmes:read",
    records=Programme.objects.all,
    key="number",
    properties=(
        Property("number", "number", serializers.IntegerField(), 88),
        one_of("numberStatus", "number_status", NumberStatus.values, "confirmed"),
        Property("groupNumber", "group_number", serializers.CharField(), "G-0082"),
        Property("title", "title", serializers.CharField(), "Elektrische installaties duaal"),
        Property("grade", "grade", serializers.IntegerField(), 3),
        one_of("educationForm", "education_form", EducationForm.values, "BSO"),
        one_of("finality", "finality", Finality.values, "A"),
        one_of("domain", "domain", Domain.values, "STEM"),
        Property("validFrom", "valid_from", serializers.DateField(), None),
        Property("validUntil", "valid_until", serializers.DateField(), None),
        Property(
            "sectors",
            ArraySubquery(
                Sector.objects.filter(programmes=OuterRef("pk")).order_by("slug").values("slug")
            ),
            TEXTS,
            ["elektrotechniek"],
        ),
        Property(
            "aliases",
            ArraySubquery(
                ProgrammeAlias.objects.filter(programme=OuterRef("pk"))
                .order_by("name")
                .values("name")
            ),
            serializers.ListField(child=serializers.CharField()),
            ["Elektrische installaties"],
        ),
        Property(
            "successors",
            ArraySubquery(
                Programme.objects.filter(predecessors=OuterRef("pk"))
                .order_by("number")
                .values("number")
            ),
            serializers.ListField(child=serializers.IntegerField()),
            [],
        ),
    ),
    filters=(
        Filter("grade", forms.IntegerField(required=False, min_value=1, max_value=3), "grade"),
        Filter("finality", choices(Finality), "finality"),
        Filter("domain", choices(Domain), "domain"),
        Filter("sector", forms.CharField(required=False, max_length=50), "sectors__slug"),
    ),
    search=("title", "group_number"),
    sort=("title",),
    synchronised=False,
)

SCHOOLS = Resource(
    name="schools",
    singular="School",
    description="Schools and Syntras by their official number.",
    scope="schools:read",
    records=School.objects.all,
    key="number",
    properties=(
        Property("number", "number", serializers.CharField(), "039107"),
        Property("name", "name", serializers.CharField(), "Demoschool"),
        one_of("type", "type", SchoolType.values, "121"),
        one_of("network", "network", Network.values, "GO"),
        Property("website", "website", serializers.CharField(), None),
        Property("closedOn", "closed_on", serializers.DateField(), None),
        contact("email", "email", "info@school.example"),
        contact("telephone", "telephone", "09 000 00 00"),
    ),
    filters=(
        Filter("type", choices(SchoolType), "type"),
        Filter(
            "isOpen",
            YesNoField(help_text="not closed"),
            lambda is_open: Q(closed_on__isnull=is_open),
        ),
    ),
    search=("name", "number"),
    sort=("name",),
)


def _campus(key: str) -> Q:
    school, dash, site = key.partition("-")
    if not dash or len(school) > 6 or len(site) > 4:
        raise ValueError(key)
    return Q(school__number=f"{whole(school):06}", site_number=whole(site))


def campus_key(path: str = "") -> Concat:
    """The key of a campus, `039107-1`, in SQL."""
    site = Cast(F(f"{path}site_number"), CharField())
    return Concat(F(f"{path}school__number"), Value("-"), site)


CAMPUSES = Resource(
    name="campuses",
    singular="Campus",
    description="Campuses (vestigingsplaatsen) of schools.",
    scope="schools:read",
    records=Campus.objects.all,
    key="key",
    lookup=_campus,
    properties=(
        Property("key", campus_key(), serializers.CharField(), "039107-1"),
        Property("siteNumber", "site_number", serializers.IntegerField(), 1),
        Property("name", "name", serializers.CharField(), "Demoschool, campus Noord"),
        Property("closedOn", "closed_on", serializers.DateField(), None),
        *LOCATED,
    ),
    references=(Reference("school", "school", SCHOOLS), IN_MUNICIPALITY),
    filters=(
        Filter("school", forms.CharField(required=False, max_length=6), "school__number"),
        BY_MUNICIPALITY,
    ),
    search=("name", "school__name", "school__number"),
    sort=("school__name", "site_number"),
    point="point",
)


def _at_campus(key: str) -> Q:
    """The offerings of a campus; none for a key that is no campus's."""
    try:
        return Q(campus__in=Campus.objects.filter(_campus(key)))
    except ValueError:
        return Q(pk__in=[])


OFFERINGS = Resource(
    name="offerings",
    singular="Offering",
    description="A programme at a campus in a school year (geprogrammeerde opleiding).",
    scope="offerings:read",
    records=Offering.objects.all,
    key="id",
    properties=(
        Property("id", "id", serializers.IntegerField(), 12),
        SCHOOL_YEAR,
        one_of("status", "status", OfferingStatus.values, "running"),
        Property("pupils", "pupils", serializers.IntegerField(help_text="enrolled"), 14),
        Property("decidedOn", "decided_on", serializers.DateField(), "2026-03-31"),
    ),
    references=(
        Reference("campus", "campus", CAMPUSES, key=campus_key("campus__")),
        Reference("programme", "programme", PROGRAMMES),
    ),
    filters=(
        Filter("campus", forms.CharField(required=False, max_length=12), _at_campus),
        Filter(
            "programme",
            forms.IntegerField(required=False, min_value=0, max_value=MAX_INTEGER),
            "programme__number",
        ),
        BY_SCHOOL_YEAR,
        Filter("status", choices(OfferingStatus), "status"),
    ),
)
