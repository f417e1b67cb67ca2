"""Schools, programmes and who acts for them in the administration."""

from django.contrib import admin
from django.db import models

from geo.admin import LocatedAdmin
from radar.web.admin_export import ExportMixin
from schools.models import (
    Campus,
    Offering,
    Programme,
    ProgrammeAlias,
    School,
    SchoolMembership,
    SchoolYear,
    Sector,
    SectorMembership,
)


class SchoolMembershipInline(admin.TabularInline):
    model = SchoolMembership
    autocomplete_fields = ("user",)
    extra = 0


class SectorMembershipInline(admin.TabularInline):
    model = SectorMembership
    autocomplete_fields = ("user",)
    extra = 0


class CampusInline(admin.TabularInline):
    model = Campus
    fields = ("site_number", "name", "street", "house_number", "postal_code", "municipality")
    autocomplete_fields = ("municipality",)
    show_change_link = True
    extra = 0


class AliasInline(admin.TabularInline):
    model = ProgrammeAlias
    extra = 0


@admin.register(Sector)
class SectorAdmin(ExportMixin):
    list_display = ("name", "slug", "is_confirmed", "is_fallback", "pupils_per_mentor")
    list_filter = ("is_confirmed",)
    search_fields = ("name", "slug")
    inlines = (SectorMembershipInline,)


@admin.register(Programme)
class ProgrammeAdmin(ExportMixin):
    list_display = ("title", "number", "group_number", "education_form", "grade", "valid_until")
    list_filter = ("education_form", "finality", "domain", "number_status", "sectors")
    search_fields = ("title", "=number", "group_number", "aliases__name")
    autocomplete_fields = ("sectors", "successors")
    inlines = (AliasInline,)


@admin.register(SchoolYear)
class SchoolYearAdmin(admin.ModelAdmin):
    list_display = ("name", "start", "end")
    search_fields = ("=starts_in",)


@admin.register(School)
class SchoolAdmin(ExportMixin):
    list_display = ("name", "number", "type", "network", "closed_on")
    list_filter = ("type", "network")
    search_fields = ("name", "number", "campuses__municipality__name")
    formfield_overrides = {models.URLField: {"assume_scheme": "https"}}
    inlines = (CampusInline, SchoolMembershipInline)


@admin.register(Campus)
class CampusAdmin(ExportMixin, LocatedAdmin):
    list_display = ("__str__", "key", "school", "municipality", "precision")
    list_filter = ("precision", "location_source", "municipality__province")
    list_select_related = ("school", "municipality")
    search_fields = ("name", "school__name", "school__number", "municipality__name")
    autocomplete_fields = ("school", "municipality")


@admin.register(Offering)
class OfferingAdmin(ExportMixin):
    list_display = ("programme", "campus", "school_year", "status", "pupils")
    list_filter = ("school_year", "status")
    list_select_related = ("programme", "campus__school", "school_year")
    search_fields = (
        "programme__title",
        "=programme__number",
        "campus__name",
        "campus__school__name",
    )
    autocomplete_fields = ("campus", "programme", "school_year")
