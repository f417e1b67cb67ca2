"""The saved searches of a user: keep, rename, pause, delete, and end the mails in one click."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib import messages
from django.contrib.auth.decorators import login_not_required
from django.db import IntegrityError, transaction
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.cache import never_cache
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts.requests import UserRequest
from placement.saved_searches import MOST, SavedSearch, look, normalised, unsubscribe, user_of


class NameForm(forms.Form):
    """What a search is called."""

    name = forms.CharField(label=gettext_lazy("Name"), max_length=80)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **({"label_suffix": ""} | kwargs))


def _name_form(saved: SavedSearch) -> NameForm:
    return NameForm({"name": saved.name}, auto_id=f"id_{saved.pk}_%s")


@require_safe
def saved_searches(request: UserRequest) -> HttpResponse:
    """One's own searches."""
    searches = SavedSearch.objects.of(request.user)
    rows = [(saved, _name_form(saved)) for saved in searches]
    return render(request, "placement/saved_searches.html", {"rows": rows})


@require_http_methods(["GET", "HEAD", "POST"])
def save_search(request: UserRequest) -> HttpResponse:
    """Keep a search under a name; the question stands in the address, as in the search itself."""
    saved = SavedSearch(user=request.user, query=normalised(request.GET))
    question = saved.form()
    if len(saved.query) > 4000 or not question.is_valid():
        return render(request, "400.html", status=400)
    asked = question.cleaned_data
    usual = f"{asked['programme']} · {asked['start'].label if asked['start'] else asked['campus']}"
    form = NameForm(request.POST or None, initial={"name": usual[:80]})
    if request.method == "POST" and form.is_valid():
        if SavedSearch.objects.of(request.user).count() >= MOST:
            text = _("You keep %(most)s searches: delete one first.")
            form.add_error(None, text % {"most": MOST})
        elif _named(saved, form):
            # What is there now is no news.
            look(saved)
            text = _("The search is kept. You get a mail when something is new.")
            messages.success(request, text)
            return redirect("saved-searches")
    context = {"form": form, "saved": saved, "asked": asked}
    return render(
        request, "placement/save_search.html", context, status=400 if form.errors else 200
    )


def _named(saved: SavedSearch, form: NameForm) -> bool:
    saved.name = form.cleaned_data["name"]
    try:
        with transaction.atomic():
            saved.save()
    except IntegrityError:
        form.add_error("name", _("You have a search with this name already."))
        return False
    return True


def _own(request: UserRequest, pk: int) -> SavedSearch:
    return get_object_or_404(SavedSearch.objects.of(request.user), pk=pk)


@require_POST
def rename_search(request: UserRequest, pk: int) -> HttpResponse:
    saved = _own(request, pk)
    form = NameForm(request.POST, auto_id=f"id_{pk}_%s")
    if form.is_valid() and _named(saved, form):
        messages.success(request, _("The search has a new name."))
        return redirect("saved-searches")
    others = SavedSearch.objects.of(request.user)
    rows = [(row, form if row.pk == pk else _name_form(row)) for row in others]
    return render(request, "placement/saved_searches.html", {"rows": rows}, status=400)


@require_POST
def pause_search(request: UserRequest, pk: int) -> HttpResponse:
    """No mails about a search, or mails again."""
    saved = _own(request, pk)
    if "again" in request.POST:
        saved.paused_at = None
        saved.save(update_fields=["paused_at"])
        # What came while it was paused is no news either.
        look(saved)
        messages.success(request, _("You get mails about %(name)s again.") % {"name": saved})
    else:
        saved.paused_at = saved.paused_at or timezone.now()
        saved.save(update_fields=["paused_at"])
        messages.success(request, _("You get no mails about %(name)s now.") % {"name": saved})
    return redirect("saved-searches")


@require_http_methods(["GET", "HEAD", "POST"])
def delete_search(request: UserRequest, pk: int) -> HttpResponse:
    """Asks first: a question of ten choices is not typed again in a moment."""
    saved = _own(request, pk)
    if request.method == "POST":
        saved.delete()
        messages.success(request, _("The search is deleted."))
        return redirect("saved-searches")
    return render(request, "placement/delete_search.html", {"saved": saved})


@login_not_required
@csrf_exempt
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def unsubscribe_searches(request: HttpRequest, token: str) -> HttpResponse:
    """End the mails: a click asks for a second one, a mail program's POST (RFC 8058) does it.

    Works without an account and more than once; it pauses, so that nothing is lost. There is no
    cookie to ride on, so nothing for a forged request to use.
    """
    user = user_of(token)
    if user is None:
        raise Http404
    if request.method == "POST":
        unsubscribe(user)
    return render(
        request, "placement/unsubscribe.html", {"done": request.method == "POST", "reader": user}
    )
