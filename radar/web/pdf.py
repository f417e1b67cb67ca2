"""PDF files from templates: the pages' own fonts and colours on paper, and nothing from outside."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.http import HttpResponse
from django.template.loader import render_to_string

from radar.web.spreadsheets import attachment


def pdf(template: str, context: Mapping[str, Any]) -> bytes:
    """A template, which extends `print/base.html`, as A4 pages."""
    # 25 MB, which few processes need.
    from weasyprint import HTML

    from radar.web.static_fetcher import BASE, StaticFetcher

    html = render_to_string(template, dict(context))
    made = HTML(string=html, base_url=BASE, url_fetcher=StaticFetcher()).write_pdf()
    return bytes(made or b"")


def pdf_response(name: str, template: str, context: Mapping[str, Any]) -> HttpResponse:
    """The PDF as a download called `{name}.pdf`."""
    return attachment(f"{name}.pdf", "application/pdf", pdf(template, context))
