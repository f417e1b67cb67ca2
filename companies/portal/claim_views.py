"""Finding one's company and claiming it."""

from __future__ import annotations

from django import forms
from django.contrib import messages
from django.contrib.auth.decorators import login_not_required
from django.core.exceptions import ValidationError
from django.core.paginator import Paginator
from django.db.models import Prefetch
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from accounts.requests import UserRequest
from companies.models import Company, Establishment
from companies.portal import claiming
from companies.portal.acting import act_for
from companies.portal.claim_forms import AddressForm, CodeForm, MotivationForm, SearchForm
from companies.portal.claims import Claim, ClaimProof
from companies.portal.entry_page import company_entry_page
from radar.web.forms import take_errors

PAGE_SIZE = 20


@login_not_required
@require_safe
def find_company(request: HttpRequest) -> HttpResponse:
    """Anybody's way in: what a company can do here, and a field to find one's own."""
    form = SearchForm(request.GET if "q" in request.GET else None)
    page = None
    if form.is_valid():
        active = Establishment.objects.active().select_related("municipality")
        found = (
            Company.objects.looked_for(form.cleaned_data["q"])
            .prefetch_related(Prefetch("establishments", active.order_by("name", "unit_number")))
            .order_by("name", "enterprise_number")
        )
        page = Paginator(found, PAGE_SIZE).get_page(request.GET.get("page"))
    context = {"form": form, "page": page}
    return render(request, "portal/find.html", context, status=400 if form.errors else 200)


@require_safe
@never_cache
def company_entry(request: UserRequest, number: str) -> HttpResponse:
    """A company, and what the user can do to come to act for it, or why she cannot."""
    return company_entry_page(request, _company(number))


@require_POST
def claim_by_code(request: UserRequest, number: str) -> HttpResponse:
    company = _company(number)
    form = AddressForm(request.POST, company=company)
    if form.is_valid():
        with take_errors(form):
            key = form.cleaned_data["address"]
            claim = claiming.claim_by_code(company, request.user, key)
            return redirect("claim", claim.pk)
    return company_entry_page(request, company, address_form=form)


@require_POST
def claim_by_consultant(request: UserRequest, number: str) -> HttpResponse:
    company = _company(number)
    form = MotivationForm(request.POST)
    if form.is_valid():
        with take_errors(form):
            motivation = form.cleaned_data["motivation"]
            claim = claiming.claim_by_consultant(company, request.user, motivation)
            return redirect("claim", claim.pk)
    return company_entry_page(request, company, motivation_form=form)


@require_safe
@never_cache
def claim(request: UserRequest, pk: int) -> HttpResponse:
    """One's own claim: the code to type, or how long the consultant has."""
    return _claim_page(request, _own(request, pk))


@require_POST
def enter_code(request: UserRequest, pk: int) -> HttpResponse:
    mine = _own(request, pk)
    form = CodeForm(request.POST)
    if form.is_valid():
        with take_errors(form):
            if claiming.enter_code(mine, form.cleaned_data["code"]):
                act_for(request, mine.company_id)
                messages.success(
                    request, _("You manage %(company)s now.") % {"company": mine.company}
                )
                return redirect("company-members")
            mine.refresh_from_db()
            if mine.is_open:
                left = mine.attempts_left
                form.add_error(
                    "code", _("This is not the code. Attempts left: %(n)s.") % {"n": left}
                )
    mine.refresh_from_db()
    return _claim_page(request, mine, code_form=form)


@require_POST
def send_another_code(request: UserRequest, pk: int) -> HttpResponse:
    try:
        claiming.send_another_code(_own(request, pk))
    except ValidationError as error:
        _warn(request, error)
    else:
        messages.success(request, _("A new code is on its way; the old one no longer works."))
    return redirect("claim", pk)


@require_POST
def ask_consultant(request: UserRequest, pk: int) -> HttpResponse:
    mine = _own(request, pk)
    form = MotivationForm(request.POST)
    if form.is_valid():
        with take_errors(form):
            claiming.ask_consultant_instead(mine, form.cleaned_data["motivation"])
            return redirect("claim", pk)
    return _claim_page(request, mine, motivation_form=form)


@require_POST
def withdraw_claim(request: UserRequest, pk: int) -> HttpResponse:
    mine = _own(request, pk)
    claiming.withdraw(mine)
    messages.success(request, _("Your claim is withdrawn."))
    return redirect("company-entry", mine.company.enterprise_number)


def _company(number: str) -> Company:
    return get_object_or_404(Company, enterprise_number=number)


def _own(request: UserRequest, pk: int) -> Claim:
    """The user's own claim; 404 for another's."""
    claims = Claim.objects.filter(user=request.user).select_related("company")
    return get_object_or_404(claims, pk=pk)


def _claim_page(request: UserRequest, mine: Claim, **refused: forms.Form) -> HttpResponse:
    context = {
        "claim": mine,
        "by_code": mine.proof == ClaimProof.CODE,
        "sent_to": claiming.masked(mine.address),
        "code_form": CodeForm(),
        "motivation_form": MotivationForm(),
        **refused,
    }
    return render(request, "portal/claim.html", context, status=400 if refused else 200)


def _warn(request: HttpRequest, error: ValidationError) -> None:
    for message in error.messages:
        messages.warning(request, message)
