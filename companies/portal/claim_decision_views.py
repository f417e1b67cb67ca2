"""Claims that wait for a consultant of the competent sector."""

from __future__ import annotations

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.core.paginator import Paginator
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_safe

from accounts import audit
from accounts.requests import UserRequest
from companies.portal import claiming
from companies.portal.claim_forms import DecisionForm, StatusForm
from companies.portal.claims import Claim, ClaimQuerySet, ClaimStatus
from radar.web.forms import take_errors
from schools.models import SectorMembership

PAGE_SIZE = 25


@require_safe
@never_cache
def claims(request: UserRequest) -> HttpResponse:
    """The claims of the consultant's sectors: those that wait, the oldest first, or the decided."""
    form = StatusForm(request.GET)
    show = form.cleaned_data["show"] if form.is_valid() else ""
    found = _hers(request)
    if show == "decided":
        found = found.exclude(status=ClaimStatus.OPEN).order_by("-closed_at", "-pk")
    elif show != "all":
        found = found.open()
    page = Paginator(found, PAGE_SIZE).get_page(request.GET.get("page"))
    audit.seen(request.user, [claim.user for claim in page], "claims")
    return render(request, "portal/claims.html", {"form": form, "page": page, "show": show})


@require_http_methods(["GET", "HEAD", "POST"])
@never_cache
def decide_claim(request: UserRequest, pk: int) -> HttpResponse:
    """One claim beside what is known of the company, and the decision."""
    claim = get_object_or_404(_hers(request).select_related("decided_by"), pk=pk)
    form = DecisionForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        with take_errors(form):
            accept = form.cleaned_data["decision"] == "accept"
            claiming.decide(claim, request.user, accept=accept, reason=form.cleaned_data["reason"])
            messages.success(request, _("Decided; the claimant gets an e-mail."))
            return redirect("claims")
    audit.seen(request.user, [claim.user], "claim-decision")
    establishments = claim.company.establishments.active().select_related("municipality")
    context = {"claim": claim, "form": form, "establishments": establishments}
    return render(
        request, "portal/claim_decision.html", context, status=400 if form.errors else 200
    )


def _hers(request: UserRequest) -> ClaimQuerySet:
    """The claims that the user may decide; 403 for who decides on none."""
    user = request.user
    if not (user.is_superuser or SectorMembership.objects.filter(user=user).exists()):
        raise PermissionDenied
    return (
        Claim.objects.for_consultants().decidable_by(user).select_related("company__sector", "user")
    )
