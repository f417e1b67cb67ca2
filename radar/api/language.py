"""The API answers in the language of `Accept-Language`; the pages take theirs from the address."""

from collections.abc import Callable

from django.http import HttpRequest, HttpResponse
from django.utils import translation
from django.utils.translation.trans_real import parse_accept_lang_header


class ApiLanguageMiddleware:
    """Dutch, or English where the client prefers it, for everything under /api/."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if not request.path.startswith("/api/"):
            return self.get_response(request)
        wanted = request.headers.get("Accept-Language", "").lower()
        language = "en" if _prefers_english(wanted) else "nl"
        with translation.override(language):
            response = self.get_response(request)
        response["Content-Language"] = language
        response.headers.setdefault("Vary", "Accept-Language")
        return response


def _prefers_english(accept_language: str) -> bool:
    """Whether English comes before Dutch in an Accept-Language header."""
    for tag, _quality in parse_accept_lang_header(accept_language):
        if tag.startswith("nl"):
            return False
        if tag.startswith("en"):
            return True
    return False
