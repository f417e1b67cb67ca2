"""Placement in the administration."""

from django.contrib import admin

from placement.models import (
    ContactSettings,
    ErrorReport,
    MessageTemplate,
    PupilRequest,
    Shortlist,
    ShortlistEntry,
)
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


class ShortlistEntryInline(admin.TabularInline):
    model = ShortlistEntry
    fields = ("position", "establishment", "note")
    autocomplete_fields = ("establishment",)
    extra = 0


@admin.register(Shortlist)
class ShortlistAdmin(ExportMixin):
    list_display = ("campus", "programme")
    list_select_related = ("campus__school", "programme")
    search_fields = ("campus__name", "campus__school__name", "programme__title")
    autocomplete_fields = ("campus", "programme")
    inlines = (ShortlistEntryInline,)


@admin.register(MessageTemplate)
class MessageTemplateAdmin(ExportMixin):
    list_display = ("name", "school", "language")
    list_select_related = ("school",)
    search_fields = ("name", "school__name")
    autocomplete_fields = ("school",)


@admin.register(ContactSettings)
class ContactSettingsAdmin(ExportMixin):
    list_display = ("school", "answer_days", "shows_name")
    list_select_related = ("school",)
    search_fields = ("school__name",)
    autocomplete_fields = ("school",)
