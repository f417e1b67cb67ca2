"""The form with which one or many establishments are approached."""

from __future__ import annotations

from collections.abc import Collection
from typing import Any

from django import forms
from django.conf import settings
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from companies.approaching import Answer, Message
from companies.contact_limits import ContactGuard
from companies.models import ApproachStatus, DeclineReason, Establishment
from placement.contacting import Contact, How
from placement.message_templates import Draft, check_placeholders, one_line
from radar.web.inputs import DayInput


class ContactForm(forms.Form):
    """How to approach the ticked establishments; `contact` and `chosen` after `is_valid()`."""

    establishment = forms.ModelMultipleChoiceField(
        label=_("Establishments"), queryset=Establishment.objects.none()
    )
    how = forms.ChoiceField(
        label=_("How?"),
        choices=[
            (How.EMAIL.value, _("E-mail now")),
            (How.TELEPHONE.value, _("I rang")),
            (How.LATER.value, _("Plan for later")),
        ],
        widget=forms.RadioSelect,
        initial=How.EMAIL.value,
    )
    language = forms.ChoiceField(
        label=_("Language of the e-mail"), choices=settings.LANGUAGES, required=False
    )
    subject = forms.CharField(
        label=_("Subject"),
        max_length=150,
        required=False,
        validators=[one_line, check_placeholders],
        strip=False,
    )
    body = forms.CharField(
        label=_("Message"),
        max_length=5000,
        required=False,
        validators=[check_placeholders],
        widget=forms.Textarea(attrs={"rows": 10}),
    )
    outcome = forms.ChoiceField(
        label=_("What did they say?"),
        required=False,
        choices=[
            ("", _("Nothing yet: they will let us know")),
            (ApproachStatus.ANSWERED.value, _("Yes, a pupil is welcome")),
            (ApproachStatus.INTERVIEW.value, _("There will be an interview")),
            (ApproachStatus.DECLINED.value, _("No")),
        ],
    )
    decline_reason = forms.ChoiceField(
        label=_("Why not?"),
        required=False,
        choices=[("", _("Choose a reason")), *DeclineReason.choices],
    )
    note = forms.CharField(
        label=_("Note for ourselves"),
        required=False,
        max_length=2000,
        widget=forms.Textarea(attrs={"rows": 2}),
    )
    follow_up_on = forms.DateField(label=_("Follow up on"), required=False, widget=DayInput())
    despite = forms.BooleanField(label=_("I have read the warnings and go on"), required=False)

    def __init__(
        self,
        *args: Any,
        establishments: Collection[Establishment],
        guards: dict[int, ContactGuard],
        draft: Draft,
        **kwargs: Any,
    ) -> None:
        super().__init__(*args, **({"label_suffix": ""} | kwargs))
        self.establishments, self.guards = establishments, guards
        known = [place.pk for place in establishments]
        choice: Any = self.fields["establishment"]
        choice.queryset = Establishment.objects.filter(pk__in=known)
        for name in ("subject", "body", "language"):
            self.initial.setdefault(name, getattr(draft, name))

    def clean(self) -> None:
        super().clean()
        found = self.cleaned_data
        how = found.get("how")
        if how == How.EMAIL:
            for name in ("subject", "body"):
                if not found.get(name, "").strip() and name not in self.errors:
                    self.add_error(name, ValidationError(_("An e-mail needs this.")))
        if how == How.TELEPHONE and found.get("outcome") == ApproachStatus.DECLINED:
            if not found.get("decline_reason") and "decline_reason" not in self.errors:
                self.add_error("decline_reason", ValidationError(_("Choose a reason.")))
        else:
            found["decline_reason"] = ""
        if how != How.LATER and not found.get("despite") and self.warned:
            self.add_error(
                "despite", ValidationError(_("Read the warnings first, then tick this."))
            )

    @property
    def warned(self) -> bool:
        """Whether a guard warns about one of the chosen establishments."""
        return any(self.guards[place.pk].warns for place in self.chosen)

    @property
    def chosen(self) -> list[Establishment]:
        """The ticked ones, in the order of the page."""
        ticked = {place.pk for place in self.cleaned_data.get("establishment", ())}
        return [place for place in self.establishments if place.pk in ticked]

    @property
    def message(self) -> Message:
        found = self.cleaned_data
        language = found.get("language") or settings.LANGUAGE_CODE
        return Message(found.get("subject", ""), found.get("body", ""), language)

    @property
    def contact(self) -> Contact:
        found = self.cleaned_data
        outcome = None
        if found["how"] == How.TELEPHONE and found["outcome"]:
            status = ApproachStatus(found["outcome"])
            outcome = Answer(status, "", found["decline_reason"])
        return Contact(
            How(found["how"]), self.message, found["note"], found["follow_up_on"], outcome
        )
