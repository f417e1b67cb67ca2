"""The radar's page: which programme could a campus open, strengthen, keep or should it watch?"""

from collections import Counter
from typing import Any

from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.utils.http import urlencode
from django.views.decorators.http import require_safe
from django.views.decorators.vary import vary_on_headers

from accounts.requests import UserRequest
from geo.reach import Source
from geo.reach.estimate import BASIS
from matching.forms import RadarForm, completed
from matching.opportunities import Advice
from matching.programme_page import chart_data, map_data, reach_data, rivals, workplaces
from matching.radar import Radar
from matching.radar_rows import ADVICE, FULL_BAR, Row, chosen, reach_words, zones
from matching.trend import trend
from radar.web.spreadsheets import FORMATS, records_response
from schools.policies import CampusPolicy


@require_safe
@vary_on_headers("HX-Request")
def radar(request: UserRequest) -> HttpResponse:
    """Every programme of a campus with its figures, an advice and the reasons."""
    campuses = CampusPolicy(request.user).campuses()
    asked = {name: str(text) for name, text in request.GET.items() if text}
    form = RadarForm(completed(asked), campuses=campuses)
    if not form.is_valid():
        context: dict[str, Any] = {"form": form, "refused": form.errors}
        return render(request, "matching/radar.html", context, status=400)
    found = form.radar()
    rows = chosen(found.rows, form.cleaned_data["show"], asked.get("sort", ""))
    if asked.get("format") in FORMATS:
        name = f"radar-{form.cleaned_data['campus'].key}"
        return records_response(name, asked["format"], [row.as_record() for row in rows])
    policy = found.policy
    campus = form.cleaned_data["campus"]
    context = {
        "form": form,
        "campus": campus,
        "map": reach_data(campus, rows, found),
        "rows": rows,
        "sort": asked.get("sort", ""),
        "counts": _counts([row.opportunity.advice for row in found.rows]),
        "computed_at": found.computed_at,
        "policy": policy,
        "enough_at": 100 * policy.enough / FULL_BAR,
        **_reach(found),
    }
    fragment = request.htmx and not request.htmx.history_restore_request
    return render(request, f"matching/{'_radar' if fragment else 'radar'}.html", context)


@require_safe
def radar_programme(request: UserRequest, number: int) -> HttpResponse:
    """One programme of a campus's radar: why this advice, its trend, workplaces and rivals."""
    campuses = CampusPolicy(request.user).campuses()
    asked = {name: str(text) for name, text in request.GET.items() if text}
    form = RadarForm(completed(asked), campuses=campuses)
    if not form.is_valid():
        raise Http404
    campus, year = form.cleaned_data["campus"], form.cleaned_data["school_year"]
    found = form.radar()
    policy = found.policy
    row = next((Row(row) for row in found.rows if row.programme.number == number), None)
    if row is None:
        raise Http404
    page = workplaces(row, campus, year, found)
    others = rivals(row.rivals, campus, row.programme, year)
    years = trend(campus, row.programme, year, policy.decay.catchment)
    context = {
        "campus": campus,
        "school_year": year,
        "row": row,
        "policy": policy,
        "computed_at": found.computed_at,
        **_reach(found),
        "page": page,
        "rivals": others,
        "years": years,
        "chart": chart_data(years),
        "map": map_data(page, others, found),
    }
    return render(request, "matching/radar_programme.html", context)


def _reach(found: Radar) -> dict[str, Any]:
    """How far a radar looks: in words, by zone, and as the end of an address that asks the same."""
    way = found.way
    asked = urlencode({"mode": way.mode.value, "max_minutes": f"{way.at_most:g}"}) if way else ""
    estimated = way is not None and Source.ESTIMATE in found.sources
    return {
        "reach": reach_words(found),
        "zones": zones(found),
        "way_query": f"&{asked}" if asked else "",
        "reach_query": asked or urlencode({"radius": f"{found.policy.decay.catchment / 1000:g}"}),
        "basis": BASIS[way.mode] if way and estimated else None,
        "others_estimated": way is not None and not estimated,
    }


def _counts(found: list[Advice]) -> list[tuple[str, str, int]]:
    """(advice, its word, how many programmes), most promising first."""
    counts = Counter(found)
    return [(advice.value, str(ADVICE[advice]), counts[advice]) for advice in Advice]
