"""The audit log in the administration, and forms there that note who looked at somebody's data."""

from __future__ import annotations

from typing import Any

from auditlog.admin import LogEntryAdmin
from auditlog.models import LogEntry
from django.contrib import admin
from django.http import HttpRequest, HttpResponse

from accounts import audit


class SeenMixin(admin.ModelAdmin):
    """Notes that an administrator saw the personal data of a record, when she opens its form."""

    def change_view(
        self, request: HttpRequest, object_id: str, *args: Any, **kwargs: Any
    ) -> HttpResponse:
        response = super().change_view(request, object_id, *args, **kwargs)
        if request.method == "GET" and response.status_code == 200:
            record = self.get_object(request, object_id)
            if record is not None:
                audit.seen(request.user, [record], "administration")  # type: ignore[arg-type]
        return response


admin.site.unregister(LogEntry)


@admin.register(LogEntry)
class AuditLogAdmin(LogEntryAdmin):
    """Who saw and changed what: by action, kind of record and day; by name of either."""

    list_display = ("created", "user_url", "action", "resource_url", "msg_short")
    show_full_result_count = False
