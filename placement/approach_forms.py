"""The forms about approaches: what a list shows, the next step, and what a coordinator keeps."""

from __future__ import annotations

from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.db.models import Q, QuerySet
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from companies.approaches import ApproachQuerySet
from companies.approaching import Answer
from companies.models import Approach, ApproachStatus, DeclineReason
from placement.own_campus_filter import OwnCampusFilter
from radar.web.choices import SearchSelect
from radar.web.inputs import DayInput
from radar.web.versions import VersionedForm
from schools.models import Programme

#: What a list may be sorted by: the name in the address, and the fields.
SORTS = {
    "name": ("establishment__name", "pk"),
    "programme": ("programme__title", "pk"),
    "campus": ("campus__school__name", "campus__site_number", "pk"),
    "status": ("status", "pk"),
    "sent": ("sent_on", "pk"),
    "answered": ("answered_on", "pk"),
    "follow-up": ("follow_up_on", "pk"),
    "changed": ("changed_at", "pk"),
}


class ApproachFilter(OwnCampusFilter):
    """Which approaches to show. What is not chosen does not filter."""

    q = forms.CharField(
        label=_("Establishment or town"),
        required=False,
        max_length=100,
        widget=forms.TextInput(attrs={"type": "search"}),
    )
    programme = forms.IntegerField(label=_("Programme"), required=False, min_value=0)
    status = forms.ChoiceField(
        label=_("Status"), required=False, choices=[("", _("all")), *ApproachStatus.choices]
    )
    mine = forms.BooleanField(label=_("only mine"), required=False)
    due = forms.BooleanField(label=_("only to follow up"), required=False)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["programme"].widget = SearchSelect(self._programmes)

    def _programmes(self) -> list[tuple[str, str]]:
        approached = Approach.objects.of(self.user).order_by().values("programme")
        programmes = Programme.objects.filter(pk__in=approached).order_by("title", "number")
        return [("", str(_("all"))), *((str(item.number), item.title) for item in programmes)]

    def approaches(self) -> ApproachQuerySet:
        """The approaches asked for; call after `is_valid()`."""
        asked = self.cleaned_data
        found = Approach.objects.of(self.user)
        for word in asked["q"].split()[:5]:
            found = found.filter(
                Q(establishment__name__icontains=word)
                | Q(establishment__municipality__name__icontains=word)
            )
        if asked["campus"]:
            found = found.filter(campus=asked["campus"])
        if asked["programme"] is not None:
            found = found.filter(programme__number=asked["programme"])
        if asked["status"]:
            found = found.filter(status=asked["status"])
        if asked["mine"]:
            found = found.filter(coordinator=self.user)
        if asked["due"]:
            found = found.to_follow_up(self.today)
        return found.with_names()


class StepForm(forms.Form):
    """The next step that a coordinator writes down; those that need more have a page of their own.

    `answer` after `is_valid()`, where the step is an answer.
    """

    to = forms.ChoiceField(label=_("What happened?"), widget=forms.RadioSelect)
    decline_reason = forms.ChoiceField(
        label=_("Why not?"),
        choices=[("", _("Choose a reason")), *DeclineReason.choices],
        required=False,
    )
    note = forms.CharField(
        label=_("Note"),
        required=False,
        max_length=2000,
        widget=forms.Textarea(attrs={"rows": 3}),
    )

    WORDS = {
        ApproachStatus.ANSWERED: _("The establishment says yes"),
        ApproachStatus.INTERVIEW: _("There will be an interview"),
        ApproachStatus.DECLINED: _("The establishment says no"),
        ApproachStatus.WITHDRAWN: _("We give up"),
        ApproachStatus.PLANNED: _("Plan it again"),
    }
    NOTE = "note"

    def __init__(self, *args: Any, approach: Approach, **kwargs: Any) -> None:
        super().__init__(*args, **({"label_suffix": "", "prefix": "step"} | kwargs))
        steps = [
            (str(step.value), self.WORDS[step]) for step in approach.following if step in self.WORDS
        ]
        to: Any = self.fields["to"]
        to.choices = [*steps, (self.NOTE, _("Only a note"))]

    def clean(self) -> None:
        super().clean()
        found = self.cleaned_data
        if found.get("to") != ApproachStatus.DECLINED:
            found["decline_reason"] = ""
        elif not found.get("decline_reason") and "decline_reason" not in self.errors:
            self.add_error("decline_reason", ValidationError(_("Choose a reason.")))
        if found.get("to") == self.NOTE and not found.get("note", "").strip():
            self.add_error("note", ValidationError(_("Write a note.")))

    @property
    def answer(self) -> Answer:
        found = self.cleaned_data
        return Answer(ApproachStatus(found["to"]), found["note"], found["decline_reason"])


class ApproachForm(VersionedForm):
    """What a coordinator keeps with an approach."""

    class Meta:
        model = Approach
        fields = ("coordinator", "follow_up_on", "note")
        labels = {
            "coordinator": _("Coordinator"),
            "follow_up_on": _("Follow up on"),
            "note": _("Note"),
        }
        help_texts = {"follow_up_on": _("On that day it is in your list and in your mail.")}
        widgets = {"follow_up_on": DayInput(), "note": forms.Textarea(attrs={"rows": 3})}

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        school = self.instance.campus.school_id
        colleagues: QuerySet[User] = User.objects.filter(
            schoolmemberships__school=school, is_active=True
        )
        if self.instance.coordinator_id:
            colleagues = colleagues | User.objects.filter(pk=self.instance.coordinator_id)
        coordinator: Any = self.fields["coordinator"]
        coordinator.queryset = colleagues.distinct().order_by("email")
        coordinator.empty_label = _("nobody")
