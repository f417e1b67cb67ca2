"""`POST /api/v1/token`: a token for a client id and its secret (OAuth2 client credentials)."""

from __future__ import annotations

from base64 import b64decode
from hashlib import sha256

from django.contrib.auth.decorators import login_not_required
from django.core.cache import cache
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.utils.decorators import method_decorator
from oauth2_provider.views import TokenView as LibraryTokenView

#: Wrong attempts for one client from one address in a minute: checking a secret is slow on purpose.
ATTEMPTS = 30


@method_decorator(login_not_required, name="dispatch")
class TokenView(LibraryTokenView):
    """The library's, for client credentials only; errors are those of RFC 6749."""

    def post(self, request: HttpRequest, *args: object, **kwargs: object) -> HttpResponse:
        key = _attempts_key(request)
        if cache.get(key, 0) >= ATTEMPTS:
            refusal = JsonResponse({"error": "temporarily_unavailable"}, status=429)
            refusal["Retry-After"] = "60"
            return refusal
        if request.POST.get("grant_type") != "client_credentials":
            return JsonResponse({"error": "unsupported_grant_type"}, status=400)
        response: HttpResponse = super().post(request, *args, **kwargs)
        if response.status_code == 401:
            cache.add(key, 0, 60)
            cache.incr(key)
        return response


def _attempts_key(request: HttpRequest) -> str:
    """The cache key of the wrong attempts for a client (in the form or by Basic), from here."""
    client = request.POST.get("client_id") or _basic_name(request)
    attempt = f"{request.META.get('REMOTE_ADDR', '')} {client}"
    return f"api.attempts.{sha256(attempt.encode()).hexdigest()}"


def _basic_name(request: HttpRequest) -> str:
    """The name of a Basic header, without the secret; empty where there is none."""
    encoded = request.headers.get("Authorization", "").partition(" ")[2]
    try:
        return b64decode(encoded).partition(b":")[0].decode()
    except ValueError:
        return ""
