"""The routes of the site, and which of them show something to who opens their address."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Iterator
from typing import Any

from django.urls import URLPattern, URLResolver


def routes(patterns: list[Any], prefix: str = "") -> Iterator[tuple[str, Callable[..., Any]]]:
    """Every route of the site, as a resolved address names it, with its view."""
    for pattern in patterns:
        # A regular expression says where it starts, which the whole route does not.
        part = str(pattern.pattern)
        route = prefix + (part.removeprefix("^") if prefix else part)
        if isinstance(pattern, URLResolver):
            yield from routes(pattern.url_patterns, route)
        elif isinstance(pattern, URLPattern):
            yield route, pattern.callback


def answers_get(view: Callable[..., Any] | None) -> bool:
    """Whether a view answers GET, as its class or the decorators around it say."""
    view_class = getattr(view, "view_class", None)
    if view_class is not None:
        return hasattr(view_class, "get") and "get" in view_class.http_method_names
    while view is not None:
        if inspect.isfunction(view):
            methods = inspect.getclosurevars(view).nonlocals.get("request_method_list")
            if methods is not None and "GET" not in methods:
                return False
        view = getattr(view, "__wrapped__", None)
    return True
