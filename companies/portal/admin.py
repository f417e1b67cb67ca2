"""Claims, invitations and requests in the administration: to look up, not to change."""

from typing import Any

from django.contrib import admin
from django.db.models import Model
from django.http import HttpRequest

from companies.portal.models import Claim, Invitation, RecognitionRequest, RenewalReminder


class ReadOnlyAdmin(admin.ModelAdmin):
    """What changes only through its actions, which tell whom they concern."""

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        return False


@admin.register(Claim)
class ClaimAdmin(ReadOnlyAdmin):
    list_display = ("company", "user", "proof", "status", "opened_at", "closed_at")
    list_filter = ("status", "proof")
    list_select_related = ("company", "user")
    search_fields = ("company__name", "company__enterprise_number", "user__email")


@admin.register(Invitation)
class InvitationAdmin(ReadOnlyAdmin):
    list_display = ("company", "email", "role", "capacity", "sent_at", "expires_at", "accepted_at")
    list_filter = ("capacity", "role")
    list_select_related = ("company",)
    search_fields = ("company__name", "company__enterprise_number", "email")


@admin.register(RecognitionRequest)
class RecognitionRequestAdmin(ReadOnlyAdmin):
    list_display = ("establishment", "programme", "school", "recognition", "changed_at")
    list_select_related = (
        "establishment",
        "programme",
        "school",
        "recognition__programme",
        "recognition__establishment",
    )
    search_fields = ("establishment__name", "establishment__unit_number", "programme__title")


@admin.register(RenewalReminder)
class RenewalReminderAdmin(ReadOnlyAdmin):
    list_display = ("recognition", "stage", "valid_until", "sent_on")
    list_filter = ("stage",)
    list_select_related = ("recognition__establishment", "recognition__programme")
    search_fields = ("recognition__establishment__name",)
