"""Logging in; logging out is Django's own."""

from django.contrib.auth import views

from accounts.forms import LoginForm


class LoginView(views.LoginView):
    """Log in by e-mail address; somebody who is logged in already goes home."""

    authentication_form = LoginForm
    template_name = "accounts/login.html"
    redirect_authenticated_user = True
