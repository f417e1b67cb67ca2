"""The pages of the programming: a school's dossiers, one of them, its PDF, and sectors' advice."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.core.paginator import Paginator
from django.db import transaction
from django.db.models import QuerySet
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts.requests import UserRequest
from placement.programming import actions
from placement.programming.dossiers import Dossier, SectorAdvice
from placement.programming.figures import Figures, figures_of
from placement.programming.forms import AdviceForm, DossierForm, NewDossierForm
from placement.programming.region_map import drawing
from radar.web.pdf import pdf_response
from radar.web.spreadsheets import FORMATS, records_response
from schools.models import CampusQuerySet, SchoolYear, Sector
from schools.policies import CampusPolicy

PAGE_SIZE = 50


@require_http_methods(["GET", "HEAD", "POST"])
def dossiers(request: UserRequest) -> HttpResponse:
    """The dossiers a user may read, by school year, and for a school a form to make another."""
    campuses = CampusPolicy(request.user).campuses()
    form = None
    if campuses.exists():
        form = NewDossierForm(
            request.POST or None, campuses=campuses, initial=_proposed(request, campuses)
        )
    if request.method == "POST":
        if form is None:
            raise Http404
        if form.is_valid():
            form.dossier.save()
            return redirect("dossier", form.dossier.pk)
    found = Dossier.objects.readable_by(request.user).listed()
    if (suffix := request.GET.get("format")) in FORMATS:
        return records_response("programmatie", suffix, [_record(item) for item in found])
    page = Paginator(found, PAGE_SIZE).get_page(request.GET.get("page"))
    context = {"form": form, "page": page}
    status = 400 if form is not None and form.errors else 200
    return render(request, "programming/dossiers.html", context, status=status)


@require_safe
def dossier(request: UserRequest, pk: int) -> HttpResponse:
    """One dossier: what is asked and why, the radar's figures, the advice, what happened."""
    return _page(request, _readable(request, pk))


@require_POST
@transaction.atomic
def edit(request: UserRequest, pk: int) -> HttpResponse:
    """Keep what was typed in a draft; of two at once the second is told."""
    found = get_object_or_404(_own(request).select_for_update(of=("self",)), pk=pk)
    if not found.is_draft:
        return _told(request, found, ValidationError(_("This dossier is no draft any more.")))
    form = DossierForm(request.POST, instance=found)
    if not form.is_valid():
        # The instance carries what was typed; the page shows what is saved.
        return _page(request, _readable(request, pk), status=400, form=form)
    form.save()
    messages.success(request, _("The dossier is saved."))
    return redirect("dossier", pk)


@require_http_methods(["GET", "HEAD", "POST"])
def submit(request: UserRequest, pk: int) -> HttpResponse:
    """After a word of confirmation: hand the draft in."""
    found = get_object_or_404(_own(request), pk=pk)
    if request.method != "POST":
        return render(request, "programming/dossier_submit.html", {"dossier": found})
    try:
        actions.submit(found, timezone.localdate())
    except ValidationError as error:
        return _told(request, found, error)
    messages.success(request, _("The dossier is submitted. The sectors are told."))
    return redirect("dossier", pk)


@require_http_methods(["GET", "HEAD", "POST"])
def withdraw(request: UserRequest, pk: int) -> HttpResponse:
    """After a word of confirmation: take the dossier back."""
    found = get_object_or_404(_own(request), pk=pk)
    if request.method != "POST":
        return render(request, "programming/dossier_withdraw.html", {"dossier": found})
    try:
        actions.withdraw(found, timezone.localdate())
    except ValidationError as error:
        return _told(request, found, error)
    messages.success(request, _("The dossier is withdrawn."))
    return redirect("dossiers")


