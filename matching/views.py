"""The page of ranked workplaces; the same view serves the page and its htmx fragment."""

from typing import Any

from django.core.paginator import Paginator
from django.http import HttpResponse
from django.shortcuts import render
from django.views.decorators.vary import vary_on_headers

from accounts.requests import UserRequest
from matching.forms import MatchForm
from matching.presentation import MapData, Rows
from schools.policies import CampusPolicy

PAGE_SIZE = 20


@vary_on_headers("HX-Request")
def matches(request: UserRequest) -> HttpResponse:
    """The workplaces of a campus for a programme, ranked, as a list and on a map."""
    form = MatchForm(_question(request), campuses=CampusPolicy(request.user).campuses())
    context: dict[str, Any] = {"form": form}
    if "programme" in request.GET and form.is_valid():
        ranking = form.ranking()
        page = Paginator(Rows(ranking), PAGE_SIZE).get_page(request.GET.get("page"))
        context |= {"ranking": ranking, "page": page, "map": MapData(ranking, page)}
    fragment = request.htmx and not request.htmx.history_restore_request
    return render(request, f"matching/{'_results' if fragment else 'matches'}.html", context)


def _question(request: UserRequest) -> dict[str, str]:
    """What is asked: the address, completed with the usual radius and school year."""
    return MatchForm.defaults() | {name: str(text) for name, text in request.GET.items() if text}
