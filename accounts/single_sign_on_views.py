"""Single sign-on, and what is shown when its provider does not answer."""

from __future__ import annotations

import logging
from collections.abc import Callable
from functools import wraps

from allauth.socialaccount.providers.openid_connect import views
from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from requests import RequestException

logger = logging.getLogger(__name__)


def with_patience(view: Callable[..., HttpResponse]) -> Callable[..., HttpResponse]:
    """Decorator: a provider that is down is said on a page (503), and logged."""

    @wraps(view)
    def asked(request: HttpRequest, provider_id: str) -> HttpResponse:
        try:
            return view(request, provider_id)
        except RequestException:
            logger.exception("The provider of single sign-on does not answer")
            return render(request, "socialaccount/authentication_error.html", status=503)

    return login_not_required(asked)


login = with_patience(views.login)
callback = with_patience(views.callback)
