"""The forms of shortlists: which place goes on which list, and the note beside it."""

from __future__ import annotations

from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from companies.models import Establishment
from placement.shortlists import Shortlist, ShortlistEntry
from radar.web.choices import SearchSelect
from radar.web.versions import VersionedForm
from schools.choices import campus_choices, programme_choices
from schools.models import Campus, CampusQuerySet, Programme


class ShortlistForm(forms.Form):
    """A campus of the user's own and a programme: the two that a shortlist is of."""

    campus = forms.CharField(label=_("Campus"), max_length=20)
    programme = forms.IntegerField(label=_("Programme"), min_value=0)

    def __init__(self, *args: Any, campuses: CampusQuerySet, **kwargs: Any) -> None:
        super().__init__(*args, **({"label_suffix": ""} | kwargs))
        self.campuses = campuses
        self.fields["campus"].widget = SearchSelect(lambda: campus_choices(campuses))
        self.fields["programme"].widget = SearchSelect(
            lambda: [("", _("Choose a programme")), *programme_choices()]
        )

    def clean_campus(self) -> Campus:
        try:
            return self.campuses.select_related("school").keyed(self.cleaned_data["campus"])
        except Campus.DoesNotExist:
            raise ValidationError(_("This is no campus of yours.")) from None

    def clean_programme(self) -> Programme:
        try:
            return Programme.objects.get(number=self.cleaned_data["programme"])
        except Programme.DoesNotExist:
            raise ValidationError(_("There is no such programme.")) from None

    def shortlist(self) -> Shortlist:
        """The list, made when it is new; call after `is_valid()`."""
        found = self.cleaned_data
        return Shortlist.objects.get_or_create(
            campus=found["campus"], programme=found["programme"]
        )[0]


class AddForm(ShortlistForm):
    """Also the establishment to put on the list."""

    establishment = forms.IntegerField(min_value=1, max_value=2**63 - 1)

    def clean_establishment(self) -> Establishment:
        try:
            return Establishment.objects.active().get(pk=self.cleaned_data["establishment"])
        except Establishment.DoesNotExist:
            raise ValidationError(_("There is no such establishment.")) from None


class EntryForm(VersionedForm):
    """The note beside an establishment."""

    class Meta:
        model = ShortlistEntry
        fields = ("note",)
        labels = {"note": _("Note")}
        widgets = {"note": forms.Textarea(attrs={"rows": 2})}