@require_POST
def advise(request: UserRequest, pk: int) -> HttpResponse:
    """A consultant's advice for one of her sectors."""
    found = get_object_or_404(Dossier.objects.for_sectors_of(request.user).listed(), pk=pk)
    form = AdviceForm(request.POST, sectors=_advising(request, found))
    if form.is_valid():
        asked = form.cleaned_data
        try:
            actions.advise(
                found,
                asked["sector"],
                asked["verdict"],
                asked["text"],
                request.user,
                timezone.localdate(),
            )
        except ValidationError as error:
            form.add_error(None, error)
        else:
            messages.success(request, _("The advice is kept, and the school is told."))
            return redirect("dossier", pk)
    return _page(request, found, status=400, advice_form=form)


@require_safe
def print_dossier(request: UserRequest, pk: int) -> HttpResponse:
    """The dossier as a PDF for the provincial forum."""
    found = _readable(request, pk)
    figures = _figures(found)
    context = {"dossier": found, "figures": figures, "map": figures and drawing(figures)}
    name = f"dossier-{found.campus.key}-{found.programme.number}-{found.school_year}"
    return pdf_response(name, "programming/dossier_print.html", context)


def _page(
    request: UserRequest, found: Dossier, status: int = 200, **forms: DossierForm | AdviceForm
) -> HttpResponse:
    own = Dossier.objects.of(request.user).filter(pk=found.pk).exists()
    figures = _figures(found)
    context: dict[str, Any] = {
        "dossier": found,
        "own": own,
        "figures": figures,
        "map": figures and drawing(figures),
        "form": DossierForm(instance=found) if own and found.is_draft else None,
        "advice_form": _advice_form(request, found),
        **forms,
    }
    return render(request, "programming/dossier.html", context, status=status)


def _readable(request: UserRequest, pk: int) -> Dossier:
    """A dossier the user may read; 404 for any other."""
    return get_object_or_404(Dossier.objects.readable_by(request.user).listed(), pk=pk)


def _own(request: UserRequest) -> QuerySet[Dossier]:
    return Dossier.objects.of(request.user).select_related(
        "campus__school", "programme", "school_year", "offering"
    )


def _figures(found: Dossier) -> Figures | None:
    """Those that were submitted; of a draft, today's."""
    if found.figures is not None:
        return Figures.from_json(found.figures)
    return figures_of(found.campus, found.programme, found.school_year)


def _advising(request: UserRequest, found: Dossier) -> QuerySet[Sector]:
    """The sectors of the programme for which the user may advise."""
    return Sector.objects.filter(
        memberships__user=request.user, programmes=found.programme
    ).distinct()


def _advice_form(request: UserRequest, found: Dossier) -> AdviceForm | None:
    """With what the sector said before, where the user may advise and it is not decided yet."""
    if not Dossier.objects.for_sectors_of(request.user).filter(pk=found.pk).exists():
        return None
    if found.stage != found.stage.SUBMITTED:
        return None
    sectors = _advising(request, found)
    said = SectorAdvice.objects.filter(dossier=found, sector__in=sectors).first()
    return AdviceForm(sectors=sectors, instance=said)


def _told(request: UserRequest, found: Dossier, error: ValidationError) -> HttpResponse:
    """Back to the dossier, with why it was not done."""
    for message in error.messages:
        messages.error(request, message)
    return redirect("dossier", found.pk)


def _proposed(request: UserRequest, campuses: CampusQuerySet) -> dict[str, Any]:
    """What the form starts with: what the address names, else next school year."""
    first = campuses.select_related("school").first()
    next_year = SchoolYear.objects.starting_in(SchoolYear.objects.current().starts_in + 1)
    named = {name: text for name, text in request.GET.items() if name in NewDossierForm.base_fields}
    return {"campus": first.key if first else "", "school_year": next_year.name} | named


def _record(item: Dossier) -> dict[str, Any]:
    """The row of a download, under the words of the screen."""
    return {
        _("school year"): item.school_year.name,
        _("campus"): item.campus.key,
        _("name"): str(item.campus),
        _("number"): item.programme.number,
        _("programme"): item.programme.title,
        _("expected pupils"): item.expected_pupils,
        _("status"): str(item.stage.label),
        _("submitted on"): item.submitted_on,
        _("decided on"): item.offering.decided_on if item.offering else None,
        _("advice"): "; ".join(str(advice) for advice in item.advices.all()),
    }
