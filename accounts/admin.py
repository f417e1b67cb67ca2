"""Users in the administration. For whom they act is managed with the organisation itself."""

from typing import Any

from django.contrib import admin, messages
from django.contrib.auth.admin import UserAdmin as BaseUserAdmin
from django.contrib.auth.forms import AdminUserCreationForm
from django.contrib.auth.models import Group
from django.core.exceptions import ValidationError
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from accounts.audited_admin import AuditLogAdmin, SeenMixin
from accounts.clients_admin import ApiClientAdmin
from accounts.deletion import delete_account
from accounts.models import User

__all__ = ["ApiClientAdmin", "AuditLogAdmin", "UserAdmin", "UserCreationForm"]

# Roles follow from memberships; groups would be a second, hidden way.
admin.site.unregister(Group)


class UserCreationForm(AdminUserCreationForm):
    class Meta:
        model = User
        fields = ("email",)


@admin.register(User)
class UserAdmin(SeenMixin, BaseUserAdmin):
    actions = ("delete_accounts",)
    add_form = UserCreationForm
    ordering = ("email",)
    list_display = ("email", "first_name", "last_name", "is_active", "is_superuser", "last_login")
    list_filter = ("is_active", "is_superuser")
    search_fields = ("email", "first_name", "last_name")
    filter_horizontal = ()
    readonly_fields = ("last_login", "date_joined")
    fieldsets = (
        (None, {"fields": ("email", "password")}),
        (_("Person"), {"fields": ("first_name", "last_name")}),
        (_("Access"), {"fields": ("is_active", "is_staff", "is_superuser")}),
        (_("Dates"), {"fields": ("last_login", "date_joined")}),
    )
    add_fieldsets = ((None, {"fields": ("email", "usable_password", "password1", "password2")}),)

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Not as rows: an account is deleted as its owner would, by the action."""
        return False

    @admin.action(description=_("Delete the accounts"), permissions=["change"])
    def delete_accounts(self, request: HttpRequest, users: QuerySet[User]) -> None:
        """As each of them could; what hinders one is told, and keeps no other."""
        for user in users:
            name = str(user)
            try:
                delete_account(user)
            except ValidationError as error:
                self.message_user(request, f"{name}: {' '.join(error.messages)}", messages.WARNING)
            else:
                self.message_user(request, _("%(user)s is deleted.") % {"user": name})
