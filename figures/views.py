"""The region's figures: an overview, and a page for every table."""

from __future__ import annotations

from typing import Any

from django.contrib.auth.decorators import login_not_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe
from django.views.decorators.vary import vary_on_headers

from accounts.requests import UserRequest
from figures.downloads import DOWNLOADS, download, workbook
from figures.exports import facts_about, withheld_note
from figures.forms import FiguresForm
from figures.measures import Measure
from figures.models import Cube
from figures.overview import overview_of
from figures.policies import FiguresPolicy
from figures.presentation import TablePage
from figures.records import page_of
from figures.results import answer
from figures.tables import BY_SLUG, TABLES, Table


@login_not_required
@require_safe
def overview(request: HttpRequest) -> HttpResponse:
    """What the region has this school year, over the years, and which tables there are."""
    cube = Cube.objects.current()
    if cube is None:
        return _nothing_yet(request)
    if request.GET.get("format") == "xlsx":
        return workbook(cube)
    return render(
        request,
        "figures/overview.html",
        {"tables": TABLES.values(), "cube": cube, "overview": overview_of(cube)},
    )


@login_not_required
@require_safe
@vary_on_headers("HX-Request")
def table(request: HttpRequest, slug: str) -> HttpResponse:
    """A table by the dimensions that are asked, with its pictures and downloads."""
    asked = _table(slug)
    cube = Cube.objects.current()
    if cube is None:
        return _nothing_yet(request)
    form = FiguresForm(_data(request), table=asked, cube=cube)
    context: dict[str, Any] = {"table": asked, "tables": TABLES.values(), "form": form}
    if not form.is_valid():
        return render(request, "figures/table.html", context | {"refused": form.errors}, status=400)
    result = answer(form.question())
    measure = _measure(asked, form)
    if request.GET.get("format") in DOWNLOADS:
        return download(result, measure, request.GET["format"])
    policy = FiguresPolicy(request.user)
    shown = TablePage(
        result,
        measure,
        sort=request.GET.get("sort", ""),
        page=request.GET.get("page", ""),
        sees_records=policy.sees_records(measure.source),
    )
    context |= {
        "shown": shown,
        "measure": measure,
        "facts": facts_about(result),
        "withheld_note": withheld_note(),
        "area": result.question.area_text,
        "cube": cube,
    }
    fragment = request.htmx and not request.htmx.history_restore_request  # type: ignore[attr-defined]
    return render(request, f"figures/{'_answer' if fragment else 'table'}.html", context)


@require_safe
def records(request: UserRequest, slug: str) -> HttpResponse:
    """The records that a figure counted, for who may see them."""
    asked = _table(slug)
    cube = Cube.objects.current()
    policy = FiguresPolicy(request.user)
    if cube is None:
        return _nothing_yet(request)
    form = FiguresForm(_data(request) | {"by": ""}, table=asked, cube=cube)
    if not form.is_valid():
        return render(
            request, "figures/records.html", {"table": asked, "refused": form.errors}, status=400
        )
    measure = _measure(asked, form)
    if measure.count is None or not policy.sees_records(measure.source):
        raise Http404
    question = form.question()
    heads, lines, page = page_of(question, measure, policy, request.GET.get("page", ""))
    return render(
        request,
        "figures/records.html",
        {
            "table": asked,
            "measure": measure,
            "facts": facts_about(answer(question)),
            "heads": heads,
            "lines": lines,
            "page": page,
        },
    )


def _table(slug: str) -> Table:
    if slug not in BY_SLUG:
        raise Http404
    return BY_SLUG[slug]


def _data(request: HttpRequest) -> dict[str, str]:
    """The question in the address: its two lists of dimensions are one parameter."""
    data = {name: str(text) for name, text in request.GET.items() if text}
    if "by" in request.GET:
        data["by"] = ",".join(filter(None, request.GET.getlist("by")))
    return data


def _measure(asked: Table, form: FiguresForm) -> Measure:
    """What is drawn: the column that was asked for, or the first."""
    key = form.cleaned_data["measure"] or asked.shown[0].key
    return asked.measure(key)


def _nothing_yet(request: HttpRequest) -> HttpResponse:
    return render(request, "figures/nothing_yet.html", status=503)
