"""For which company a user acts: the one she chose last, of those that she may.

    company = acting_company(request)      # 404 for who acts for none

One person may act for several; the choice is kept in the session.
"""

from __future__ import annotations

from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest

from accounts.models import User
from accounts.requests import UserRequest
from companies.models import Company, CompanyMembership, CompanyRole

SESSION_KEY = "acting_company"


def memberships_of(user: User) -> list[CompanyMembership]:
    """Every company that a user acts for, by name."""
    found = CompanyMembership.objects.filter(user=user).select_related("company")
    return list(found.order_by("company__name", "company__enterprise_number"))


def memberships_at_hand(request: HttpRequest, user: User) -> list[CompanyMembership]:
    """Those of the user at hand, asked once for a page."""
    found: list[CompanyMembership] | None = getattr(request, "company_memberships", None)
    if found is None:
        found = request.company_memberships = memberships_of(user)  # type: ignore[attr-defined]
    return found


def acting(request: UserRequest) -> CompanyMembership:
    """The membership under which the user acts now; the first by name before she chose.

    Raises Http404 for who acts for no company.
    """
    memberships = memberships_at_hand(request, request.user)
    if not memberships:
        raise Http404
    chosen = request.session.get(SESSION_KEY)
    return next((m for m in memberships if m.company_id == chosen), memberships[0])


def acting_company(request: UserRequest) -> Company:
    """The company that the user acts for now. Raises Http404 for who acts for none."""
    return acting(request).company


def acting_owner(request: UserRequest) -> CompanyMembership:
    """The membership of an owner; PermissionDenied for a member, Http404 for who acts for none."""
    membership = acting(request)
    if membership.role != CompanyRole.OWNER:
        raise PermissionDenied
    return membership


def act_for(request: UserRequest, company_id: int) -> Company:
    """Act for this company from now on. Raises Http404 for a company that is not the user's."""
    for membership in memberships_of(request.user):
        if membership.company_id == company_id:
            request.session[SESSION_KEY] = company_id
            return membership.company
    raise Http404
