"""Shortlists: put places on them, order them, note something, and approach from there."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.db import transaction
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts.requests import UserRequest
from companies.contact_limits import contact_guards
from companies.models import Approach, Recognition, Workplace
from placement.discussion import discussions
from placement.shortlist_forms import AddForm, EntryForm, ShortlistForm
from placement.shortlists import Shortlist, ShortlistEntry
from radar.web.spreadsheets import FORMATS, table_response
from schools.models import SchoolYear
from schools.policies import CampusPolicy


def _own(request: UserRequest, pk: int) -> Shortlist:
    """A shortlist of the schools that the user acts for; 404 for another's."""
    found = Shortlist.objects.of(request.user).select_related("campus__school", "programme")
    return get_object_or_404(found, pk=pk)


def _own_entry(request: UserRequest, pk: int, entry: int, lock: bool = False) -> ShortlistEntry:
    found = _own(request, pk).entries.select_related("establishment")
    return get_object_or_404(found.select_for_update(of=("self",)) if lock else found, pk=entry)


@require_http_methods(["GET", "HEAD", "POST"])
def shortlists(request: UserRequest) -> HttpResponse:
    """The lists of the user's schools, and a form for a new one."""
    campuses = CampusPolicy(request.user).campuses()
    form = ShortlistForm(request.POST or None, campuses=campuses)
    if request.method == "POST" and form.is_valid():
        return redirect("shortlist", form.shortlist().pk)
    lists = Shortlist.objects.of(request.user).listed()[:200]
    status = 400 if form.errors else 200
    return render(
        request, "placement/shortlists.html", {"form": form, "shortlists": lists}, status=status
    )


@require_safe
def shortlist(request: UserRequest, pk: int) -> HttpResponse:
    """One list in its order, with what to know before an establishment is approached."""
    found = _own(request, pk)
    rows = _rows(found)
    if (suffix := request.GET.get("format")) in FORMATS:
        header = [_("position"), _("establishment"), _("address"), _("free places"), _("note")]
        cells = (
            [
                row["entry"].position,
                row["entry"].establishment.name,
                row["entry"].establishment.address,
                row["free"],
                row["entry"].note,
            ]
            for row in rows
        )
        return table_response(f"shortlist-{found.campus.key}", suffix, header, cells)
    return _page(request, found, rows)


def _page(
    request: UserRequest,
    shortlist: Shortlist,
    rows: list[dict[str, Any]],
    refused: EntryForm | None = None,
) -> HttpResponse:
    for row in rows:
        ours = refused is not None and refused.instance.pk == row["entry"].pk
        row["form"] = (
            refused
            if ours
            else EntryForm(instance=row["entry"], auto_id=f"id_{row['entry'].pk}_%s")
        )
    context = {"shortlist": shortlist, "rows": rows}
    status = 200 if refused is None else 409 if refused.conflicts else 400
    return render(request, "placement/shortlist.html", context, status=status)


def _rows(shortlist: Shortlist) -> list[dict[str, Any]]:
    """Per entry: places this school year, guard, discussion, and our own approach. Six queries."""
    today = timezone.localdate()
    year = SchoolYear.objects.current(today)
    entries = list(
        shortlist.entries.select_related(
            "establishment__company", "establishment__municipality"
        ).order_by("position", "pk")
    )
    places = [entry.establishment for entry in entries]
    recognised = set(
        Recognition.objects.usable_in(year, today)
        .filter(programme=shortlist.programme_id, establishment__in=places)
        .values_list("establishment", flat=True)
    )
    offered = {
        place.recognition.establishment_id: place
        for place in Workplace.objects.filter(
            school_year=year,
            recognition__programme=shortlist.programme_id,
            recognition__establishment__in=places,
            recognition__in=Recognition.objects.usable_in(year, today),
        ).select_related("recognition")
    }
    guards = contact_guards(places, shortlist.campus.school_id, today)
    school, programme = shortlist.campus.school_id, shortlist.programme_id
    talks = discussions((school, place.pk, programme) for place in places)
    ours = {
        approach.establishment_id: approach
        for approach in Approach.objects.filter(
            campus=shortlist.campus_id, programme=programme, establishment__in=places
        ).order_by("changed_at")
    }
    return [
        {
            "entry": entry,
            "recognised": entry.establishment_id in recognised,
            "free": (
                offered[entry.establishment_id].places_free
                if entry.establishment_id in offered
                else None
            ),
            "guard": guards[entry.establishment_id],
            "discussion": talks.get((school, entry.establishment_id, programme)),
            "approach": ours.get(entry.establishment_id),
            "first": number == 1,
            "last": number == len(entries),
        }
        for number, entry in enumerate(entries, 1)
    ]


@require_POST
def add(request: UserRequest) -> HttpResponse:
    """Put an establishment on the list of a campus and programme; back to where it was found."""
    form = AddForm(request.POST, campuses=CampusPolicy(request.user).campuses())
    if not form.is_valid():
        for errors in form.errors.values():
            messages.error(request, str(errors[0]))
        return render(request, "placement/shortlist_refused.html", {"form": form}, status=400)
    found, place = form.shortlist(), form.cleaned_data["establishment"]
    try:
        new = found.add(place, request.user)
    except ValidationError as error:
        messages.error(request, error.messages[0])
    else:
        text = (
            _("%(name)s is on the shortlist.")
            if new
            else _("%(name)s was on the shortlist already.")
        )
        messages.success(request, text % {"name": place})
    if request.htmx:
        return render(
            request,
            "placement/_shortlisted.html",
            {"shortlist": found, "establishment": place},
        )
    back = request.POST.get("next", "")
    if url_has_allowed_host_and_scheme(back, allowed_hosts={request.get_host()}):
        return redirect(back)
    return redirect("shortlist", found.pk)


@require_POST
def place(request: UserRequest, pk: int, entry: int) -> HttpResponse:
    """Move an entry to a position; where it went is announced and keeps the focus."""
    found = _own(request, pk)
    item = get_object_or_404(found.entries, pk=entry)
    asked = request.POST.get("position", "")
    if asked.isascii() and asked.isdecimal() and len(asked) < 5:
        found.place(item, int(asked))
    return redirect(f"{_address(found)}#entry-{item.pk}")


def _address(shortlist: Shortlist) -> str:
    return redirect("shortlist", shortlist.pk).url


@require_POST
@transaction.atomic
def note(request: UserRequest, pk: int, entry: int) -> HttpResponse:
    """Save the note of an entry; who was overtaken is told."""
    item = _own_entry(request, pk, entry, lock=True)
    form = EntryForm(request.POST, instance=item, auto_id=f"id_{item.pk}_%s")
    if not form.is_valid():
        found = _own(request, pk)
        return _page(request, found, _rows(found), form)
    form.save()
    messages.success(request, _("Saved."))
    return redirect(f"{_address(item.shortlist)}#entry-{item.pk}")


@require_POST
def remove(request: UserRequest, pk: int, entry: int) -> HttpResponse:
    """Take an establishment off the list; the message offers to put it back."""
    item = _own_entry(request, pk, entry)
    name = str(item.establishment)
    item.delete()
    messages.success(request, _("%(name)s is off the shortlist.") % {"name": name})
    return redirect("shortlist", pk)


@require_http_methods(["GET", "HEAD", "POST"])
def delete(request: UserRequest, pk: int) -> HttpResponse:
    """Asks first; the approaches made from the list stay."""
    found = _own(request, pk)
    if request.method == "POST":
        found.delete()
        messages.success(request, _("The shortlist is deleted."))
        return redirect("shortlists")
    return render(request, "placement/shortlist_delete.html", {"shortlist": found})
