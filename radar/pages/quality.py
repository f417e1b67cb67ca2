"""The quality of the data: how old it is, and which records somebody should look at."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods, require_safe

from accounts.requests import UserRequest, administrators_only
from companies import quality as companies
from companies.carry_over import carry_over_all
from geo import quality as geo
from imports.presentation import sources
from radar.web.quality import Check, admin_address
from radar.web.spreadsheets import FORMATS, table_response
from schools import quality as schools

CHECKS: dict[str, Check] = {
    check.slug: check for check in (*companies.CHECKS, *schools.CHECKS, *geo.CHECKS)
}
PAGE_SIZE = 50
#: What could not be carried over, told one by one.
TOLD = 10


@require_safe
@administrators_only
def overview(request: UserRequest) -> HttpResponse:
    """Each source with its age, each check with its count."""
    found = [(check, check.records().count()) for check in CHECKS.values()]
    return render(request, "pages/quality.html", {"sources": sources(), "checks": found})


@require_safe
@administrators_only
def check(request: UserRequest, slug: str) -> HttpResponse:
    """The records of one check: sorted, paged, or as a download."""
    found = _check(slug)
    place, descending = _order(found, request.GET.get("sort", ""))
    records = found.ordered(place, descending)
    if (suffix := request.GET.get("format")) in FORMATS:
        heads = [str(column.head) for column in found.columns]
        rows = (found.cells(record) for record in records)
        return table_response(slug, suffix, heads, rows)
    page = Paginator(records, PAGE_SIZE).get_page(request.GET.get("page"))
    context = {
        "check": found,
        "page": page,
        "rows": [(admin_address(record), found.cells(record)) for record in page],
        "heads": list(_heads(found, place, descending)),
        "may_carry_over": found is companies.ENDED,
    }
    return render(request, "pages/quality_check.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
@administrators_only
def carry_over(request: UserRequest) -> HttpResponse:
    """Carry over every recognition of an ended programme, after a word of confirmation."""
    records = companies.recognitions_of_ended_programmes()
    if request.method != "POST":
        return render(request, "pages/carry_over.html", {"count": records.count()})
    done, left = carry_over_all(records, timezone.localdate())
    messages.success(
        request,
        ngettext("%(n)s recognition carried over.", "%(n)s recognitions carried over.", done)
        % {"n": done},
    )
    for recognition, reason in left[:TOLD]:
        messages.warning(request, f"{recognition}: {reason}")
    if len(left) > TOLD:
        messages.warning(request, _("And %(n)s more.") % {"n": len(left) - TOLD})
    return redirect("quality-check", companies.ENDED.slug)


def _check(slug: str) -> Check:
    try:
        return CHECKS[slug]
    except KeyError:
        raise Http404 from None


def _order(found: Check, sort: str) -> tuple[int, bool]:
    """The place of the column to sort by, and whether downwards: of `2` or `-2`."""
    number = sort.removeprefix("-")
    place = int(number) - 1 if number.isascii() and number.isdecimal() and len(number) < 3 else 0
    return (place if 0 <= place < len(found.columns) else 0), sort.startswith("-")


def _heads(found: Check, place: int, descending: bool) -> Any:
    """(head, what a click sorts by, how it is sorted now) per column."""
    for i, column in enumerate(found.columns):
        current = "descending" if descending else "ascending"
        if i == place:
            yield column.head, f"{'' if descending else '-'}{i + 1}", current
        else:
            yield column.head, str(i + 1), ""
