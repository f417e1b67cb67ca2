"""Companies, establishments, recognitions and what follows from them in the administration."""

from typing import Any

from django.contrib import admin
from django.core.exceptions import ValidationError
from django.db import models
from django.forms import BaseInlineFormSet
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from accounts.audited_admin import SeenMixin
from companies.models import (
    Agreement,
    Approach,
    ApproachStep,
    Company,
    CompanyMembership,
    CompanyRole,
    Establishment,
    Exclusion,
    Mentor,
    Recognition,
    Transfer,
    Workplace,
)
from geo.admin import LocatedAdmin
from radar.web.admin_export import ExportMixin


class EstablishmentInline(admin.TabularInline):
    model = Establishment
    fields = ("unit_number", "name", "postal_code", "municipality", "stopped_on")
    autocomplete_fields = ("municipality",)
    show_change_link = True
    extra = 0


class OwnedFormSet(BaseInlineFormSet):
    """Users of a company: one of them owns it."""

    def clean(self) -> None:
        super().clean()
        rows = [
            form.cleaned_data
            for form in self.forms
            if form.is_valid() and form.cleaned_data and not form.cleaned_data.get("DELETE")
        ]
        if rows and not any(row["role"] == CompanyRole.OWNER for row in rows):
            raise ValidationError(_("A company with users needs an owner."))


class CompanyMembershipInline(admin.TabularInline):
    model = CompanyMembership
    formset = OwnedFormSet
    autocomplete_fields = ("user",)
    extra = 0


class RecognitionInline(admin.TabularInline):
    model = Recognition
    fields = ("programme", "status", "valid_from", "valid_until")
    autocomplete_fields = ("programme",)
    show_change_link = True
    extra = 0


class MentorInline(admin.TabularInline):
    model = Mentor
    fields = ("name", "email", "trained_on", "pupil_limit")
    extra = 0


class WorkplaceInline(admin.TabularInline):
    model = Workplace
    autocomplete_fields = ("school_year",)
    extra = 0


class ApproachStepInline(admin.TabularInline):
    """The history is read here, and written by the steps themselves."""

    model = ApproachStep
    fields = readonly_fields = ("at", "side", "by", "from_status", "to_status", "note")
    can_delete = False
    extra = max_num = 0


@admin.display(description=_("number"))
def dotted(record: Company | Establishment) -> str:
    """The KBO number as people read it."""
    return record.dotted_number


@admin.register(Company)
class CompanyAdmin(ExportMixin):
    list_display = ("name", dotted, "sector", "stopped_on")
    list_filter = ("sector",)
    list_select_related = ("sector",)
    search_fields = ("name", "enterprise_number")
    autocomplete_fields = ("sector",)
    formfield_overrides = {models.URLField: {"assume_scheme": "https"}}
    inlines = (EstablishmentInline, CompanyMembershipInline)


@admin.register(Establishment)
class EstablishmentAdmin(ExportMixin, LocatedAdmin):
    list_display = ("name", dotted, "company", "municipality", "precision", "stopped_on")
    list_filter = ("precision", "location_source", "municipality__province")
    list_select_related = ("company", "municipality")
    search_fields = ("name", "unit_number", "company__name", "municipality__name")
    autocomplete_fields = ("company", "municipality")
    inlines = (RecognitionInline, MentorInline)


@admin.register(Recognition)
class RecognitionAdmin(ExportMixin):
    list_display = ("establishment", "programme", "sector", "status", "valid_from", "valid_until")
    list_filter = ("status", "sector")
    list_select_related = ("establishment", "programme", "sector")
    search_fields = ("establishment__name", "establishment__unit_number", "programme__title")
    autocomplete_fields = ("establishment", "programme", "sector")
    date_hierarchy = "valid_until"
    inlines = (WorkplaceInline,)


@admin.register(Workplace)
class WorkplaceAdmin(ExportMixin):
    list_display = ("recognition", "school_year", "places_offered", "places_taken", "confirmed_on")
    list_filter = ("school_year",)
    list_select_related = (
        "recognition__establishment",
        "recognition__programme",
        "school_year",
    )
    search_fields = ("recognition__establishment__name", "recognition__programme__title")
    autocomplete_fields = ("recognition", "school_year")


@admin.register(Mentor)
class MentorAdmin(SeenMixin, ExportMixin):
    list_display = ("name", "establishment", "trained_on", "training_due_on")
    list_select_related = ("establishment",)
    search_fields = ("name", "establishment__name")
    autocomplete_fields = ("establishment",)


@admin.register(Exclusion)
class ExclusionAdmin(ExportMixin):
    list_display = ("__str__", "valid_from", "valid_until")
    list_select_related = ("establishment", "company")
    search_fields = ("establishment__name", "company__name")
    autocomplete_fields = ("establishment", "company")


@admin.register(Transfer)
class TransferAdmin(ExportMixin):
    list_display = ("establishment", "from_company", "to_company", "on")
    list_select_related = ("establishment", "from_company", "to_company")
    search_fields = ("establishment__name", "from_company__name", "to_company__name")
    autocomplete_fields = ("establishment", "from_company", "to_company")


@admin.register(Agreement)
class AgreementAdmin(ExportMixin):
    list_display = ("pupil_reference", "campus", "kind", "status", "starts_on", "ends_on")
    list_filter = ("kind", "status")
    list_select_related = ("campus__school",)
    search_fields = ("pupil_reference", "campus__name", "campus__school__name")
    autocomplete_fields = ("campus", "workplace", "mentor", "approach")

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> tuple[str, ...]:
        # From one state to the next lead the actions, which also tell whom it concerns.
        return ("status", "workplace", "starts_on") if obj else ()


@admin.register(Approach)
class ApproachAdmin(ExportMixin):
    list_display = ("campus", "establishment", "programme", "status", "sent_on", "answered_on")
    list_filter = ("status",)
    list_select_related = ("campus__school", "establishment", "programme")
    search_fields = ("campus__school__name", "establishment__name", "programme__title")
    autocomplete_fields = ("campus", "establishment", "programme", "coordinator")
    inlines = (ApproachStepInline,)

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> tuple[str, ...]:
        return ("status",) if obj else ()
