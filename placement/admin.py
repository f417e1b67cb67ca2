"""Placement in the administration."""

from django.contrib import admin

from placement.models import ErrorReport, PupilRequest
from radar.web.admin_export import ExportMixin


@admin.register(PupilRequest)
class PupilRequestAdmin(ExportMixin):
    list_display = ("reference", "campus", "programme", "school_year", "status", "started_on")
    list_filter = ("status", "school_year")
    list_select_related = ("campus__school", "programme", "school_year")
    search_fields = ("reference", "campus__name", "campus__school__name")
    autocomplete_fields = ("campus", "programme", "school_year", "agreement")


@admin.register(ErrorReport)
class ErrorReportAdmin(ExportMixin):
    list_display = ("establishment", "subject", "sector", "reported_at", "settled_at")
    list_filter = ("subject", "sector")
    list_select_related = ("establishment", "sector")
    search_fields = ("establishment__name", "establishment__unit_number", "text")
    autocomplete_fields = ("establishment", "sector", "reported_by", "settled_by")
