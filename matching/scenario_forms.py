"""The forms of the what-if pages."""

from __future__ import annotations

from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from matching.scenario_queries import ChangeKind, ChangeQuery
from matching.scenarios import MAX_CHANGES, Scenario
from radar.web.choices import SearchSelect, later
from schools.choices import campus_choices, programme_choices, school_years
from schools.models import SchoolYear


class NameForm(forms.ModelForm):
    """A scenario's name."""

    class Meta:
        model = Scenario
        fields = ("name",)
        labels = {"name": _("Name")}

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **({"label_suffix": ""} | kwargs))


class NewScenarioForm(NameForm):
    """A name and a school year that has not ended."""

    school_year = forms.ChoiceField(label=_("School year"), choices=later(school_years))

    def clean_school_year(self) -> SchoolYear:
        return SchoolYear.objects.named(self.cleaned_data["school_year"])


class ChangeForm(ChangeQuery):
    """A `ChangeQuery` drawn as lists, for one more change of a scenario."""

    def __init__(self, *args: Any, scenario: Scenario, **kwargs: Any) -> None:
        super().__init__(*args, label_suffix="", **kwargs)
        self.scenario = scenario
        self.fields["campus"].label = _("Campus")
        self.fields["campus"].widget = SearchSelect(lambda: campus_choices(self.campuses))
        self.fields["programme"].label = _("Programme")
        self.fields["programme"].widget = SearchSelect(
            lambda: [("", _("Choose a programme")), *programme_choices()]
        )
        self.fields["pupils"].label = _("Pupils")
        self.fields["kind"].widget.choices = ChangeKind.choices

    def clean(self) -> None:
        super().clean()
        if self.scenario.changes.count() >= MAX_CHANGES:
            raise ValidationError(
                _("A scenario holds at most %(most)s changes."), params={"most": MAX_CHANGES}
            )

    def save(self) -> None:
        """Keep the change; it replaces one on the same campus and programme."""
        self.scenario.changes.update_or_create(
            campus=self.cleaned_data["campus"],
            programme=self.cleaned_data["programme"],
            defaults={"pupils": self.pupils_after()},
        )


class CompareForm(forms.Form):
    """Two scenarios of a user, of one school year."""

    a = forms.ModelChoiceField(label=_("Scenario"), queryset=Scenario.objects.none())
    b = forms.ModelChoiceField(label=_("Compared with"), queryset=Scenario.objects.none())

    def __init__(self, *args: Any, user: User, **kwargs: Any) -> None:
        super().__init__(*args, **({"label_suffix": ""} | kwargs))
        for field in self.fields.values():
            if isinstance(field, forms.ModelChoiceField):
                field.queryset = Scenario.objects.of(user).select_related("school_year")

    def clean(self) -> None:
        a, b = self.cleaned_data.get("a"), self.cleaned_data.get("b")
        if a and b and a.school_year_id != b.school_year_id:
            raise ValidationError(_("These scenarios are of different school years."))
