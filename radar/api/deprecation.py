"""What goes: an operation that says in each answer since when it is deprecated and when it ends.

    @deprecated(since=date(2027, 1, 1), sunset=date(2027, 7, 1), instead="/api/v1/matches")
    @extend_schema(...)
    def get(self, request): ...

The headers are those of RFC 9745 (`Deprecation`), RFC 8594 (`Sunset`) and RFC 8288 (`Link`), on
errors too; the OpenAPI document marks the operation. docs/api/README.md has the promise.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import Any, TypeVar

from django.http import HttpRequest, HttpResponse
from django.utils.http import http_date
from drf_spectacular.utils import extend_schema

#: We promise that what breaks a client is announced so long before.
NOTICE = timedelta(days=60)
POLICY = "/api/v1/docs"

Method = TypeVar("Method", bound=Callable[..., Any])


@dataclass(frozen=True)
class Deprecation:
    """Since when an operation is deprecated, when it ends, and what to use instead."""

    since: date
    sunset: date
    instead: str = ""

    def __post_init__(self) -> None:
        if self.sunset - self.since < NOTICE:
            raise ValueError(f"An operation is announced at least {NOTICE.days} days before.")

    def headers(self) -> dict[str, str]:
        links = [f'<{POLICY}>; rel="deprecation"; type="text/html"']
        if self.instead:
            links.append(f'<{self.instead}>; rel="successor-version"')
        return {
            "Deprecation": f"@{_seconds(self.since)}",
            "Sunset": http_date(_seconds(self.sunset)),
            "Link": ", ".join(links),
        }


def _seconds(day: date) -> int:
    return int(datetime.combine(day, time.min, UTC).timestamp())


def deprecated(since: date, sunset: date, instead: str = "") -> Callable[[Method], Method]:
    """Decorator of a view's method. Raises ValueError for less notice than we promise."""
    found = Deprecation(since, sunset, instead)

    def decorate(method: Method) -> Method:
        marked: Any = extend_schema(deprecated=True)(method)
        marked.deprecation = found
        return marked

    return decorate


class DeprecationMiddleware:
    """Puts the headers of a deprecated operation on every answer of it."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response = self.get_response(request)
        found: Deprecation | None = getattr(request, "deprecation", None)
        for name, value in found.headers().items() if found else ():
            response[name] = value
        return response

    def process_view(self, request: HttpRequest, view: Any, args: Any, kwargs: Any) -> None:
        of = getattr(view, "cls", None)
        method = getattr(of, (request.method or "").lower(), None)
        request.deprecation = getattr(method, "deprecation", None)  # type: ignore[attr-defined]
