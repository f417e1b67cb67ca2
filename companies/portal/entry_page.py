"""The page of a company for who does not act for it yet: claim it, or invite it."""

from __future__ import annotations

from typing import Any

from django import forms
from django.http import HttpResponse
from django.shortcuts import render
from django.utils import timezone

from accounts.requests import UserRequest
from companies.models import Company
from companies.portal import claiming
from companies.portal.claim_forms import AddressForm, MotivationForm
from companies.portal.claims import Claim
from companies.portal.inviting import capacity
from companies.portal.member_forms import InvitationForm


def company_entry_page(
    request: UserRequest, company: Company, **refused: forms.Form
) -> HttpResponse:
    """The company's page, with a form that was refused as it was typed."""
    today = timezone.localdate()
    hindrance = claiming.hindrance(company, request.user, today)
    address_form = AddressForm(company=company)
    units = company.establishments.active().select_related("municipality")
    context: dict[str, Any] = {
        "company": company,
        "establishments": units.defer("municipality__boundary", "municipality__point"),
        "hindrance": hindrance,
        "invites_as": capacity(request.user, company),
        "invitation_form": InvitationForm(first=True),
        "address_form": address_form if address_form.has_addresses else None,
        "motivation_form": MotivationForm(),
    }
    if hindrance:
        own = Claim.objects.open().filter(company=company, user=request.user)
        context |= {
            "closed": claiming.closed_to_users(company, today),
            "own_claim": own.first(),
            "acts": company.memberships.filter(user=request.user).exists(),
        }
    context |= refused
    return render(request, "portal/entry.html", context, status=400 if refused else 200)
