"""The forms of decisions and exclusions."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext_lazy

from companies.recognitions import MAX_YEARS
from radar.web.inputs import DayInput


def day_field(label: Any, **kwargs: Any) -> forms.DateField:
    """A day, in the browser's own way to choose one."""
    return forms.DateField(label=label, widget=DayInput(), **kwargs)


class _Form(forms.Form):
    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **({"label_suffix": ""} | kwargs))


class ReasonForm(_Form):
    """Why: the company reads it."""

    reason = forms.CharField(
        label=_("Reason"), max_length=2000, widget=forms.Textarea(attrs={"rows": 4})
    )


class PeriodForm(_Form):
    """From when to when, at most five years."""

    valid_from = day_field(_("From"))
    valid_until = day_field(_("Until"))
    reason = forms.CharField(
        label=_("Remark"),
        required=False,
        max_length=2000,
        widget=forms.Textarea(attrs={"rows": 2}),
    )


class BulkForm(_Form):
    """One decision on many requests: its reason, and for how long where they are recognised."""

    reason = forms.CharField(
        label=_("Reason"),
        required=False,
        max_length=2000,
        widget=forms.Textarea(attrs={"rows": 3}),
    )
    years = forms.TypedChoiceField(
        label=_("For"),
        coerce=int,
        initial=MAX_YEARS,
        choices=[
            (n, ngettext_lazy("%(n)s year", "%(n)s years", n) % {"n": n})
            for n in range(MAX_YEARS, 0, -1)
        ],
    )

    def __init__(self, *args: Any, needs_reason: bool, has_period: bool, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["reason"].required = needs_reason
        if not has_period:
            del self.fields["years"]


class ExclusionForm(_Form):
    """An exclusion: from when, until when or for good, and why."""

    valid_from = day_field(_("From"))
    valid_until = day_field(_("Until"), required=False, help_text=_("Leave empty for good."))
    reason = forms.CharField(
        label=_("Reason"), max_length=2000, widget=forms.Textarea(attrs={"rows": 4})
    )
