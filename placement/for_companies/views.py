"""The pages of the schools near a company, and of letting one know that there is a place."""

from __future__ import annotations

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from accounts.requests import UserRequest
from companies.models import Company, Establishment, Recognition
from companies.portal.acting import acting_company
from matching.campus_ranking import campus_pairs
from placement.for_companies.forms import OfferForm
from placement.for_companies.near import RADIUS_KM, near_drawing, rankings_of, with_pupils
from placement.for_companies.offers import offer
from radar.web.forms import take_errors
from schools.models import Campus, SchoolYear

PAGE_SIZE = 30


@require_safe
def schools_near(request: UserRequest) -> HttpResponse:
    """The campuses near an establishment of the company, ranked per recognition."""
    company = acting_company(request)
    houses = list(
        Establishment.objects.filter(company=company).active().order_by("name", "unit_number")
    )
    chosen = _chosen(houses, request.GET.get("vestiging"))
    year = SchoolYear.objects.current()
    rankings = rankings_of(chosen, year) if chosen else []
    pairs = campus_pairs(rankings)
    page = Paginator(pairs, PAGE_SIZE).get_page(request.GET.get("page"))
    context = {
        "company": company,
        "houses": houses,
        "chosen": chosen,
        "school_year": year,
        "rankings": rankings,
        "page": page,
        "rows": with_pupils(list(page), year),
        "map": near_drawing(chosen, pairs) if chosen else None,
        "radius": RADIUS_KM,
    }
    return render(request, "for_companies/schools.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
def tell_school(request: UserRequest, recognition: int, campus: str) -> HttpResponse:
    """Let a school know that there is a place, with a message if one likes."""
    found, place = _recognition(acting_company(request), recognition), _campus(campus)
    form = OfferForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        with take_errors(form):
            text = form.cleaned_data["text"]
            offer(found, place, text, request.user, timezone.localdate())
            messages.success(request, _("%(school)s is told.") % {"school": place.school})
            house = found.establishment.unit_number
            return redirect(f"{reverse('company-schools')}?vestiging={house}")
    context = {"form": form, "recognition": found, "campus": place}
    status = 400 if form.errors else 200
    return render(request, "for_companies/tell_school.html", context, status=status)


def _chosen(houses: list[Establishment], number: str | None) -> Establishment | None:
    """The establishment that is asked for, else the first. Raises Http404 for another's."""
    if number is None:
        return houses[0] if houses else None
    for house in houses:
        if house.unit_number == number:
            return house
    raise Http404


def _recognition(company: Company, pk: int) -> Recognition:
    own = Recognition.objects.filter(establishment__company=company)
    return get_object_or_404(own.select_related("establishment", "programme"), pk=pk)


def _campus(key: str) -> Campus:
    try:
        return Campus.objects.open().select_related("school").keyed(key)
    except Campus.DoesNotExist:
        raise Http404 from None
