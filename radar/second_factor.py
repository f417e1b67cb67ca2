"""Consultants and administrators go nowhere before they have set up a second factor."""

from collections.abc import Callable

from allauth.account.authentication import get_authentication_records
from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import Resolver404, resolve
from django.utils.translation import gettext as _
from rest_framework.exceptions import PermissionDenied

from accounts.models import User
from radar.api.problems import is_api, problem_page
from radar.pages.navigation import roles_of

#: What one needs on the way there.
OPEN = ("account_", "mfa_", "socialaccount_", "openid_connect_")
ALSO_OPEN = {"login", "logout", "health", "privacy"}


class SecondFactorMiddleware:
    """Sends who lacks a second factor to the page that sets one up; the API answers 403.

    Who came by single sign-on is let through where the provider asked for a second factor itself
    (`SINGLE_SIGN_ON_HAS_SECOND_FACTOR`).
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if settings.SECOND_FACTOR_REQUIRED and not is_open(request.path_info) and lacks_it(request):
            if is_api(request):
                return problem_page(PermissionDenied(_("Set up a second factor first.")))
            return redirect("mfa_activate_totp")
        return self.get_response(request)


def is_open(path: str) -> bool:
    """Whether an address is on the way to a second factor, or none of ours."""
    try:
        name = resolve(path).url_name or ""
    except Resolver404:
        return True
    return name.startswith(OPEN) or name in ALSO_OPEN


def lacks_it(request: HttpRequest) -> bool:
    """Whether the user at hand needs a second factor and has none: her roles say so."""
    user = request.user
    if not isinstance(user, User) or came_by_single_sign_on(request, user):
        return False
    roles = roles_of(request, user)
    return (roles.administrator or roles.consultant) and not roles.second_factor


def came_by_single_sign_on(request: HttpRequest, user: User) -> bool:
    return settings.SINGLE_SIGN_ON_HAS_SECOND_FACTOR and any(
        record["method"] == "socialaccount" for record in get_authentication_records(request, user)
    )
