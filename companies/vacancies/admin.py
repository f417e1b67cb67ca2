"""Which occupations a programme leads to, and how far vacancies were read."""

from __future__ import annotations

from typing import Any

from django.contrib import admin
from django.http import HttpRequest

from companies.vacancies.models import OccupationLink, VacancySync
from radar.web.admin_export import ExportMixin


@admin.register(OccupationLink)
class OccupationLinkAdmin(ExportMixin):
    """Changed one by one here, or all at once with an import of the kind “occupations”."""

    list_display = ("programme", "code", "label")
    list_select_related = ("programme",)
    search_fields = ("programme__title", "=programme__number", "code", "label")
    autocomplete_fields = ("programme",)


@admin.register(VacancySync)
class VacancySyncAdmin(admin.ModelAdmin):
    list_display = ("source", "initial_day", "initial_from", "read_until")

    def has_add_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False
