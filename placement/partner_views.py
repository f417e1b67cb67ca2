"""The recognitions of a school's partners that are about to lapse."""

from __future__ import annotations

from django.core.paginator import Paginator
from django.http import HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from accounts.requests import UserRequest
from placement.partners import SOON, lapsing_recognitions
from radar.web.spreadsheets import FORMATS, table_response

PAGE_SIZE = 25


@require_safe
def lapsing(request: UserRequest) -> HttpResponse:
    """Which recognitions end within half a year where pupils of this school train."""
    rows = (
        lapsing_recognitions(request.user, timezone.localdate())
        .select_related("establishment__municipality", "programme", "sector")
        .defer("point", "establishment__municipality__boundary")
        .order_by("valid_until", "pk")
    )
    if (suffix := request.GET.get("format", "")) in FORMATS:
        header = [_("establishment"), _("address"), _("programme"), _("recognised until")]
        cells = (
            [r.establishment.name, r.establishment.address, r.programme.title, r.valid_until]
            for r in rows
        )
        return table_response("aflopende-erkenningen", suffix, header, cells)
    page = Paginator(rows, PAGE_SIZE).get_page(request.GET.get("page"))
    return render(request, "placement/lapsing.html", {"page": page, "days": SOON.days})
