"""Somebody who is logged in, without the form; and asking the database beside a browser."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any, TypeVar

from allauth.account.internal.flows.login import record_authentication
from django.conf import settings
from django.db import connection
from django.test import Client, RequestFactory

from accounts.models import User
from companies.portal.acting import SESSION_KEY

T = TypeVar("T")
BACKEND = "django.contrib.auth.backends.ModelBackend"


def ask_database(question: Callable[[], T]) -> T:
    """Ask in a thread of its own: Django refuses where a browser is being driven."""

    def ask() -> T:
        try:
            return question()
        finally:
            connection.close()

    with ThreadPoolExecutor(1) as thread:
        return thread.submit(ask).result()


def login_state_of(email: str) -> Any:
    """The cookies of a user who has just typed her password.

    Who acts for several companies, acts for the one that she came to first.
    """

    def log_in() -> str:
        user = User.objects.get(email=email)
        client = Client()
        client.force_login(user, BACKEND)
        session = client.session
        request = RequestFactory().get("/")
        request.session = session
        record_authentication(request, user, "password", email=email)
        if company := user.companymemberships.order_by("pk").first():
            session[SESSION_KEY] = company.company_id
        session.save()
        return str(session.session_key)

    cookie = {
        "name": settings.SESSION_COOKIE_NAME,
        "value": ask_database(log_in),
        "domain": "localhost",
        "path": "/",
        "expires": -1,
        "httpOnly": True,
        "secure": False,
        "sameSite": "Lax",
    }
    return {"cookies": [cookie], "origins": []}
