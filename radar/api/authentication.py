"""Who calls the API."""

from rest_framework.authentication import SessionAuthentication
from rest_framework.request import Request


class BrowserSession(SessionAuthentication):
    """The session of the pages; an anonymous caller gets 401, not 403."""

    def authenticate_header(self, request: Request) -> str:
        return 'Session realm="Radar Duaal"'
