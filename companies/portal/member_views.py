"""The users of the company that one acts for: invitations, roles, leaving, handing over."""

from __future__ import annotations

from collections.abc import Callable

from django import forms
from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts import audit
from accounts.requests import UserRequest
from companies.models import Company, CompanyMembership, CompanyRole
from companies.portal import inviting, members
from companies.portal.acting import act_for, acting, acting_owner
from companies.portal.entry_page import company_entry_page
from companies.portal.invitations import Invitation
from companies.portal.member_forms import HandOverForm, InvitationForm, RoleForm
from radar.web.forms import take_errors


@require_safe
@never_cache
def company_members(request: UserRequest) -> HttpResponse:
    """Who acts for the company, and who is invited to."""
    return _members_page(request, acting(request))


@require_POST
def invite(request: UserRequest) -> HttpResponse:
    owner = acting_owner(request)
    form = InvitationForm(request.POST)
    if form.is_valid():
        with take_errors(form):
            data = form.cleaned_data
            role = CompanyRole(data["role"])
            inviting.invite(owner.company, data["email"], role, request.user)
            messages.success(request, _("An invitation is on its way to %(email)s.") % data)
            return redirect("company-members")
    return _members_page(request, owner, invitation_form=form)


@require_POST
def invite_first(request: UserRequest, number: str) -> HttpResponse:
    """A school or a consultant invites the first owner of a company that nobody manages."""
    company = get_object_or_404(Company, enterprise_number=number)
    form = InvitationForm(request.POST, first=True)
    if form.is_valid():
        with take_errors(form):
            inviting.invite(company, form.cleaned_data["email"], CompanyRole.OWNER, request.user)
            messages.success(
                request, _("An invitation is on its way to %(email)s.") % form.cleaned_data
            )
            return redirect("company-entry", number)
    return company_entry_page(request, company, invitation_form=form)


@require_POST
def invite_again(request: UserRequest, pk: int) -> HttpResponse:
    """Send a new link to the same address; the old one no longer works."""
    owner = acting_owner(request)
    invitation = _invitation(owner, pk)
    try:
        role = CompanyRole(invitation.role)
        inviting.invite(owner.company, invitation.email, role, request.user)
    except ValidationError as error:
        messages.error(request, error.messages[0])
    else:
        sent = _("An invitation is on its way to %(email)s.") % {"email": invitation.email}
        messages.success(request, sent)
    return redirect("company-members")


@require_POST
def withdraw_invitation(request: UserRequest, pk: int) -> HttpResponse:
    inviting.withdraw(_invitation(acting_owner(request), pk))
    messages.success(request, _("The invitation is withdrawn; its link no longer works."))
    return redirect("company-members")


@require_http_methods(["GET", "HEAD", "POST"])
@never_cache
def invitation(request: UserRequest, link: str) -> HttpResponse:
    """What one is invited to, and the button that accepts it."""
    found = inviting.found(link)
    if found is None:
        raise Http404
    problem = None
    if request.method == "POST":
        try:
            inviting.accept(found, request.user)
        except ValidationError as error:
            problem = error.messages[0]
        else:
            act_for(request, found.company_id)
            messages.success(
                request, _("You act for %(company)s now.") % {"company": found.company}
            )
            return redirect("home")
    context = {"invitation": found, "problem": problem}
    return render(request, "portal/invitation.html", context, status=400 if problem else 200)


@require_POST
def change_role(request: UserRequest, pk: int) -> HttpResponse:
    other = _member(acting_owner(request), pk)
    form = RoleForm(request.POST)
    if not form.is_valid():
        return redirect("company-members")
    return _done(request, lambda: members.change_role(other, form.cleaned_data["role"]))


@require_http_methods(["GET", "HEAD", "POST"])
@never_cache
def remove_member(request: UserRequest, pk: int) -> HttpResponse:
    """Asks first; the user is told."""
    other = _member(acting_owner(request), pk)
    if request.method != "POST":
        return render(request, "portal/remove_member.html", {"membership": other})
    return _done(request, lambda: members.remove(other))


@require_http_methods(["GET", "HEAD", "POST"])
@never_cache
def leave(request: UserRequest) -> HttpResponse:
    """Asks first. The last owner is told to hand over."""
    membership = acting(request)
    if request.method != "POST":
        context = {
            "membership": membership,
            "must_hand_over": members.leaves_without_owner(membership),
        }
        return render(request, "portal/leave.html", context)
    try:
        members.leave(membership)
    except ValidationError as error:
        messages.error(request, error.messages[0])
        return redirect("company-leave")
    messages.success(
        request, _("You act for %(company)s no more.") % {"company": membership.company}
    )
    return redirect("home")


@require_POST
def hand_over(request: UserRequest) -> HttpResponse:
    owner = acting_owner(request)
    form = HandOverForm(request.POST, membership=owner)
    if not form.is_valid():
        return _members_page(request, owner, hand_over_form=form)
    return _done(request, lambda: members.hand_over(owner, form.cleaned_data["to"]))


@require_POST
def switch(request: UserRequest) -> HttpResponse:
    """Act for another of one's companies from now on."""
    chosen = request.POST.get("company", "")
    if not (chosen.isascii() and chosen.isdecimal() and len(chosen) < 19):
        raise Http404
    company = act_for(request, int(chosen))
    messages.success(request, _("You act for %(company)s now.") % {"company": company})
    return redirect("home")


def _done(request: UserRequest, action: Callable[[], None]) -> HttpResponse:
    """Do it, or say why not; back to the users."""
    try:
        action()
    except ValidationError as error:
        messages.error(request, error.messages[0])
    else:
        messages.success(request, _("Done."))
    return redirect("company-members")


def _member(owner: CompanyMembership, pk: int) -> CompanyMembership:
    """A user of the owner's company; 404 for another's."""
    return get_object_or_404(owner.company.memberships.select_related("user", "company"), pk=pk)


def _invitation(owner: CompanyMembership, pk: int) -> Invitation:
    """An unanswered invitation of the owner's company; 404 for another's."""
    return get_object_or_404(owner.company.invitations.unanswered(), pk=pk)


def _members_page(
    request: UserRequest, membership: CompanyMembership, **refused: forms.Form
) -> HttpResponse:
    company = membership.company
    users = list(company.memberships.select_related("user").order_by("since", "pk"))
    audit.seen(request.user, [m.user for m in users if m.user != request.user], "company-members")
    context = {
        "membership": membership,
        "company": company,
        "members": users,
        "is_owner": membership.role == CompanyRole.OWNER,
        "roles": CompanyRole.choices,
        "invitations": company.invitations.unanswered().select_related("invited_by"),
        "invitation_form": InvitationForm(),
        "hand_over_form": HandOverForm(membership=membership),
        **refused,
    }
    return render(request, "portal/members.html", context, status=400 if refused else 200)
