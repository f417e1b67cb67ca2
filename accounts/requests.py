"""The type of a request behind the login, for views that need the user."""

from collections.abc import Callable
from functools import wraps
from typing import Any

from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django_htmx.middleware import HtmxDetails

from accounts.models import User


class UserRequest(HttpRequest):
    """A request that LoginRequiredMiddleware let through, so that its user is a real one."""

    user: User
    htmx: HtmxDetails


def administrators_only(view: Callable[..., HttpResponse]) -> Callable[..., HttpResponse]:
    """Decorator of a view: whoever is no administrator is refused (403)."""

    @wraps(view)
    def guarded(request: UserRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        if not request.user.is_superuser:
            raise PermissionDenied
        return view(request, *args, **kwargs)

    return guarded
