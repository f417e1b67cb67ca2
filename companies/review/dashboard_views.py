"""The dashboard of a sector, and its white spots."""

from __future__ import annotations

from django.http import HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_safe

from accounts.requests import UserRequest
from companies.review import dashboard as figures
from companies.review import white_spots as spots
from companies.review.access import chosen_sector
from radar.web.spreadsheets import FORMATS, table_response
from schools.models import SchoolYear
from schools.school_years import school_year_starting

#: Municipalities in a table on screen; the download has all.
SHOWN = 40


@require_safe
def dashboard(request: UserRequest) -> HttpResponse:
    """A sector's recognitions, places, use and answers, per programme."""
    sector, sectors = chosen_sector(request.user, request.GET.get("sector", ""))
    today = timezone.localdate()
    year = SchoolYear(starts_in=school_year_starting(today))
    found = figures.dashboard(sector, year, today)
    if (suffix := request.GET.get("format")) in FORMATS:
        heads = [str(head) for head in figures.HEADS]
        return table_response(f"dashboard-{sector.slug}", suffix, heads, figures.cells(found))
    context = {
        "dashboard": found,
        "sector": sector,
        "sectors": sectors,
        "school_year": year,
        "most": max((line.recognised for line in found.lines), default=1),
    }
    return render(request, "review/dashboard.html", context)


@require_safe
def white_spots(request: UserRequest) -> HttpResponse:
    """Where companies wait for a school, and schools for companies: map and tables."""
    sector, sectors = chosen_sector(request.user, request.GET.get("sector", ""))
    today = timezone.localdate()
    year = SchoolYear(starts_in=school_year_starting(today))
    asked = request.GET.get("straal", "")
    reach = int(asked) if asked in map(str, spots.REACHES) else spots.REACH_KM
    found = spots.white_spots(sector, year, today, reach)
    if (suffix := request.GET.get("format")) in FORMATS:
        heads = [str(head) for head in spots.HEADS]
        return table_response(f"witte-vlekken-{sector.slug}", suffix, heads, spots.cells(found))
    context = {
        "sector": sector,
        "sectors": sectors,
        "school_year": year,
        "reach": reach,
        "reaches": spots.REACHES,
        "companies": found.companies[:SHOWN],
        "n_companies": len(found.companies),
        "schools": found.schools[:SHOWN],
        "n_schools": len(found.schools),
        "map": spots.map_data(found),
    }
    return render(request, "review/white_spots.html", context)
