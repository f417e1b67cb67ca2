"""One identifier per call of the API: in the answer, in the problem and in every log line."""

from __future__ import annotations

import logging
from collections.abc import Callable
from contextvars import ContextVar
from uuid import uuid4

from django.http import HttpRequest, HttpResponse

HEADER = "BelGov-Trace-Id"
_trace: ContextVar[str] = ContextVar("trace", default="")


def trace_id() -> str:
    """The identifier of the call at hand; a new one outside a call."""
    return _trace.get() or str(uuid4())


class TraceMiddleware:
    """Give every call under /api/ an identifier that a caller can name when she reports it."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        # Not reset afterwards: Django logs the answer outside of the middleware.
        trace = str(uuid4()) if request.path.startswith("/api/") else ""
        _trace.set(trace)
        response = self.get_response(request)
        if trace:
            response[HEADER] = trace
        return response


class TraceFilter(logging.Filter):
    """Puts `trace` on every log record: the identifier, or a dash outside the API."""

    def filter(self, record: logging.LogRecord) -> bool:
        record.trace = _trace.get() or "-"
        return True
