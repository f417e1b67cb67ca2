"""The form people log in with."""

from django.contrib.auth.forms import AuthenticationForm
from django.utils.translation import gettext_lazy as _


class LoginForm(AuthenticationForm):
    """E-mail address and password. A wrong pair never tells which of the two was wrong."""

    error_messages = AuthenticationForm.error_messages | {
        "invalid_login": _("This e-mail address and password do not belong together."),
    }

    def clean_username(self) -> str:
        """In small letters, so that another spelling is no new account with ten new chances."""
        return str(self.cleaned_data["username"]).strip().lower()
