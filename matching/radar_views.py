"""The radar's page: which programme could a campus open, strengthen, keep or should it watch?"""

import csv
from collections import Counter
from typing import Any

from django.http import HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe
from django.views.decorators.vary import vary_on_headers

from accounts.requests import UserRequest
from matching.forms import RadarForm, completed
from matching.opportunities import Advice, radar_policy_in_force
from matching.radar_rows import ADVICE, FULL_BAR, Row, chosen
from schools.policies import CampusPolicy


@require_safe
@vary_on_headers("HX-Request")
def radar(request: UserRequest) -> HttpResponse:
    """Every programme of a campus with its figures, an advice and the reasons."""
    campuses = CampusPolicy(request.user).campuses()
    asked = {name: str(text) for name, text in request.GET.items() if text}
    form = RadarForm(completed(asked, campuses), campuses=campuses)
    if not form.is_valid():
        context: dict[str, Any] = {"form": form, "refused": form.errors}
        return render(request, "matching/radar.html", context, status=400)
    found = form.radar()
    rows = chosen(found.rows, form.cleaned_data["show"], asked.get("sort", ""))
    if asked.get("format") == "csv":
        return _download(rows, form.cleaned_data["campus"].key)
    policy = radar_policy_in_force()
    context = {
        "form": form,
        "campus": form.cleaned_data["campus"],
        "rows": rows,
        "sort": asked.get("sort", ""),
        "counts": _counts([row.opportunity.advice for row in found.rows]),
        "computed_at": found.computed_at,
        "policy": policy,
        "enough_at": 100 * policy.enough / FULL_BAR,
        "reach_km": policy.decay.catchment / 1000,
    }
    fragment = request.htmx and not request.htmx.history_restore_request
    return render(request, f"matching/{'_radar' if fragment else 'radar'}.html", context)


def _counts(found: list[Advice]) -> list[tuple[str, str, int]]:
    """(advice, its word, how many programmes), most promising first."""
    counts = Counter(found)
    return [(advice.value, str(ADVICE[advice]), counts[advice]) for advice in Advice]


def _download(rows: list[Row], key: str) -> HttpResponse:
    """The rows as CSV as a Belgian spreadsheet opens it: semicolons, and a BOM for the accents."""
    response = HttpResponse(content_type="text/csv; charset=utf-8")
    response["Content-Disposition"] = f'attachment; filename="radar-{key}.csv"'
    response.write("\ufeff")
    records = [row.as_record() for row in rows]
    if records:
        writer = csv.DictWriter(response, list(records[0]), delimiter=";")
        writer.writeheader()
        writer.writerows(records)
    return response
