"""Privacy: what is kept of whom and for how long, one's own data as a file, and deletion."""

from __future__ import annotations

import json

from django import forms
from django.contrib import messages
from django.contrib.auth import logout
from django.contrib.auth.decorators import login_not_required
from django.core.exceptions import ValidationError
from django.core.serializers.json import DjangoJSONEncoder
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_safe

from accounts import personal_data, retention
from accounts.deletion import delete_account
from accounts.models import User
from accounts.requests import UserRequest


@login_not_required
@require_safe
@never_cache
def privacy(request: HttpRequest) -> HttpResponse:
    """What is kept of anyone, why and for how long; for a user, how much of it there is of her."""
    user = request.user
    counts = personal_data.counts(user) if isinstance(user, User) else {}
    rows = [(kept, counts.get(kept.slug)) for kept in personal_data.kinds()]
    context = {"rows": rows, "rules": retention.rules()}
    return render(request, "accounts/privacy.html", context)


@require_safe
@never_cache
def my_data(request: UserRequest) -> HttpResponse:
    """All that is kept of the user at hand, as JSON."""
    body = json.dumps(
        personal_data.export(request.user), cls=DjangoJSONEncoder, indent=2, ensure_ascii=False
    )
    return HttpResponse(
        body,
        content_type="application/json",
        headers={"Content-Disposition": 'attachment; filename="radar-duaal.json"'},
    )


class DeletionForm(forms.Form):
    """Her own address, typed: a click alone is made too easily."""

    email = forms.EmailField(label=gettext_lazy("Your e-mail address"))

    def __init__(self, *args: object, user: User, **kwargs: object) -> None:
        super().__init__(*args, **kwargs)  # type: ignore[arg-type]
        self.user = user

    def clean_email(self) -> str:
        email = str(self.cleaned_data["email"]).lower()
        if email != self.user.email.lower():
            raise ValidationError(_("This is not the address of your account."))
        return email


@require_http_methods(["GET", "HEAD", "POST"])
@never_cache
def delete_my_account(request: UserRequest) -> HttpResponse:
    """Says what goes and what stays, and asks; what is deleted does not come back."""
    user = request.user
    form = DeletionForm(request.POST or None, user=user)
    hindrances = personal_data.hindrances(user)
    if request.method == "POST" and form.is_valid():
        try:
            delete_account(user)
        except ValidationError as error:
            hindrances = error.messages
        else:
            logout(request)
            messages.success(request, _("Your account is deleted."))
            return redirect("home")
    context = {"form": form, "hindrances": hindrances, "kinds": personal_data.kinds()}
    status = 200 if request.method != "POST" else 400
    return render(request, "accounts/delete.html", context, status=status)
