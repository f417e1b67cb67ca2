"""The part of a list's filter that every list of a school's work has: which of her campuses."""

from __future__ import annotations

from datetime import date
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from radar.web.choices import later
from schools.models import Campus


class OwnCampusFilter(forms.Form):
    """One of the user's own campuses, or none to see all of them."""

    campus = forms.CharField(label=_("Campus"), required=False, max_length=20)

    #: The words to look for come first, where a list has them.
    field_order = ("q", "campus")

    def __init__(self, *args: Any, user: User, today: date, **kwargs: Any) -> None:
        super().__init__(*args, **({"label_suffix": ""} | kwargs))
        self.user, self.today = user, today
        self.fields["campus"].widget = forms.Select(choices=later(self._campuses))

    def _campuses(self) -> list[tuple[str, str]]:
        campuses = Campus.objects.of(self.user).select_related("school")
        if self.user.is_superuser:
            # An administrator has a thousand: she filters by what she clicks on.
            campuses = campuses.none()
        return [("", str(_("all"))), *((campus.key, str(campus)) for campus in campuses)]

    def clean_campus(self) -> Campus | None:
        key = self.cleaned_data["campus"]
        if not key:
            return None
        try:
            return Campus.objects.of(self.user).select_related("school").keyed(key)
        except Campus.DoesNotExist:
            raise ValidationError(_("This is no campus of yours.")) from None
