"""The type of a request behind the login, for views that need the user."""

from django.http import HttpRequest
from django_htmx.middleware import HtmxDetails

from accounts.models import User


class UserRequest(HttpRequest):
    """A request that LoginRequiredMiddleware let through, so that its user is a real one."""

    user: User
    htmx: HtmxDetails
