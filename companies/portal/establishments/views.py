"""The pages of a company's establishments."""

from __future__ import annotations

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_safe

from accounts.requests import UserRequest
from companies.establishments import EstablishmentQuerySet
from companies.models import Company, Establishment
from companies.portal.acting import acting_company
from companies.portal.establishments.forms import EstablishmentForm


@require_safe
@never_cache
def establishments(request: UserRequest) -> HttpResponse:
    """The establishments in business of the company that one acts for."""
    company = acting_company(request)
    context = {"company": company, "establishments": _in_business(company)}
    return render(request, "portal/establishments.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
@never_cache
def establishment(request: UserRequest, number: str) -> HttpResponse:
    """Change how schools reach an establishment, and in which languages it guides pupils."""
    company = acting_company(request)
    try:
        found = _in_business(company).numbered(number)
    except Establishment.DoesNotExist:
        raise Http404 from None
    form = EstablishmentForm(request.POST if request.method == "POST" else None, instance=found)
    if form.is_valid():
        form.save()
        messages.success(request, _("Saved: schools see it from now on."))
        return redirect("company-establishments")
    context = {"company": company, "form": form, "establishment": found}
    return render(request, "portal/establishment.html", context, status=400 if form.errors else 200)


def _in_business(company: Company) -> EstablishmentQuerySet:
    return (
        Establishment.objects.filter(company=company)
        .active()
        .select_related("municipality")
        .defer("municipality__boundary", "municipality__point")
        .order_by("name", "unit_number")
    )
