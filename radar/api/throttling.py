"""At most so many calls a minute for a client, and how many calls it made.

Both are counters in Redis: the limit's lives for two minutes, the use of a day for forty days.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from datetime import date, timedelta
from typing import TYPE_CHECKING

from django.core.cache import cache
from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from rest_framework.request import Request
from rest_framework.throttling import BaseThrottle

from radar.api.callers import client_of

if TYPE_CHECKING:
    from rest_framework.views import APIView

WINDOW = 60
USE_DAYS = 40
#: What happened to a call, as the administrator's screen tells it.
OUTCOMES = ("ok", "refused", "limited")


class ClientThrottle(BaseThrottle):
    """A fixed window of a minute, for each client; people who are logged in have no limit."""

    reset: int

    def allow_request(self, request: Request, view: APIView) -> bool:
        caller = client_of(request)
        if caller is None:
            return True
        now = time.time()
        self.reset = WINDOW - int(now) % WINDOW
        made = _count(f"api.calls.{caller.client_id}.{int(now) // WINDOW}", 2 * WINDOW)
        request._request.rate_limit = (  # type: ignore[attr-defined]
            caller.client_id,
            caller.calls_per_minute,
            max(0, caller.calls_per_minute - made),
            self.reset,
        )
        return made <= caller.calls_per_minute

    def wait(self) -> float:
        return self.reset


class RateLimitMiddleware:
    """Say what is left of the limit, as the IETF's draft does, and count the client's use."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response = self.get_response(request)
        if limit := getattr(request, "rate_limit", None):
            client_id, quota, left, reset = limit
            response["RateLimit-Policy"] = f'"default";q={quota};w={WINDOW}'
            response["RateLimit"] = f'"default";r={left};t={reset}'
            _count(_use_key(client_id, timezone.localdate(), _outcome(response)), _USE_SECONDS)
        return response


def _outcome(response: HttpResponse) -> str:
    if response.status_code == 429:
        return "limited"
    return "ok" if response.status_code < 400 else "refused"


_USE_SECONDS = USE_DAYS * 86_400


def calls_made(client_id: str, days: int = 30) -> dict[str, int]:
    """The calls of a client in the last days, today included, by outcome."""
    today = timezone.localdate()
    keys = {
        _use_key(client_id, today - timedelta(days=ago), outcome): outcome
        for ago in range(days)
        for outcome in OUTCOMES
    }
    made = dict.fromkeys(OUTCOMES, 0)
    for key, count in cache.get_many(keys).items():
        made[keys[key]] += count
    return made


def _use_key(client_id: str, day: date, outcome: str) -> str:
    return f"api.use.{client_id}.{day:%Y%m%d}.{outcome}"


def _count(key: str, seconds: int) -> int:
    """One more; the new count. The counter ends by itself."""
    try:
        return cache.incr(key)
    except ValueError:  # the first; of two that think so, one adds
        cache.add(key, 0, seconds)
        return cache.incr(key)
