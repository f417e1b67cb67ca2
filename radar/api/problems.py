"""Errors as problem details (RFC 9457) in the style of the belgif REST guide."""

from __future__ import annotations

import logging
from collections.abc import Iterable
from typing import Any, NotRequired, TypedDict

from django.core.exceptions import BadRequest, RequestDataTooBig, SuspiciousOperation
from django.core.exceptions import PermissionDenied as DjangoPermissionDenied
from django.http import Http404, HttpRequest, JsonResponse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, gettext_noop
from rest_framework import exceptions, status
from rest_framework.renderers import JSONRenderer
from rest_framework.response import Response

from radar.api.tracing import trace_id

logger = logging.getLogger(__name__)

TYPE = "urn:problem-type:belgif:"
ISSUE_TYPE = "urn:problem-type:belgif:input-validation:"

#: Titles of the errors that bring their own type.
TITLES = {
    "cursorExpired": gettext_noop("Gone"),
    "conflict": gettext_noop("Not in this state"),
    "payloadTooLarge": gettext_noop("The body is too large"),
    "idempotencyKeyReused": gettext_noop("This key was used before"),
    "preconditionRequired": gettext_noop("If-Match is missing"),
    "preconditionFailed": gettext_noop("The item has changed"),
}

Issue = TypedDict(
    "Issue",
    {"type": str, "in": str, "name": str, "value": NotRequired[str], "detail": str},
)


class ProblemRenderer(JSONRenderer):
    media_type = "application/problem+json"


class BadInput(exceptions.APIException):
    """400 with an issue for each parameter that is wrong."""

    status_code = status.HTTP_400_BAD_REQUEST
    default_detail = gettext_lazy("The input is not valid.")

    def __init__(self, issues: Iterable[Issue]) -> None:
        super().__init__()
        self.issues = list(issues)


#: What a body may weigh; Django's own limit is a little more.
MAX_BYTES = 2 << 20


class PayloadTooLarge(exceptions.APIException):
    """413."""

    status_code = status.HTTP_413_REQUEST_ENTITY_TOO_LARGE
    belgif_type = "payloadTooLarge"

    def __init__(self) -> None:
        super().__init__(_("A body is at most %(most)s bytes.") % {"most": MAX_BYTES})


class Conflict(exceptions.APIException):
    """409: what is asked does not go together with the state that it is in."""

    status_code = status.HTTP_409_CONFLICT
    belgif_type = "conflict"


def issue(
    name: str,
    detail: str,
    value: str | None = None,
    kind: str = "schemaViolation",
    place: str = "query",
) -> Issue:
    """One issue with a parameter or a field; `kind` is a belgif input validation type."""
    found: Issue = {"type": ISSUE_TYPE + kind, "in": place, "name": name, "detail": detail}
    if value is not None:
        found["value"] = value[:200]
    return found


def _kind(error: exceptions.APIException) -> tuple[str, str]:
    """The belgif type and the title of an error."""
    match error:
        case exceptions.NotAuthenticated():
            return "noAccessToken", _("Log in first")
        case exceptions.AuthenticationFailed():
            return getattr(error, "belgif_type", "invalidAccessToken"), _(
                "The credentials are not valid"
            )
        case exceptions.PermissionDenied() if hasattr(error, "scope"):
            return "missingScope", _("The token lacks a scope")
        case exceptions.PermissionDenied():
            return "missingPermission", _("Not allowed")
        case exceptions.NotFound():
            return "resourceNotFound", _("Not found")
        case exceptions.MethodNotAllowed():
            return "methodNotAllowed", _("This method is not allowed here")
        case exceptions.NotAcceptable():
            return "notAcceptable", _("This format is not offered")
        case exceptions.UnsupportedMediaType():
            return "unsupportedMediaType", _("This media type is not accepted")
        case exceptions.Throttled():
            return "tooManyRequests", _("Too many requests")
        case _ if hasattr(error, "belgif_type"):
            return error.belgif_type, _(TITLES.get(error.belgif_type, "Bad request"))
        case _ if error.status_code < status.HTTP_500_INTERNAL_SERVER_ERROR:
            return "badRequest", _("Bad request")
        case _:
            return "internalServerError", _("Something went wrong")


def _as_api_exception(error: Exception, instance: str) -> exceptions.APIException:
    """What DRF would call an error; one that nobody foresaw is logged under its instance."""
    match error:
        case exceptions.APIException():
            return error
        case Http404():
            return exceptions.NotFound()
        case DjangoPermissionDenied():
            return exceptions.PermissionDenied()
        case RequestDataTooBig():
            return PayloadTooLarge()
        # Django raises these for a request it cannot read, such as one of 1,001 parameters.
        case SuspiciousOperation() | BadRequest():
            return exceptions.ParseError(_("The request cannot be read."))
    logger.error("Unforeseen error %s", instance, exc_info=error)
    return exceptions.APIException(_("The error is logged under this instance."))


def _body(error: exceptions.APIException, instance: str) -> dict[str, Any]:
    kind, title = _kind(error)
    body: dict[str, Any] = {
        "type": TYPE + kind,
        "title": title,
        "status": error.status_code,
        "detail": str(error.detail),
        "instance": instance,
    }
    if scope := getattr(error, "scope", None):
        body["requiredScopes"] = [scope]
    if wait := getattr(error, "wait", None):
        body["retryAfterSec"] = int(wait)
    if isinstance(error, BadInput):
        body["issues"] = error.issues
    return body


def problem_response(error: Exception, context: dict[str, Any]) -> Response:
    """DRF's exception handler: every error of the API as a problem, also an unforeseen one.

    The `instance` of the answer is in the log line of the error.
    """
    instance = f"urn:uuid:{trace_id()}"
    known = _as_api_exception(error, instance)
    headers = {}
    if challenge := getattr(known, "auth_header", None):
        headers["WWW-Authenticate"] = challenge
    if wait := getattr(known, "wait", None):
        headers["Retry-After"] = str(int(wait))
    response = Response(_body(known, instance), status=known.status_code, headers=headers)
    request = context.get("request")
    if request is not None:
        # A problem is JSON whatever was asked for.
        request.accepted_renderer = ProblemRenderer()
        request.accepted_media_type = ProblemRenderer.media_type
    return response


def problem_of(error: Exception) -> dict[str, Any]:
    """The body of a problem, for one that is part of an answer."""
    instance = f"urn:uuid:{trace_id()}"
    return _body(_as_api_exception(error, instance), instance)


def is_api(request: HttpRequest) -> bool:
    """Whether whoever asks expects JSON: every address under /api/, of any version."""
    return request.path.startswith("/api/")


def problem_page(error: Exception) -> JsonResponse:
    """The problem for an error outside DRF: no such address, a middleware that failed."""
    instance = f"urn:uuid:{trace_id()}"
    known = _as_api_exception(error, instance)
    return JsonResponse(
        _body(known, instance),
        status=known.status_code,
        content_type=ProblemRenderer.media_type,
    )
