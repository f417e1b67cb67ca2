"""What is asked of a scenario, checked once for the page and the API."""

from __future__ import annotations

from typing import Any

from django import forms
from django.db import models
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from matching.scenarios import MAX_PUPILS
from matching.what_if import Step
from radar.api.callers import Caller
from schools.models import Campus, CampusQuerySet, Programme


class ChangeKind(models.TextChoices):
    """What a campus would do."""

    OPEN = "open", _("open, or change the number of pupils")
    STOP = "stop", _("stop")


def campuses_for_scenarios(user: Any) -> CampusQuerySet:
    """The campuses a user may try changes on: her own; any for a consultant or administrator."""
    known: User | Caller = user
    return Campus.objects.open().readable_by(known).select_related("school")


class ChangeQuery(forms.Form):
    """One change of a scenario: after `is_valid()`, `step()` is what the engine takes.

    A campus on which the asker may try nothing is as unknown as one that does not exist.
    """

    kind = forms.ChoiceField(label=_("What"), choices=ChangeKind)
    campus = forms.CharField(label=_("campus"), max_length=20)
    programme = forms.CharField(label=_("programme"), max_length=160)
    pupils = forms.IntegerField(
        label=_("pupils"), required=False, min_value=1, max_value=MAX_PUPILS
    )

    def __init__(self, *args: Any, campuses: CampusQuerySet, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.campuses = campuses

    def clean_campus(self) -> Campus:
        return self.campuses.chosen(self.cleaned_data["campus"])

    def clean_programme(self) -> Programme:
        return Programme.objects.named(self.cleaned_data["programme"])

    def clean(self) -> None:
        opens = self.cleaned_data.get("kind") == ChangeKind.OPEN
        if opens and "pupils" not in self.errors and self.cleaned_data.get("pupils") is None:
            self.add_error("pupils", _("How many pupils would there be?"))

    def pupils_after(self) -> int | None:
        """The pupils there would be; None where the campus stops the programme."""
        asked = self.cleaned_data
        return int(asked["pupils"]) if asked["kind"] == ChangeKind.OPEN else None

    def step(self) -> Step:
        asked = self.cleaned_data
        return Step(asked["campus"].pk, asked["programme"].pk, self.pupils_after())
