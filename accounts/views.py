"""Logging in and choosing a first password; all else is allauth's, and logging out Django's."""

from typing import Any

from allauth.account import views
from allauth.socialaccount.models import SocialAccount
from django.core.exceptions import PermissionDenied
from django.http import HttpResponseBase

from accounts.requests import UserRequest


class LoginView(views.LoginView):
    """Log in by e-mail address; somebody who is logged in already goes home."""

    template_name = "accounts/login.html"


class PasswordSetView(views.PasswordSetView):
    """A first password, for whom an administrator made an account.

    Who comes by single sign-on gets none: her organisation could not take away her access.
    """

    def dispatch(self, request: UserRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        if SocialAccount.objects.filter(user=request.user).exists():
            raise PermissionDenied
        return super().dispatch(request, *args, **kwargs)
