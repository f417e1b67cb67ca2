"""Pages that belong to no app."""

import sys
from typing import Any, cast

from django.contrib.auth.decorators import login_not_required
from django.contrib.auth.views import redirect_to_login
from django.core.cache import cache
from django.core.exceptions import PermissionDenied
from django.db import connection
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.cache import never_cache

from accounts.requests import UserRequest
from companies.models import CompanyMembership
from radar.api.problems import is_api, problem_page
from radar.pages.home import home_context
from schools.models import SchoolMembership, SectorMembership


@login_not_required
def home(request: HttpRequest) -> HttpResponse:
    """What the site is for a visitor; where she left off for a user."""
    if not request.user.is_authenticated:
        return render(request, "pages/landing.html")
    return render(request, "pages/home.html", home_context(cast(UserRequest, request)))


def profile(request: UserRequest) -> HttpResponse:
    """Who you are to the site: your name, your address, and for whom you act."""
    user = request.user
    return render(
        request,
        "pages/profile.html",
        {
            "schools": SchoolMembership.objects.filter(user=user).select_related("school"),
            "companies": CompanyMembership.objects.filter(user=user).select_related("company"),
            "sectors": SectorMembership.objects.filter(user=user).select_related("sector"),
        },
    )


@login_not_required
@never_cache
def admin_login(request: HttpRequest) -> HttpResponse:
    """To the site's own login; somebody logged in who may not administer is told so."""
    if request.user.is_authenticated:
        raise PermissionDenied
    return redirect_to_login(request.GET.get("next") or reverse("admin:index"))


@login_not_required
@never_cache
def health(request: HttpRequest) -> JsonResponse:
    """Whether this process reaches its database and its cache, for the container's health check."""
    working = {"database": _works(_ask_database), "cache": _works(_ask_cache)}
    return JsonResponse(working, status=200 if all(working.values()) else 503)


def _works(ask: Any) -> bool:
    # Whatever the driver raises, the answer is the same: it does not work.
    try:
        return bool(ask())
    except Exception:
        return False


def _ask_database() -> bool:
    with connection.cursor() as cursor:
        cursor.execute("SELECT 1")
        return cursor.fetchone() == (1,)


def _ask_cache() -> bool:
    cache.set("health", "well", 10)
    return cache.get("health") == "well"


def bad_request(request: HttpRequest, exception: Exception) -> HttpResponse:
    if is_api(request):
        return problem_page(exception)
    return render(request, "400.html", status=400)


def forbidden(request: HttpRequest, exception: Exception) -> HttpResponse:
    if is_api(request):
        return problem_page(exception)
    return render(request, "403.html", status=403)


def not_found(request: HttpRequest, exception: Exception) -> HttpResponse:
    if is_api(request):
        return problem_page(exception)
    return render(request, "404.html", status=404)


def server_error(request: HttpRequest) -> HttpResponse:
    """Drawn without the database: what failed may be the database."""
    if is_api(request):
        error = sys.exception()
        return problem_page(error if isinstance(error, Exception) else RuntimeError())
    return render(request, "500.html", status=500)
