"""What a printed page may fetch: the site's static files, and nothing else."""

from __future__ import annotations

import mimetypes
from pathlib import Path
from typing import Any
from urllib.parse import unquote, urlsplit

from django.conf import settings
from django.contrib.staticfiles import finders
from weasyprint.urls import URLFetcher, URLFetcherResponse

#: Under this address a printed page names our static files; no such folder need be there.
BASE = "file:///static/"


class StaticFetcher(URLFetcher):
    """Gives the printer our static files; it gets no other file and asks no server."""

    def fetch(self, url: str, headers: Any = None) -> Any:
        name = unquote(urlsplit(url.removeprefix(BASE)).path)
        path = _static_file(name) if url.startswith(BASE) else None
        if path is None:
            raise ValueError(f"A PDF is made of static files only, not of {url}")
        kind = mimetypes.guess_type(name)[0] or "application/octet-stream"
        # Under the address that was asked: what a stylesheet names lies beside it.
        return URLFetcherResponse(url, path.read_bytes(), {"Content-Type": kind})


def _static_file(name: str) -> Path | None:
    """A static file: among its sources, or where `collectstatic` left it."""
    if found := finders.find(name):
        return Path(str(found))
    root = Path(settings.STATIC_ROOT).resolve()
    collected = (root / name).resolve()
    return collected if collected.is_relative_to(root) and collected.is_file() else None
