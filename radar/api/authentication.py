"""Who calls the API."""

from drf_spectacular.authentication import SessionScheme
from rest_framework.authentication import SessionAuthentication
from rest_framework.request import Request


class BrowserSession(SessionAuthentication):
    """The session of the pages; an anonymous caller gets 401, not 403."""

    def authenticate_header(self, request: Request) -> str:
        return 'Session realm="Radar Duaal"'


class BrowserSessionScheme(SessionScheme):
    """How the schema describes it."""

    target_class = "radar.api.authentication.BrowserSession"
