"""A company as its consultant sees it, and excluding it or one of its establishments."""

from __future__ import annotations

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.core.paginator import Paginator
from django.db import transaction
from django.db.models import Q
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts.requests import UserRequest
from companies.exclusions import consequences, end_exclusion, exclude, in_words
from companies.models import Company, Establishment, Exclusion, Recognition
from companies.numbers import compact
from companies.portal.requests.views import add_errors
from companies.review.exclusion_notices import tell_of_exclusion
from companies.review.forms import ExclusionForm

PAGE_SIZE = 50


def _company(request: UserRequest, number: str) -> Company:
    """A company of the user's sectors; 404 for another's."""
    found = Company.objects.overseen_by(request.user).select_related("sector")
    return get_object_or_404(found, enterprise_number=compact(number))


@never_cache
@require_safe
def company(request: UserRequest, number: str) -> HttpResponse:
    """A company with its establishments, recognitions and exclusions."""
    found = _company(request, number)
    today = timezone.localdate()
    recognitions = (
        Recognition.objects.filter(establishment__company=found)
        .select_related("establishment", "programme", "sector")
        .in_order_of_care()
    )
    here = Q(company=found) | Q(establishment__company=found)
    exclusions = Exclusion.objects.filter(here).select_related("company", "establishment")
    context = {
        "company": found,
        "establishments": found.establishments.select_related("municipality").order_by(
            "name", "unit_number"
        ),
        "page": Paginator(recognitions, PAGE_SIZE).get_page(request.GET.get("page")),
        "exclusions": [(exclusion, _in_force(exclusion, today)) for exclusion in exclusions],
    }
    return render(request, "review/company.html", context)


def _in_force(exclusion: Exclusion, today: object) -> bool:
    return exclusion.valid_until is None or exclusion.valid_until >= today  # type: ignore[operator]


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def exclude_one(request: UserRequest, number: str) -> HttpResponse:
    """Exclude a company, or with `vestiging` one establishment: what follows is shown first."""
    found = _company(request, number)
    unit = None
    if wanted := request.GET.get("vestiging"):
        unit = get_object_or_404(found.establishments, unit_number=compact(wanted))
    target: Company | Establishment = unit or found
    today = timezone.localdate()
    form = ExclusionForm(request.POST or None, initial={"valid_from": today})
    confirmed = False
    if request.method == "POST" and form.is_valid():
        data = form.cleaned_data
        try:
            with transaction.atomic():
                exclusion, left = exclude(
                    target, data["valid_from"], data["valid_until"], data["reason"], today
                )
                if confirmed := "confirm" in request.POST:
                    tell_of_exclusion(exclusion, left)
                else:  # a rehearsal: the same checks, and nothing stays
                    transaction.set_rollback(True)
        except ValidationError as error:
            add_errors(form, error)
    if confirmed:
        messages.success(request, _("Excluded: %(what)s") % {"what": target})
        return redirect("review-company", found.enterprise_number)
    effect = consequences(target, today)
    context = {
        "company": found,
        "unit": unit,
        "target": target,
        "form": form,
        "effect": effect,
        "words": in_words(effect),
        "preview": form.is_bound and form.is_valid(),
    }
    return render(request, "review/exclude.html", context, status=400 if form.errors else 200)


@require_POST
def end(request: UserRequest, number: str, pk: int) -> HttpResponse:
    """End an exclusion of a company or of one of its establishments."""
    found = _company(request, number)
    here = Q(company=found) | Q(establishment__company=found)
    exclusion = get_object_or_404(Exclusion.objects.filter(here), pk=pk)
    try:
        end_exclusion(exclusion, request.POST.get("reason", ""), timezone.localdate())
    except ValidationError as error:
        messages.error(request, " ".join(error.messages))
    else:
        messages.success(request, _("The exclusion is ended. Recognitions are requested anew."))
    return redirect("review-company", found.enterprise_number)
