"""The page of ranked workplaces; the same view serves the page and its htmx fragment."""

from typing import Any

import numpy as np
from django.core.paginator import Paginator
from django.http import HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe
from django.views.decorators.vary import vary_on_headers

from accounts.requests import UserRequest
from matching.forms import RADII, MatchForm, completed
from matching.match_downloads import DOWNLOADS, download
from matching.presentation import MapData, Rows, Summary
from matching.queries import MAX_RADIUS_KM
from matching.ranking import Ranking, rank
from schools.policies import CampusPolicy

PAGE_SIZE = 20


@require_safe
@vary_on_headers("HX-Request")
def matches(request: UserRequest) -> HttpResponse:
    """The workplaces of a campus for a programme, ranked, as a list and on a map."""
    campuses = CampusPolicy(request.user).campuses()
    asked = {name: str(text) for name, text in request.GET.items() if text}
    form = MatchForm(completed(asked, campuses), campuses=campuses)
    if asked.get("format") in DOWNLOADS and "programme" in asked and form.is_valid():
        return download(form.ranking(), asked["format"])
    context: dict[str, Any] = {"form": form, "ranking": None}
    if "programme" in asked:
        context |= _answer(form, asked.get("page")) if form.is_valid() else {"refused": form.errors}
    fragment = request.htmx and not request.htmx.history_restore_request
    return render(
        request,
        f"matching/{'_results' if fragment else 'matches'}.html",
        context,
        status=400 if "refused" in context else 200,
    )


def _answer(form: MatchForm, page_number: str | None) -> dict[str, Any]:
    ranking = form.ranking()
    page = Paginator(Rows(ranking), PAGE_SIZE).get_page(page_number)
    return {
        "ranking": ranking,
        "page": page,
        "summary": Summary.of(ranking),
        "map": MapData(ranking, page),
        "wider": None if len(ranking) else _wider(ranking),
    }


def _wider(ranking: Ranking) -> tuple[int, int] | None:
    """The next radius on offer within which there is something, and how much."""
    widest = rank(ranking.campus, ranking.programme, MAX_RADIUS_KM, ranking.school_year)
    distances = widest.candidates.facts.distance
    for radius in (*RADII, MAX_RADIUS_KM):
        count = int(np.count_nonzero(distances <= radius * 1000))
        if count:
            return radius, count
    return None
