"""API clients in the administration: make, rotate, revoke, and see their use."""

from __future__ import annotations

from typing import Any

from django import forms
from django.conf import settings
from django.contrib import admin, messages
from django.db.models import QuerySet
from django.forms import ModelForm
from django.http import HttpRequest
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from oauth2_provider import models as oauth

from accounts.api_clients import OVERLAP, ApiClient
from radar.api.scopes import SCOPES
from radar.api.throttling import calls_made

# The library shows its own tables; tokens are nobody's to see.
for model in (
    ApiClient,
    oauth.get_access_token_model(),
    oauth.get_grant_model(),
    oauth.get_id_token_model(),
    oauth.get_refresh_token_model(),
):
    if admin.site.is_registered(model):
        admin.site.unregister(model)


class ApiClientForm(ModelForm):
    """What an administrator decides; the rest of an OAuth application follows from what we are."""

    scopes = forms.MultipleChoiceField(
        label=gettext_lazy("Scopes"),
        choices=[(name, f"{name} · {text}") for name, text in SCOPES.items()],
        widget=forms.CheckboxSelectMultiple,
    )

    class Meta:
        model = ApiClient
        fields = ("name", "scopes", "calls_per_minute")


@admin.register(ApiClient)
class ApiClientAdmin(admin.ModelAdmin):
    form = ApiClientForm
    list_display = ("name", "client_id", "calls_per_minute", "last_days", "created", "revoked_at")
    search_fields = ("name", "client_id")
    readonly_fields = ("client_id", "last_days", "created", "previous_secret_until", "revoked_at")
    actions = ("rotate", "revoke")

    def get_fields(self, request: HttpRequest, obj: Any = None) -> tuple[str, ...]:
        asked = ("name", "scopes", "calls_per_minute")
        return asked + self.readonly_fields if obj else asked

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """A client is revoked, not deleted: what it wrote keeps its name."""
        return False

    @admin.display(description=gettext_lazy("calls in 30 days"))
    def last_days(self, client: ApiClient) -> str:
        made = calls_made(client.client_id)
        return _("%(ok)s answered, %(refused)s refused, %(limited)s over the limit") % made

    def save_model(self, request: HttpRequest, obj: ApiClient, form: Any, change: bool) -> None:
        if change:
            super().save_model(request, obj, form, change)
        else:
            self._show(request, obj, obj.first_secret())

    @admin.action(description=gettext_lazy("Give a new secret (the old one works for 7 more days)"))
    def rotate(self, request: HttpRequest, queryset: QuerySet[ApiClient]) -> None:
        for client in queryset.filter(revoked_at__isnull=True):
            self._show(request, client, client.rotate(OVERLAP))

    @admin.action(description=gettext_lazy("Revoke: tokens stop at once, for good"))
    def revoke(self, request: HttpRequest, queryset: QuerySet[ApiClient]) -> None:
        for client in queryset.filter(revoked_at__isnull=True):
            client.revoke()
            messages.success(request, _("%(name)s is revoked.") % {"name": client})

    def _show(self, request: HttpRequest, client: ApiClient, secret: str) -> None:
        text = _(
            "Secret of %(name)s, shown this once: %(secret)s. "
            "Its client id, also for the header %(header)s: %(client_id)s."
        )
        messages.warning(
            request,
            text
            % {
                "name": client,
                "secret": secret,
                "header": settings.API_KEY_HEADER,
                "client_id": client.client_id,
            },
        )
