"""The pages of a company's mentors."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_safe

from accounts import audit
from accounts.requests import UserRequest
from companies.portal.acting import acting_company
from companies.portal.mentors.forms import MentorForm
from companies.portal.mentors.keeping import mentors_of, remove


@require_safe
@never_cache
def mentors(request: UserRequest) -> HttpResponse:
    """The mentors of the company that one acts for, by establishment."""
    company = acting_company(request)
    listed = list(mentors_of(company))
    audit.seen(request.user, listed, "company-mentors")
    context = {"company": company, "mentors": listed}
    return render(request, "portal/mentors.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
@never_cache
def mentor(request: UserRequest, pk: int | None = None) -> HttpResponse:
    """Add a mentor, or change one."""
    company = acting_company(request)
    found = None if pk is None else get_object_or_404(mentors_of(company), pk=pk)
    form = MentorForm(request.POST or None, instance=found, company=company)
    if request.method == "POST" and form.is_valid():
        form.save()
        messages.success(request, _("The mentor is saved."))
        return redirect("company-mentors")
    if found:
        audit.seen(request.user, [found], "company-mentor")
    context = {"company": company, "form": form, "mentor": found}
    return render(request, "portal/mentor.html", context, status=400 if form.errors else 200)


@require_http_methods(["GET", "HEAD", "POST"])
@never_cache
def remove_mentor(request: UserRequest, pk: int) -> HttpResponse:
    """After a word of confirmation: forget a mentor."""
    company = acting_company(request)
    found = get_object_or_404(mentors_of(company), pk=pk)
    if request.method == "POST":
        remove(found)
        messages.success(request, _("The mentor is removed."))
        return redirect("company-mentors")
    audit.seen(request.user, [found], "company-mentor")
    return render(request, "portal/remove_mentor.html", {"company": company, "mentor": found})
