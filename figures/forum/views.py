"""The pages of the forum: the provinces, one of them, one request, and the whole as a PDF."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Any

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import Count
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from accounts.requests import UserRequest
from figures.forum.forms import OpinionForm, RemarkForm
from figures.forum.models import Opinion
from figures.forum.policies import ForumPolicy
from figures.forum.province_map import province_drawing
from figures.forum.requests import Asked, agenda, requests_for, turn_of, weighed
from geo.models import Province
from matching.opportunities import radar_policy_in_force
from radar.web.pdf import pdf_response
from radar.web.spreadsheets import FORMATS, records_response
from schools.models import Offering, SchoolYear


def readers_only(view: Callable[..., HttpResponse]) -> Callable[..., HttpResponse]:
    """Decorator of a view: for whoever has no part in a forum it is not there."""

    @wraps(view)
    def guarded(request: UserRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        if not ForumPolicy(request.user).may_read:
            raise Http404
        return view(request, *args, **kwargs)

    return guarded


@require_safe
@readers_only
def provinces(request: UserRequest) -> HttpResponse:
    """The provinces, each with what its forum has to work through."""
    year = _year(request)
    asked = dict(
        requests_for(year)
        .order_by()
        .values_list("campus__municipality__province")
        .annotate(n=Count("pk"))
    )
    said = dict(
        requests_for(year)
        .filter(opinion__isnull=False)
        .order_by()
        .values_list("campus__municipality__province")
        .annotate(n=Count("pk"))
    )
    rows = [
        (province, asked.get(province.pk, 0), said.get(province.pk, 0))
        for province in Province.objects.all()
    ]
    return render(request, "forum/provinces.html", {"rows": rows, "school_year": year})


@require_safe
@readers_only
def forum(request: UserRequest, code: str) -> HttpResponse:
    """A province's requests side by side: the radar, overlaps, advice and the forum's opinion."""
    found = agenda(get_object_or_404(Province, code=code), _year(request))
    if (suffix := request.GET.get("format")) in FORMATS:
        name = f"forum-{code}-{found.school_year}"
        return records_response(name, suffix, [_record(item) for item in found.asked])
    context = {"agenda": found, "map": province_drawing(found), "policy": radar_policy_in_force()}
    if request.GET.get("format") == "pdf":
        name = f"forum-{code}-{found.school_year}"
        return pdf_response(name, "forum/forum_print.html", context)
    return render(request, "forum/forum.html", context)


@require_safe
@readers_only
def asked(request: UserRequest, code: str, pk: int) -> HttpResponse:
    """One request: everything the forum weighs, the remarks and the opinion."""
    return _page(request, _request(code, pk))


@require_POST
@readers_only
def remark(request: UserRequest, code: str, pk: int) -> HttpResponse:
    """Say something about a request."""
    offering = _request(code, pk)
    if not ForumPolicy(request.user).may_speak(_province(offering)):
        raise Http404
    form = RemarkForm(request.POST)
    if not form.is_valid():
        return _page(request, offering, status=400, remark_form=form)
    form.instance.offering, form.instance.author = offering, request.user
    form.save()
    messages.success(request, _("Your remark is kept."))
    return redirect("forum-request", code, pk)


@require_POST
@readers_only
@transaction.atomic
def conclude(request: UserRequest, code: str, pk: int) -> HttpResponse:
    """Write down what the forum thinks; of two at once the second is told."""
    offering = _request(code, pk)
    if not ForumPolicy(request.user).may_conclude(_province(offering)):
        raise Http404
    # Two who write down the first opinion wait for each other here.
    Offering.objects.select_for_update().get(pk=pk)
    kept = Opinion.objects.filter(offering=offering).first() or Opinion(offering=offering)
    kept.given_on, kept.given_by = timezone.localdate(), request.user
    is_first = kept.pk is None
    form = OpinionForm(request.POST, instance=kept)
    if form.is_valid():
        if is_first:
            # Who saw none and writes the first one down, is told of one that came in between.
            kept.version = 1
        form.save()
        messages.success(request, _("The opinion is kept."))
        return redirect("forum-request", code, pk)
    return _page(request, _request(code, pk), status=400, opinion_form=form)


def _year(request: UserRequest) -> SchoolYear:
    """The school year that is asked for; next year, for which schools ask now."""
    this = SchoolYear.objects.current()
    name = request.GET.get("school_year")
    if not name:
        return SchoolYear.objects.starting_in(this.starts_in + 1)
    try:
        return SchoolYear.objects.named(name)
    except (SchoolYear.DoesNotExist, ValidationError):
        raise Http404 from None


def _request(code: str, pk: int) -> Offering:
    """A request of a province; 404 for what is none."""
    offering = get_object_or_404(
        Offering.objects.select_related(
            "campus__school",
            "campus__municipality__province",
            "programme",
            "school_year",
            "opinion__given_by",
            "dossier",
        ).prefetch_related("dossier__advices__sector", "remarks__author"),
        pk=pk,
        campus__municipality__province__code=code,
    )
    if not requests_for(offering.school_year).filter(pk=pk).exists():
        raise Http404
    return offering


def _province(offering: Offering) -> Province:
    municipality = offering.campus.municipality
    if municipality is None:
        raise Http404
    return municipality.province


def _page(
    request: UserRequest, offering: Offering, status: int = 200, **forms: RemarkForm | OpinionForm
) -> HttpResponse:
    province, policy = _province(offering), ForumPolicy(request.user)
    item = weighed(offering)
    context: dict[str, Any] = {
        "item": item,
        "province": province,
        "turn": turn_of(offering, province),
        "policy": radar_policy_in_force(),
        "remark_form": RemarkForm() if policy.may_speak(province) else None,
        "opinion_form": None,
        **forms,
    }
    if policy.may_conclude(province) and context["opinion_form"] is None:
        # By its key: an opinion made of the request itself would be taken for the one it has.
        blank = Opinion(offering_id=offering.pk)
        context["opinion_form"] = OpinionForm(instance=item.opinion or blank)
    return render(request, "forum/request.html", context, status=status)


def _record(item: Asked) -> dict[str, Any]:
    """The row of a download, under the words of the screen."""
    figures = item.opportunity
    return {
        _("number"): item.offering.programme.number,
        _("programme"): item.offering.programme.title,
        _("campus"): item.offering.campus.key,
        _("name"): str(item.offering.campus),
        _("municipality"): str(item.offering.campus.municipality),
        _("expected pupils"): item.expected,
        _("status"): item.offering.get_status_display(),
        _("radar"): item.advice_word,
        _("reasons"): " ".join(item.reason_words),
        _("places per pupil, at least"): round(figures.per_pupil_low, 2) if figures else None,
        _("places per pupil, at most"): round(figures.per_pupil_high, 2) if figures else None,
        _("overlaps with"): "; ".join(
            f"{overlap.offering.campus} ({overlap.metres / 1000:.1f} km)"
            for overlap in item.overlaps
        ),
        _("advice of sectors"): "; ".join(str(advice) for advice in item.advices),
        _("opinion of the forum"): item.opinion.get_view_display() if item.opinion else "",
        _("reasons of the forum"): item.opinion.text if item.opinion else "",
    }
