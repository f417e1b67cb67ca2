"""The pages of the places: the table, copying, confirming, and the link in the half-yearly mail."""

from __future__ import annotations

from django.contrib import messages
from django.contrib.auth.decorators import login_not_required
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST

from accounts.requests import UserRequest
from companies.portal.acting import acting_company
from companies.portal.places.asking import company_of
from companies.portal.places.forms import PlacesTable
from companies.portal.places.stating import (
    confirm,
    copy_from_last_year,
    recognitions_of,
    state,
    to_confirm,
)
from schools.models import SchoolYear

PAGE_SIZE = 40


@require_http_methods(["GET", "HEAD", "POST"])
@never_cache
def places(request: UserRequest) -> HttpResponse:
    """The places of every recognition, this school year and next, to be typed over."""
    company, today = acting_company(request), timezone.localdate()
    years = _years()
    page = Paginator(recognitions_of(company, years[0], today), PAGE_SIZE).get_page(
        request.GET.get("page")
    )
    table = PlacesTable.of(list(page), years)
    status = 200
    if request.method == "POST":
        valid = table.read(request.POST)
        table.tell(state(company, table.statements, today) if valid else {})
        if not any(cell.error for cell in table.cells):
            messages.success(request, _("The places are saved."))
            return redirect(request.get_full_path())
        status = 400
        table = _with_saved(table)
    context = {
        "company": company,
        "table": table,
        "page": page,
        "said": to_confirm(company, today).count(),
        "last_confirmed": to_confirm(company, today).order_by("confirmed_on").first(),
    }
    return render(request, "portal/places.html", context, status=status)


@require_POST
def copy(request: UserRequest) -> HttpResponse:
    """Say for next school year what was said for this one, where nothing was said yet."""
    year = _years()[1]
    copied = copy_from_last_year(acting_company(request), year, timezone.localdate())
    text = ngettext(
        "The places of %(n)s recognition are copied to %(year)s.",
        "The places of %(n)s recognitions are copied to %(year)s.",
        copied,
    )
    messages.success(request, text % {"n": copied, "year": year})
    return redirect("company-places")


@require_POST
def confirm_places(request: UserRequest) -> HttpResponse:
    """What was said still holds."""
    _tell_confirmed(request, confirm(acting_company(request), timezone.localdate()))
    return redirect("company-places")


@login_not_required
@require_http_methods(["GET", "HEAD", "POST"])
@never_cache
def confirm_by_link(request: HttpRequest, link: str) -> HttpResponse:
    """The page behind the half-yearly mail: what was said, and one button. No account is needed.

    Only the button confirms: programs that open links in mails confirm nothing. That its address is
    a secret is no reason for `no-referrer`: browsers would then send no origin with the button,
    and without one no form is accepted.
    """
    company = company_of(link)
    if company is None:
        return render(request, "portal/confirm_gone.html", status=410)
    today = timezone.localdate()
    done = confirm(company, today) if request.method == "POST" else None
    said = (
        to_confirm(company, today)
        .select_related("recognition__programme", "recognition__establishment", "school_year")
        .order_by("recognition__establishment__name", "recognition__programme__title", "pk")
    )
    context = {"company": company, "said": said, "done": done}
    response = render(request, "portal/confirm.html", context)
    response["X-Robots-Tag"] = "noindex"
    return response


def _years() -> tuple[SchoolYear, SchoolYear]:
    """This school year and the next."""
    this = SchoolYear.objects.current()
    return this, SchoolYear.objects.starting_in(this.starts_in + 1)


def _with_saved(table: PlacesTable) -> PlacesTable:
    """The table with what is saved by now, and what was typed and refused kept in its cells."""
    fresh = PlacesTable.of([row.recognition for row in table.rows], table.years)
    for new, old in zip(fresh.cells, table.cells, strict=True):
        if old.error:
            new.typed, new.error = old.typed, old.error
    return fresh


def _tell_confirmed(request: UserRequest, count: int) -> None:
    text = ngettext(
        "The places of %(n)s workplace are confirmed.",
        "The places of %(n)s workplaces are confirmed.",
        count,
    )
    messages.success(request, text % {"n": count})
