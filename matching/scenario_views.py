"""The what-if pages: scenarios made, changed, shared by a link and compared."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.core.paginator import Page, Paginator
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts.requests import UserRequest
from matching.scenario_effects import effect_rows
from matching.scenario_forms import ChangeForm, CompareForm, NameForm, NewScenarioForm
from matching.scenario_queries import campuses_for_scenarios
from matching.scenario_rows import Line, compared, lines, map_data
from matching.scenarios import Scenario

PAGE_SIZE = 25


def _own(request: UserRequest, pk: int) -> Scenario:
    """A scenario of the user at hand; 404 for another's."""
    scenarios = Scenario.objects.of(request.user).select_related("school_year")
    return get_object_or_404(scenarios, pk=pk)


def _page_of(request: UserRequest, found: list[Line]) -> Page[Line]:
    return Paginator(found, PAGE_SIZE).get_page(request.GET.get("page"))


def _outcome(request: UserRequest, scenario: Scenario) -> dict[str, Any]:
    """What a page about a scenario shows, whoever looks at it."""
    found = lines(effect_rows(scenario.steps(), scenario.school_year))
    page = _page_of(request, found)
    changes = scenario.changes.select_related("campus__school", "programme")
    return {
        "scenario": scenario,
        "changes": changes,
        "page": page,
        "map_data": map_data(found, page),
    }


@require_http_methods(["GET", "HEAD", "POST"])
def scenarios(request: UserRequest) -> HttpResponse:
    """The user's scenarios, a form for another and one to compare two."""
    form = NewScenarioForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        scenario = form.save(commit=False)
        scenario.owner, scenario.school_year = request.user, form.cleaned_data["school_year"]
        scenario.save()
        return redirect("scenario", scenario.pk)
    context = {
        "form": form,
        "compare": CompareForm(user=request.user),
        "scenarios": Scenario.objects.of(request.user).listed(),
    }
    return render(request, "matching/scenarios.html", context, status=400 if form.errors else 200)


@require_safe
def scenario(request: UserRequest, pk: int) -> HttpResponse:
    """A scenario: its changes, and before and after for everyone it touches."""
    return _scenario_page(request, _own(request, pk))


def _scenario_page(
    request: UserRequest, scenario: Scenario, **forms: NameForm | ChangeForm
) -> HttpResponse:
    """The page, with the forms that were refused as they were typed."""
    campuses = campuses_for_scenarios(request.user)
    address = None
    if scenario.link:
        address = request.build_absolute_uri(scenario.shared_address())
    context = {
        "form": ChangeForm(campuses=campuses, scenario=scenario),
        "name_form": NameForm(instance=scenario),
        "address": address,
        **forms,
        **_outcome(request, scenario),
    }
    return render(request, "matching/scenario.html", context, status=400 if forms else 200)


@require_POST
def add_change(request: UserRequest, pk: int) -> HttpResponse:
    scenario = _own(request, pk)
    campuses = campuses_for_scenarios(request.user)
    form = ChangeForm(request.POST, campuses=campuses, scenario=scenario)
    if not form.is_valid():
        return _scenario_page(request, scenario, form=form)
    form.save()
    return redirect("scenario", pk)


@require_POST
def remove_change(request: UserRequest, pk: int, change: int) -> HttpResponse:
    get_object_or_404(_own(request, pk).changes, pk=change).delete()
    return redirect("scenario", pk)


@require_POST
def rename(request: UserRequest, pk: int) -> HttpResponse:
    scenario = _own(request, pk)
    form = NameForm(request.POST, instance=scenario)
    if not form.is_valid():
        scenario.refresh_from_db()
        return _scenario_page(request, scenario, name_form=form)
    form.save()
    return redirect("scenario", pk)


@require_POST
def duplicate(request: UserRequest, pk: int) -> HttpResponse:
    scenario = _own(request, pk)
    copy = scenario.duplicate(_("%(name)s (copy)") % {"name": scenario.name[:70]})
    return redirect("scenario", copy.pk)


@require_POST
def share(request: UserRequest, pk: int) -> HttpResponse:
    """Make the link, or with `revoke` make it lead nowhere."""
    scenario = _own(request, pk)
    if "revoke" in request.POST:
        scenario.revoke()
        messages.success(request, _("The link no longer works."))
    else:
        scenario.share()
    return redirect("scenario", pk)


@require_http_methods(["GET", "HEAD", "POST"])
def delete(request: UserRequest, pk: int) -> HttpResponse:
    """Asks first; what is deleted does not come back."""
    scenario = _own(request, pk)
    if request.method == "POST":
        scenario.delete()
        messages.success(request, _("The scenario is deleted."))
        return redirect("scenarios")
    return render(request, "matching/scenario_delete.html", {"scenario": scenario})


@require_safe
@never_cache
def shared(request: UserRequest, link: str) -> HttpResponse:
    """A scenario for whoever has its link and a login: to read, not to change."""
    scenarios = Scenario.objects.shared().select_related("school_year")
    context = _outcome(request, get_object_or_404(scenarios, link=link))
    return render(request, "matching/scenario_shared.html", context)


@require_safe
def compare(request: UserRequest) -> HttpResponse:
    """Two scenarios beside today."""
    form = CompareForm(request.GET, user=request.user)
    if not form.is_valid():
        return render(request, "matching/scenario_compare.html", {"form": form}, status=400)
    pair = [form.cleaned_data[name] for name in ("a", "b")]
    a, b = (effect_rows(scenario.steps(), scenario.school_year) for scenario in pair)
    page = _page_of(request, compared(a, b))
    context = {"form": form, "a": pair[0], "b": pair[1], "page": page}
    return render(request, "matching/scenario_compare.html", context)
