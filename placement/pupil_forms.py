"""The forms about pupils to place, and about the days on which a school trains them."""

from __future__ import annotations

from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from placement.pupil_requests import PupilRequest, PupilRequestQuerySet, PupilRequestStatus
from placement.training_days import SchoolClosure
from radar.web.choices import SearchSelect
from radar.web.inputs import DayInput
from radar.web.versions import VersionedForm
from schools.choices import campus_choices, programme_choices
from schools.models import Campus, CampusQuerySet, Programme, SchoolYear

WEEKDAYS = (
    (1, _("Mon")),
    (2, _("Tue")),
    (3, _("Wed")),
    (4, _("Thu")),
    (5, _("Fri")),
    (6, _("Sat")),
    (7, _("Sun")),
)


class PupilFilter(forms.Form):
    """Which pupils to show. What is not chosen does not filter, but for the status."""

    campus = forms.CharField(label=_("Campus"), required=False, max_length=20)
    programme = forms.IntegerField(
        label=_("Programme"), required=False, min_value=0, max_value=2**31 - 1
    )
    status = forms.ChoiceField(
        label=_("Status"),
        required=False,
        choices=[("", _("all")), *PupilRequestStatus.choices],
    )
    soon = forms.BooleanField(label=_("only terms that end soon"), required=False)

    def __init__(self, *args: Any, campuses: CampusQuerySet, **kwargs: Any) -> None:
        super().__init__(*args, **({"label_suffix": ""} | kwargs))
        self.campuses = campuses
        self.fields["campus"].widget = SearchSelect(self._campuses)
        self.fields["programme"].widget = SearchSelect(self._programmes)

    def _campuses(self) -> Any:
        yield "", _("all")
        yield from campus_choices(self.campuses)

    def _programmes(self) -> Any:
        yield "", _("all")
        yield from programme_choices()

    def clean_campus(self) -> Campus | None:
        key = self.cleaned_data["campus"]
        return self.campuses.chosen(key) if key else None

    def apply(self, requests: PupilRequestQuerySet) -> PupilRequestQuerySet:
        """The requests that a valid filter leaves."""
        asked = self.cleaned_data
        if asked["campus"]:
            requests = requests.filter(campus=asked["campus"])
        if asked["programme"] is not None:
            requests = requests.filter(programme__number=asked["programme"])
        if asked["status"]:
            requests = requests.filter(status=asked["status"])
        return requests


class PupilRequestForm(VersionedForm):
    """A pupil to place: the school's own reference, never a name."""

    campus = forms.CharField(label=_("Campus"), max_length=20)
    programme = forms.CharField(label=_("Programme"), max_length=160)

    class Meta:
        model = PupilRequest
        fields = ("reference", "campus", "programme", "postal_code", "mode", "started_on")
        widgets = {"started_on": DayInput()}

    field_order = ("reference", "campus", "programme", "started_on", "postal_code", "mode")

    def __init__(self, *args: Any, campuses: CampusQuerySet, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.campuses = campuses
        if self.instance.pk:
            self.initial["campus"] = self.instance.campus.key
            self.initial["programme"] = str(self.instance.programme.number)
        else:
            self.initial.setdefault("started_on", timezone.localdate())
        self.fields["campus"].widget = SearchSelect(lambda: campus_choices(campuses))
        self.fields["programme"].widget = SearchSelect(programme_choices)

    def clean_campus(self) -> Campus:
        return self.campuses.select_related("school").chosen(self.cleaned_data["campus"])

    def clean_programme(self) -> Programme:
        return Programme.objects.named(self.cleaned_data["programme"])

    def clean_started_on(self) -> Any:
        day = self.cleaned_data["started_on"]
        if day > timezone.localdate():
            raise ValidationError(_("This day has yet to come."), code="future")
        return day

    def clean(self) -> dict[str, Any]:
        found = super().clean()
        if "started_on" in found and self.instance._state.adding:
            self.instance.school_year = SchoolYear.objects.current(found["started_on"])
        return found


class ClosureForm(forms.ModelForm):
    """Days off of a school."""

    class Meta:
        model = SchoolClosure
        fields = ("first_day", "last_day", "reason")
        widgets = {"first_day": DayInput(), "last_day": DayInput()}

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **({"label_suffix": ""} | kwargs))


class WeekForm(forms.Form):
    """The weekdays of a campus or of one of its programmes; none chosen means the usual ones."""

    weekdays = forms.TypedMultipleChoiceField(
        label=_("weekdays"),
        required=False,
        coerce=int,
        choices=WEEKDAYS,
        widget=forms.CheckboxSelectMultiple,
    )
