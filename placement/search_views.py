"""The search for workplaces; the same view serves the page and its htmx fragment."""

from typing import Any

from django.core.paginator import Paginator
from django.http import HttpResponse, JsonResponse, QueryDict
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_safe
from django.views.decorators.vary import vary_on_headers

from accounts.requests import UserRequest
from matching.match_downloads import DOWNLOADS, download
from matching.presentation import Summary, basis_of
from placement.search_alternatives import alternatives
from placement.search_filters import Filters
from placement.search_forms import SearchForm, asked_of
from placement.search_query import SUGGESTIONS
from placement.search_results import SearchMap
from placement.search_rows import SearchRows
from schools.models import Programme
from schools.policies import CampusPolicy

PAGE_SIZE = 20


@require_safe
@vary_on_headers("HX-Request")
def search(request: UserRequest) -> HttpResponse:
    """The workplaces that fit, as a list and on a map; the address holds the whole question."""
    campuses = CampusPolicy(request.user).campuses()
    asked = asked_of(request.GET)
    form = SearchForm(asked, campuses=campuses)
    suffix = str(asked.get("format", ""))
    if suffix in DOWNLOADS and "programme" in asked and form.is_valid():
        return download(form.search().ranking, suffix)
    context: dict[str, Any] = {"form": form, "ranking": None}
    if "programme" in asked:
        if form.is_valid():
            context |= _answer(form, str(asked.get("page", "")))
        else:
            context["refused"] = form.errors
    else:
        # Who was not asked for a programme yet left none out.
        form.errors.pop("programme", None)
    fragment = request.htmx and not request.htmx.history_restore_request
    return render(
        request,
        f"placement/{'_results' if fragment else 'search'}.html",
        context,
        status=400 if "refused" in context else 200,
    )


def _answer(form: SearchForm, page_number: str) -> dict[str, Any]:
    found = form.search()
    page = Paginator(SearchRows(found), PAGE_SIZE).get_page(page_number)
    return {
        "search": found,
        "ranking": found.ranking,
        "start": form.cleaned_data["start"],
        "sort": form.cleaned_data["sort"],
        "page": page,
        "unfiltered": _unfiltered(form.data, found.filters),
        "summary": Summary.of(found.ranking),
        "map": SearchMap(found.ranking, page, found),
        "alternatives": None if len(found) else alternatives(form, found),
        "basis": basis_of(row.pair.trip for row in page),
    }


def _unfiltered(asked: QueryDict, filters: Filters) -> str:
    """The same question without its filters, as the end of an address."""
    rest = asked.copy()
    for name in ("page", *filters.made):
        rest.pop(name, None)
    return f"?{rest.urlencode()}"


@require_safe
def programme_names(request: UserRequest) -> JsonResponse:
    """The programmes that a text may mean, typing errors allowed: for the list to type in."""
    found = Programme.objects.valid_on(timezone.localdate()).like(request.GET.get("q", ""))
    items = [{"value": str(p.number), "label": p.title} for p in found[:SUGGESTIONS]]
    return JsonResponse({"items": items})
