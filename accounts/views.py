"""Logging in; logging out is Django's own, and all else is allauth's."""

from allauth.account import views


class LoginView(views.LoginView):
    """Log in by e-mail address; somebody who is logged in already goes home."""

    template_name = "accounts/login.html"
