"""Reporting an error about an establishment, and settling it."""

from __future__ import annotations

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.core.paginator import Paginator
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts.requests import UserRequest
from placement.error_report_forms import ErrorReportForm
from placement.error_reports import ErrorReport, report_error, settle, unsettle
from placement.establishment_views import establishment_or_404

PAGE_SIZE = 25


@require_http_methods(["GET", "HEAD", "POST"])
def error_report(request: UserRequest, number: str) -> HttpResponse:
    """Say what is wrong; the company and its sector hear of it."""
    establishment = establishment_or_404(request, number)
    form = ErrorReportForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        said = form.cleaned_data
        try:
            report_error(establishment, request.user, said["subject"], said["text"])
        except ValidationError as error:
            form.add_error(None, error)
        else:
            text = _("Thank you. The company and its sector have been told.")
            messages.success(request, text)
            return redirect("establishment", establishment.unit_number)
    context = {"form": form, "establishment": establishment}
    status = 400 if form.errors else 200
    return render(request, "placement/error_report.html", context, status=status)


@require_safe
def error_reports(request: UserRequest) -> HttpResponse:
    """The reports that this user may settle: open ones, or with `settled` the others."""
    reports = ErrorReport.objects.settled_by(request.user).select_related(
        "establishment__company", "reported_by", "settled_by", "sector"
    )
    shown = request.GET.get("show") == "settled"
    page = Paginator(reports.filter(settled_at__isnull=not shown), PAGE_SIZE)
    return render(
        request,
        "placement/error_reports.html",
        {"page": page.get_page(request.GET.get("page")), "settled": shown},
    )


@require_POST
def settle_error(request: UserRequest, pk: int) -> HttpResponse:
    """Settle a report, or open it again."""
    report = get_object_or_404(ErrorReport.objects.settled_by(request.user), pk=pk)
    if "again" in request.POST:
        unsettle(report)
        messages.success(request, _("The report is open again."))
    else:
        settle(report, request.user)
        messages.success(request, _("The report is settled."))
    return redirect("error-reports")
