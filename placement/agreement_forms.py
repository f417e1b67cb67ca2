"""The forms of agreements: the terms, the end, and what a list shows."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django import forms
from django.db.models import Q, QuerySet
from django.utils.translation import gettext_lazy as _

from companies.agreeing import Terms
from companies.models import Agreement, AgreementKind, AgreementStatus, Mentor
from companies.pupils import AgreementQuerySet
from placement.own_campus_filter import OwnCampusFilter
from radar.web.inputs import DayInput
from radar.web.versions import VersionedForm
from schools.models import SchoolYear

#: What the list of agreements may be sorted by.
SORTS = {
    "reference": ("pupil_reference", "pk"),
    "name": ("workplace__recognition__establishment__name", "pk"),
    "programme": ("workplace__recognition__programme__title", "pk"),
    "campus": ("campus__school__name", "campus__site_number", "pk"),
    "kind": ("kind", "pk"),
    "status": ("status", "pk"),
    "start": ("starts_on", "pk"),
    "end": ("ends_on", "pk"),
}


def _has_room(mentor: Any) -> bool:
    """Whether she may guide one pupil more; a mentor as `companies.mentoring.with_load` gives."""
    return bool(mentor.guiding < mentor.limit)


class MentorChoice(forms.ModelChoiceField):
    """Mentors, each with how many pupils she guides of how many she may."""

    def label_from_instance(self, obj: Any) -> str:
        words = _("%(name)s (%(guiding)s of %(limit)s pupils)")
        return words % {"name": obj.name, "guiding": obj.guiding, "limit": obj.limit}


class MentorSelect(forms.Select):
    """Who guides as many pupils as she may cannot be chosen, unless she is chosen already."""

    def create_option(
        self, name: str, value: Any, label: Any, selected: bool, *args: Any, **kwargs: Any
    ) -> dict[str, Any]:
        option = super().create_option(name, value, label, selected, *args, **kwargs)
        mentor = getattr(value, "instance", None)
        if mentor and not selected and not _has_room(mentor):
            option["attrs"]["disabled"] = True
        return option


class AgreementForm(VersionedForm):
    """The terms of an agreement; `terms` after `is_valid()`. Whether they may be is asked later."""

    mentor = MentorChoice(label=_("Mentor"), queryset=Mentor.objects.none(), widget=MentorSelect())

    class Meta:
        model = Agreement
        fields = ("pupil_reference", "kind", "hours_per_week", "starts_on", "ends_on", "mentor")
        labels = {
            "pupil_reference": _("Pupil's reference"),
            "kind": _("Kind"),
            "hours_per_week": _("Hours a week at the workplace"),
            "starts_on": _("First day"),
            "ends_on": _("Last day"),
        }
        help_texts = {
            "pupil_reference": _("The school's own reference, never a name."),
            "hours_per_week": _("On average: 20 or more for an OAO, fewer for an SAO."),
        }
        widgets = {"starts_on": DayInput(), "ends_on": DayInput()}

    def __init__(
        self, *args: Any, mentors: QuerySet[Mentor], references: Iterable[str] = (), **kwargs: Any
    ) -> None:
        super().__init__(*args, **kwargs)
        mentor: Any = self.fields["mentor"]
        mentor.queryset = mentors
        mentor.required = bool(mentors)
        mentor.empty_label = _("Choose a mentor")
        if not mentors:
            mentor.help_text = _(
                "The establishment named no mentor yet. The place is reserved until there is one."
            )
        elif not (free := [found for found in mentors if _has_room(found)]):
            mentor.help_text = _(
                "Every mentor here guides as many pupils as she may. Ask the company for another."
            )
        elif len(free) == 1 and not self.instance.pk:
            self.initial["mentor"] = free[0].pk
        self.fields["hours_per_week"].required = True
        self.fields["pupil_reference"].widget.attrs |= {"list": "references", "autocomplete": "off"}
        self.references = list(references)

    def _post_clean(self) -> None:
        """The action checks what it makes; a form without a workplace cannot."""

    @property
    def terms(self) -> Terms:
        found = self.cleaned_data
        return Terms(
            found["pupil_reference"],
            AgreementKind(found["kind"]),
            found["hours_per_week"],
            found["starts_on"],
            found["ends_on"],
            found["mentor"],
        )


class EndForm(forms.Form):
    """Why and when an agreement ends early."""

    on = forms.DateField(label=_("Last day"), widget=DayInput())
    reason = forms.CharField(
        label=_("Reason"), max_length=1000, widget=forms.Textarea(attrs={"rows": 3})
    )
    searches = forms.BooleanField(
        label=_("The pupil looks for another workplace"), required=False, initial=True
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **({"label_suffix": ""} | kwargs))


class AgreementFilter(OwnCampusFilter):
    """Which agreements to show. What is not chosen does not filter."""

    q = forms.CharField(
        label=_("Reference, establishment or town"),
        required=False,
        max_length=100,
        widget=forms.TextInput(attrs={"type": "search"}),
    )
    school_year = forms.TypedChoiceField(
        label=_("School year"), required=False, coerce=int, empty_value=None
    )
    status = forms.ChoiceField(
        label=_("Status"), required=False, choices=[("", _("all")), *AgreementStatus.choices]
    )
    kind = forms.ChoiceField(
        label=_("Kind"), required=False, choices=[("", _("all")), *AgreementKind.choices]
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        years = [(year.starts_in, year.name) for year in SchoolYear.objects.all()]
        school_year: Any = self.fields["school_year"]
        school_year.choices = [("", _("all")), *years]

    def agreements(self) -> AgreementQuerySet:
        """The agreements asked for; call after `is_valid()`."""
        asked = self.cleaned_data
        found = Agreement.objects.of(self.user)
        for word in asked["q"].split()[:5]:
            place = "workplace__recognition__establishment__"
            found = found.filter(
                Q(pupil_reference__icontains=word)
                | Q(**{f"{place}name__icontains": word})
                | Q(**{f"{place}municipality__name__icontains": word})
            )
        if asked["campus"]:
            found = found.filter(campus=asked["campus"])
        if asked["school_year"]:
            found = found.filter(workplace__school_year=asked["school_year"])
        if asked["status"]:
            found = found.filter(status=asked["status"])
        if asked["kind"]:
            found = found.filter(kind=asked["kind"])
        return found.with_names()
