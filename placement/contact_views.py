"""Approaching one or many establishments."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import Http404, HttpResponse, QueryDict
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods

from accounts.requests import UserRequest
from companies.approaches import OPEN
from companies.approaching import approachable
from companies.contact_limits import contact_guards
from companies.models import Approach, Establishment
from placement.contact_forms import ContactForm
from placement.contacting import make_contact
from placement.discussion import discussions
from placement.message_templates import drafts, filled
from schools.models import Campus, Programme
from schools.policies import CampusPolicy

#: In one message; more than anybody reads answers of.
MOST = 50


@require_http_methods(["GET", "HEAD", "POST"])
def contact(request: UserRequest) -> HttpResponse:
    """A form for the establishments in the address; a POST writes to them or notes the call."""
    asked = request.POST if request.method == "POST" else request.GET
    campus, programme = _about(request, asked)
    today = timezone.localdate()
    # Each of them once, however many recognitions it has.
    places = list(
        Establishment.objects.filter(
            pk__in=approachable(programme, today).filter(pk__in=_keys(asked)).values("pk")
        )
        .select_related("company", "municipality")
        .order_by("name", "pk")
    )
    guards = contact_guards(places, campus.school_id, today)
    known = drafts(campus.school)
    draft = next((item for item in known if item.key == asked.get("template")), known[0])
    form = ContactForm(
        request.POST if request.method == "POST" else None,
        establishments=places,
        guards=guards,
        draft=draft,
    )
    status = 200 if places else 400
    if request.method == "POST":
        if form.is_valid() and "preview" not in request.POST:
            return _made(request, campus, programme, form)
        if form.errors and "preview" not in request.POST:
            status = 400
    context = {
        "form": form,
        "campus": campus,
        "programme": programme,
        "rows": _rows(places, campus, programme, guards, _ticked(request, places)),
        "warns": any(guard.warns for guard in guards.values()),
        "drafts": known,
        "draft": draft,
        "preview": _preview(form, places, campus, programme, request),
    }
    return render(request, "placement/contact.html", context, status=status)


def _about(request: UserRequest, asked: QueryDict) -> tuple[Campus, Programme]:
    """The campus, one of the user's own, and the programme. Raises Http404."""
    try:
        campuses = CampusPolicy(request.user).campuses().select_related("school")
        campus = campuses.keyed(asked.get("campus", ""))
        return campus, Programme.objects.get(number=int(asked.get("programme", "")[:9]))
    except (Campus.DoesNotExist, Programme.DoesNotExist, ValueError):
        raise Http404 from None


def _keys(asked: QueryDict) -> list[int]:
    """The establishments named; what is no key is left out."""
    return [
        int(text)
        for text in asked.getlist("establishment")[:MOST]
        if text.isascii() and text.isdecimal() and len(text) < 18
    ]


def _ticked(request: UserRequest, places: list[Establishment]) -> set[str]:
    if request.method == "POST":
        return set(request.POST.getlist("establishment"))
    return {str(place.pk) for place in places}


def _rows(
    places: list[Establishment],
    campus: Campus,
    programme: Programme,
    guards: dict[int, Any],
    ticked: set[str],
) -> list[dict[str, Any]]:
    """Per establishment what to know before turning to it."""
    school = campus.school_id
    talks = discussions((school, place.pk, programme.pk) for place in places)
    mine = {
        approach.establishment_id: approach
        for approach in Approach.objects.filter(
            campus=campus, programme=programme, establishment__in=places, status__in=OPEN
        )
    }
    return [
        {
            "place": place,
            "email": place.email or place.company.email,
            "telephone": place.telephone or place.company.telephone,
            "guard": guards[place.pk],
            "discussion": talks.get((school, place.pk, programme.pk)),
            "approach": mine.get(place.pk),
            "ticked": str(place.pk) in ticked,
        }
        for place in places
    ]


def _preview(
    form: ContactForm,
    places: list[Establishment],
    campus: Campus,
    programme: Programme,
    request: UserRequest,
) -> dict[str, str] | None:
    """What the first establishment would read."""
    if not places:
        return None
    subject, body = (
        filled(str(form[name].value() or ""), places[0], programme, campus, request.user)
        for name in ("subject", "body")
    )
    return {"to": places[0].name, "subject": subject, "body": body}


def _made(
    request: UserRequest, campus: Campus, programme: Programme, form: ContactForm
) -> HttpResponse:
    today = timezone.localdate()
    made = make_contact(campus, programme, form.chosen, form.contact, request.user, today)
    done = [item for item in made if item.approach]
    for item in made:
        if item.refused:
            text = _("%(name)s: %(reason)s")
            messages.error(request, text % {"name": item.establishment, "reason": item.refused})
    if done:
        text = ngettext("%(n)s contact is noted.", "%(n)s contacts are noted.", len(done))
        messages.success(request, text % {"n": len(done)})
    if len(made) == 1 and done and done[0].approach:
        return redirect("approach", done[0].approach.pk)
    return redirect("approaches")
