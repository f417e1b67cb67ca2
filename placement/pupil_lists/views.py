"""The pages of a list of pupils: choose a file, see what it would do, take it in."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts.requests import UserRequest
from imports.template_file import write_template
from placement.pupil_lists.columns import columns
from placement.pupil_lists.forms import ListForm, RowsForm, TargetForm, as_text
from placement.pupil_lists.taking_in import compare, take_in
from radar.web.spreadsheets import FORMATS, attachment
from schools.models import CampusQuerySet, SchoolYear
from schools.policies import CampusPolicy


@require_http_methods(["GET", "HEAD", "POST"])
def check(request: UserRequest) -> HttpResponse:
    """The form, and for a file what it would change; nothing is written."""
    campuses = _campuses(request)
    if request.method != "POST":
        first = campuses.select_related("school").first()
        usual = {
            "campus": first.key if first else "",
            "school_year": SchoolYear.objects.current().name,
        }
        return _page(request, ListForm(initial=usual, campuses=campuses))
    form = ListForm(request.POST, request.FILES, campuses=campuses)
    if not form.is_valid():
        return _page(request, form, status=400)
    asked = form.cleaned_data
    outcome = compare(asked["campus"], asked["school_year"], form.rows, timezone.localdate())
    return _page(
        request, form, outcome=outcome, asked=asked, rows_read=as_text(form.rows), written=False
    )


@require_POST
def write(request: UserRequest) -> HttpResponse:
    """Take in the rows that were checked, against what is known by now."""
    campuses = _campuses(request)
    form = RowsForm(request.POST, campuses=campuses)
    if not form.is_valid():
        # What was sent is no list that we checked: start again with the file.
        again = ListForm(request.POST, campuses=campuses)
        return _page(request, again, status=400)
    asked = form.cleaned_data
    outcome = take_in(asked["campus"], asked["school_year"], form.rows, timezone.localdate())
    taken = len(outcome.new) + len(outcome.changed)
    text = ngettext("%(n)s pupil is taken in.", "%(n)s pupils are taken in.", taken)
    messages.success(request, text % {"n": taken})
    return _page(
        request,
        ListForm(initial=request.POST.dict(), campuses=campuses),
        outcome=outcome,
        asked=asked,
        written=True,
    )


@require_safe
def template(request: UserRequest) -> HttpResponse:
    """The workbook to fill in."""
    response = attachment(f"{_('pupils')}.xlsx", FORMATS["xlsx"])
    write_template(columns(), _("pupils"), response)  # type: ignore[arg-type]
    return response


def _campuses(request: UserRequest) -> CampusQuerySet:
    """The campuses whose pupils the user keeps; 404 for who keeps none."""
    campuses = CampusPolicy(request.user).campuses()
    if not campuses.exists():
        raise Http404
    return campuses


def _page(
    request: UserRequest, form: TargetForm, status: int = 200, **context: Any
) -> HttpResponse:
    page = {"form": form, "columns": columns(), **context}
    return render(request, "pupil_lists/pupil_list.html", page, status=status)
