"""The forms of the dossiers."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from placement.programming.dossiers import Dossier, SectorAdvice
from radar.web.choices import SearchSelect, later
from radar.web.versions import VersionedForm
from schools.choices import campus_choices, programme_choices, school_years
from schools.models import Campus, CampusQuerySet, Programme, SchoolYear, Sector


class NewDossierForm(forms.Form):
    """A campus of the asker's own, a programme, a school year and how many pupils are expected."""

    campus = forms.CharField(label=_("Campus"), max_length=20)
    programme = forms.CharField(label=_("Programme"), max_length=160)
    school_year = forms.ChoiceField(label=_("School year"), choices=later(school_years))
    expected_pupils = Dossier._meta.get_field("expected_pupils").formfield(
        label=_("Expected pupils")
    )

    def __init__(self, *args: Any, campuses: CampusQuerySet, **kwargs: Any) -> None:
        super().__init__(*args, **({"label_suffix": ""} | kwargs))
        self.campuses = campuses
        self.fields["campus"].widget = SearchSelect(lambda: campus_choices(campuses))
        self.fields["programme"].widget = SearchSelect(
            lambda: [("", _("Choose a programme")), *programme_choices()]
        )

    def clean_campus(self) -> Campus:
        return self.campuses.select_related("school").chosen(self.cleaned_data["campus"])

    def clean_programme(self) -> Programme:
        return Programme.objects.named(self.cleaned_data["programme"])

    def clean_school_year(self) -> SchoolYear:
        return SchoolYear.objects.named(self.cleaned_data["school_year"])

    def clean(self) -> None:
        if not self.errors:
            self.dossier = Dossier(**self.cleaned_data)
            self.dossier.full_clean()


class DossierForm(VersionedForm):
    """What a school may still change in a draft."""

    class Meta:
        model = Dossier
        fields = ("expected_pupils", "motivation")
        labels = {"expected_pupils": _("Expected pupils"), "motivation": _("Why")}
        widgets = {"motivation": forms.Textarea(attrs={"rows": 8})}


class AdviceForm(forms.ModelForm):
    """A sector's advice: anything but favourable needs its reasons."""

    sector = forms.ModelChoiceField(Sector.objects.none(), label=_("Sector"), empty_label=None)

    class Meta:
        model = SectorAdvice
        fields = ("sector", "verdict", "text")
        labels = {"verdict": _("Advice"), "text": _("Reasons")}
        widgets = {"text": forms.Textarea(attrs={"rows": 5})}

    def __init__(self, *args: Any, sectors: Any, **kwargs: Any) -> None:
        super().__init__(*args, **({"label_suffix": ""} | kwargs))
        self.fields["sector"].queryset = sectors  # type: ignore[attr-defined]
