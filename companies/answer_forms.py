"""What an establishment answers to a school, with a link or logged in."""

from __future__ import annotations

from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from companies.approaches import ApproachStatus, DeclineReason
from companies.approaching import Answer


class AnswerForm(forms.Form):
    """Yes, an interview first, or no with a reason; `answer` after `is_valid()`."""

    status = forms.ChoiceField(
        label=_("Your answer"),
        choices=[
            (ApproachStatus.ANSWERED.value, _("Yes, a pupil is welcome")),
            (ApproachStatus.INTERVIEW.value, _("We want to meet the pupil first")),
            (ApproachStatus.DECLINED.value, _("No, not now")),
        ],
        widget=forms.RadioSelect,
    )
    decline_reason = forms.ChoiceField(
        label=_("Why not?"),
        choices=[("", _("Choose a reason")), *DeclineReason.choices],
        required=False,
    )
    note = forms.CharField(
        label=_("Message to the school"),
        required=False,
        max_length=2000,
        widget=forms.Textarea(attrs={"rows": 4}),
        help_text=_("For instance when you can be reached. No names of pupils."),
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **({"label_suffix": ""} | kwargs))

    def clean(self) -> None:
        super().clean()
        declines = self.cleaned_data.get("status") == ApproachStatus.DECLINED
        if not declines:
            self.cleaned_data["decline_reason"] = ""
        elif not self.cleaned_data.get("decline_reason") and "decline_reason" not in self.errors:
            self.add_error("decline_reason", ValidationError(_("Choose a reason.")))

    @property
    def answer(self) -> Answer:
        found = self.cleaned_data
        return Answer(ApproachStatus(found["status"]), found["note"], found["decline_reason"])
