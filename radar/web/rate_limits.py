"""At most so many requests from one address, for pages that need no login."""

from collections.abc import Callable
from functools import wraps
from typing import Any

from django.core.cache import cache
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

View = Callable[..., HttpResponse]


def limited(name: str, requests: int, seconds: int) -> Callable[[View], View]:
    """Decorator of a view: the address that asks more often gets 429 until the time is over.

    The time starts with the first request; views with the same name share their count.
    """

    def decorate(view: View) -> View:
        @wraps(view)
        def guarded(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
            key = f"limited.{name}.{request.META.get('REMOTE_ADDR', '')}"
            cache.add(key, 0, seconds)
            try:
                asked = cache.incr(key)
            except ValueError:  # it ended between the two
                return view(request, *args, **kwargs)
            if asked <= requests:
                return view(request, *args, **kwargs)
            response = render(request, "429.html", status=429)
            response["Retry-After"] = str(seconds)
            return response

        return guarded

    return decorate
