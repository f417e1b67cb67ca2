"""Webhooks in the administration: to look at, and to switch off and on. Clients make them."""

from __future__ import annotations

from typing import Any

from django.contrib import admin, messages
from django.db.models import Count, Q, QuerySet
from django.http import HttpRequest
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.webhooks.models import Disabled, WebhookSubscription


@admin.register(WebhookSubscription)
class WebhookAdmin(admin.ModelAdmin):
    list_display = (
        "url",
        "client",
        "resources",
        "waiting",
        "failing_since",
        "disabled_at",
        "disabled_reason",
    )
    list_filter = ("client", "disabled_reason")
    search_fields = ("url", "client__name")
    actions = ("enable", "disable")

    def get_queryset(self, request: HttpRequest) -> QuerySet[WebhookSubscription]:
        waiting = Count("deliveries", filter=Q(deliveries__delivered_at__isnull=True))
        return super().get_queryset(request).select_related("client").annotate(waiting=waiting)

    def has_add_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Actions need it; a webhook itself is its client's."""
        return obj is None and super().has_change_permission(request)

    @admin.display(description=gettext_lazy("calls that wait"), ordering="waiting")
    def waiting(self, webhook: Any) -> int:
        return int(webhook.waiting)

    @admin.action(description=gettext_lazy("Enable: what waits is sent"))
    def enable(self, request: HttpRequest, queryset: QuerySet[WebhookSubscription]) -> None:
        for webhook in queryset.filter(disabled_at__isnull=False):
            webhook.enable()
            messages.success(request, _("%(name)s is enabled.") % {"name": webhook})

    @admin.action(description=gettext_lazy("Disable: it is called no more"))
    def disable(self, request: HttpRequest, queryset: QuerySet[WebhookSubscription]) -> None:
        for webhook in queryset.filter(disabled_at__isnull=True):
            webhook.disable(Disabled.ASKED)
            messages.success(request, _("%(name)s is disabled.") % {"name": webhook})
