"""The administrators' screens: choose a file, look at what it would do, import it."""

from __future__ import annotations

from django.core.paginator import Paginator
from django.db import transaction
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts.requests import UserRequest, administrators_only
from imports.forms import UploadForm
from imports.frame import ALLOW_ENDINGS, Importer
from imports.models import ImportRun
from imports.presentation import Report, Source, sources
from imports.registry import importer_of
from imports.rejections import rejection_table
from imports.runs import upload_run
from imports.tasks import import_upload
from imports.template_file import write_template
from radar.web.spreadsheets import FORMATS, attachment, table_response

RUNS_PER_PAGE = 25


def _importer(kind: str) -> type[Importer]:
    try:
        return importer_of(kind)
    except KeyError:
        raise Http404 from None


def _start(run: ImportRun) -> HttpResponse:
    """Hand a run to a worker once it is in the database, and go and look at it."""
    transaction.on_commit(lambda: import_upload.delay(run.pk))
    return redirect("import-run", run.pk)


@require_safe
@administrators_only
def overview(request: UserRequest) -> HttpResponse:
    """What can be imported, how old each source is, and the history."""
    kind = request.GET.get("kind", "")
    runs = ImportRun.objects.select_related("started_by")
    if kind:
        _importer(kind)
        runs = runs.of_kind(kind)
    page = Paginator(runs, RUNS_PER_PAGE).get_page(request.GET.get("page"))
    context = {"sources": sources(), "page": page, "kind": kind, "reports": map(Report, page)}
    return render(request, "imports/overview.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
@administrators_only
def upload(request: UserRequest, kind: str) -> HttpResponse:
    """The form for a file; a file that was sent is first rehearsed."""
    importer = _importer(kind)
    form = UploadForm(importer, request.POST or None, request.FILES or None)
    if request.method == "POST" and form.is_valid():
        return _start(upload_run(kind, form.cleaned_data["file"], request.user, form.options()))
    context = {"form": form, "source": Source.of(importer)}
    status = 400 if form.errors else 200
    return render(request, "imports/upload.html", context, status=status)


@never_cache
@require_safe
@administrators_only
def run(request: UserRequest, pk: int) -> HttpResponse:
    """One run: how far it is, or what it did and what was wrong with the file."""
    found = get_object_or_404(ImportRun.objects.select_related("started_by", "rehearsal"), pk=pk)
    fragment = request.htmx and not request.htmx.history_restore_request
    template = "imports/_run.html" if fragment else "imports/run.html"
    return render(request, template, {"report": Report(found), "run": found})


@require_POST
@administrators_only
def perform(request: UserRequest, pk: int) -> HttpResponse:
    """Import the file of a dry run for real."""
    with transaction.atomic():
        rehearsal = get_object_or_404(ImportRun.objects.select_for_update(), pk=pk)
        started = rehearsal.performances.first()
        if started is not None:
            # The button was pressed twice.
            return redirect("import-run", started.pk)
        if not rehearsal.may_be_performed:
            return _gone(request, rehearsal)
        options = {ALLOW_ENDINGS.name: ALLOW_ENDINGS.name in request.POST}
        return _start(rehearsal.perform(request.user, **options))


def _gone(request: UserRequest, rehearsal: ImportRun) -> HttpResponse:
    context = {
        "report": Report(rehearsal),
        "run": rehearsal,
        "problem": _("This file is no longer kept, or was refused. Choose it again."),
    }
    return render(request, "imports/run.html", context, status=409)


@require_safe
@administrators_only
def rejections(request: UserRequest, pk: int) -> HttpResponse:
    """The rejected rows of a run as CSV."""
    found = get_object_or_404(ImportRun, pk=pk)
    return table_response(f"{found.kind}-{found.pk}-afgewezen", "csv", *rejection_table(found))


@require_safe
@administrators_only
def template(request: UserRequest, kind: str) -> HttpResponse:
    """The workbook to fill in."""
    importer = _importer(kind)
    if not importer.has_template:
        raise Http404
    response = attachment(f"{kind}.xlsx", FORMATS["xlsx"])
    columns = importer.template_columns(timezone.localdate())
    write_template(columns, str(importer.title), response)  # type: ignore[arg-type]
    return response
