"""The forms of a request, one per step."""

from __future__ import annotations

from datetime import date
from typing import Any, cast

from django import forms
from django.core.exceptions import ValidationError
from django.utils import timezone
from django.utils.text import format_lazy
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from companies.establishments import EstablishmentQuerySet
from companies.models import Establishment, Mentor
from companies.portal.requests.conditions import CONDITIONS, Answer
from companies.portal.requests.models import DocumentKind, RecognitionRequest, RequestMentor
from companies.portal.requests.uploads import SUFFIXES
from radar.web.choices import Found, SearchSelect
from radar.web.inputs import DayInput
from schools.choices import programme_choices
from schools.models import Programme, School


def _establishment_choices(establishments: EstablishmentQuerySet) -> Any:
    for unit in establishments.select_related("municipality").order_by("name", "unit_number"):
        town = unit.municipality.name if unit.municipality else ""
        yield unit.unit_number, Found(unit.name, town, unit.unit_number)


def _records(form: forms.BaseForm, name: str) -> forms.ModelChoiceField:
    return cast(forms.ModelChoiceField, form.fields[name])


class StartForm(forms.Form):
    """For which programme an establishment asks a recognition.

    A company user chooses among her own establishments; who asks for another's names one (`given`),
    and says for which of her schools she asks. An administrator has none, and asks as the company.
    """

    establishment = forms.ModelChoiceField(
        label=_("Establishment"),
        queryset=Establishment.objects.none(),
        to_field_name="unit_number",
        error_messages={"invalid_choice": _("This establishment is unknown.")},
    )
    programme = forms.ModelChoiceField(
        label=_("Programme"),
        queryset=Programme.objects.all(),
        to_field_name="number",
        error_messages={"invalid_choice": _("This programme is unknown.")},
    )
    school = forms.ModelChoiceField(
        label=_("School that asks"),
        queryset=School.objects.none(),
        to_field_name="number",
        required=False,
    )

    def __init__(
        self, *args: Any, user: User, given: Establishment | None = None, **kwargs: Any
    ) -> None:
        super().__init__(*args, **({"label_suffix": ""} | kwargs))
        self.given = given
        schools = School.objects.filter(memberships__user=user, closed_on__isnull=True)
        establishments = _records(self, "establishment")
        programmes, school = _records(self, "programme"), _records(self, "school")
        programmes.widget = SearchSelect(
            lambda: [("", _("Choose a programme")), *programme_choices()]
        )
        if given is not None:
            establishments.queryset = Establishment.objects.filter(pk=given.pk)
            establishments.widget = forms.HiddenInput()
            establishments.initial = given.unit_number
            school.queryset = schools
            school.required = True
            school.initial = schools.first()
            school.empty_label = None
        else:
            mine = Establishment.objects.of(user).active().distinct()
            establishments.queryset = mine.select_related("company__sector", "municipality")
            establishments.widget = SearchSelect(lambda: _establishment_choices(mine))
        if given is None or user.is_superuser:
            del self.fields["school"]


class ChangeForm(StartForm):
    """The programme of a draft; its establishment stays."""

    def __init__(self, *args: Any, request: RecognitionRequest, user: User, **kwargs: Any) -> None:
        super().__init__(*args, user=user, given=request.establishment, **kwargs)
        self.fields.pop("school", None)


class MentorForm(forms.ModelForm):
    """A mentor whom the request names."""

    class Meta:
        model = RequestMentor
        fields = ("name", "email", "years_of_experience", "trained_on")
        labels = {
            "name": _("Name"),
            "email": _("E-mail address"),
            "years_of_experience": _("Years of practice in the occupation"),
            "trained_on": _("Mentor training done on"),
        }
        help_texts = {
            "trained_on": _("Leave empty when it is still to be followed."),
            "name": _("Never a national register number."),
        }
        widgets = {"trained_on": DayInput()}

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **({"label_suffix": ""} | kwargs))
        self.fields["years_of_experience"].widget.attrs |= {"min": 0, "max": 60}

    def clean_name(self) -> str:
        name = str(self.cleaned_data["name"]).strip()
        if sum(character.isdigit() for character in name) > 3:
            raise ValidationError(_("Write a name, no number."))
        return name

    def clean_trained_on(self) -> date | None:
        day: date | None = self.cleaned_data["trained_on"]
        if day is not None and day > timezone.localdate():
            raise ValidationError(_("This day lies in the future."))
        return day

    def clean(self) -> dict[str, Any] | None:
        # Before the database says so: the request is no field of the form.
        values = super().clean()
        if self.instance.request.mentors.filter(name=self.cleaned_data.get("name")).exists():
            self.add_error("name", _("This mentor is in the request already."))
        return values


class KnownMentorForm(forms.Form):
    """A mentor of the establishment, taken over into the request."""

    mentor = forms.ModelChoiceField(label=_("Mentor"), queryset=Mentor.objects.none())

    def __init__(self, *args: Any, request: RecognitionRequest, **kwargs: Any) -> None:
        super().__init__(*args, **({"label_suffix": ""} | kwargs))
        there = [mentor.name for mentor in request.mentors.all()]
        mentors = request.establishment.mentors.exclude(name__in=there)
        field = _records(self, "mentor")
        field.queryset = mentors
        field.empty_label = None


class ScanForm(forms.Form):
    """The self-scan: an answer per condition. What is left open can be answered later."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **({"label_suffix": ""} | kwargs))
        for condition in CONDITIONS:
            answers = [a for a in Answer if condition.can_wait or a != Answer.LATER]
            self.fields[condition.slug] = forms.ChoiceField(
                label=condition.title,
                help_text=condition.question,
                choices=[(answer.value, answer.label) for answer in answers],
                widget=forms.RadioSelect,
                required=False,
            )


class DocumentForm(forms.Form):
    """A document and what it is."""

    kind = forms.ChoiceField(label=_("What it is"), choices=DocumentKind)
    file = forms.FileField(label=_("File"), max_length=200)

    def __init__(self, *args: Any, max_megabytes: int, **kwargs: Any) -> None:
        super().__init__(*args, **({"label_suffix": ""} | kwargs))
        self.fields["file"].widget.attrs["accept"] = ",".join(SUFFIXES)
        self.fields["file"].help_text = format_lazy(
            _(
                "PDF, JPEG, PNG or WebP, at most {size} MB. Make a national register number "
                "illegible."
            ),
            size=max_megabytes,
        )


class DeclarationForm(forms.Form):
    """The last word before a request goes out."""

    message = forms.CharField(
        label=_("Message to the partnership"),
        help_text=_("Not needed; for what the documents do not tell."),
        required=False,
        max_length=2000,
        widget=forms.Textarea(attrs={"rows": 4}),
    )
    declared = forms.BooleanField(
        label=_("I declare on my honour that all this is true."),
        error_messages={"required": _("Without this declaration the request cannot be sent.")},
    )

    def __init__(self, *args: Any, for_school: bool, **kwargs: Any) -> None:
        super().__init__(*args, **({"label_suffix": ""} | kwargs))
        if for_school:
            self.fields["declared"].label = _(
                "I declare on my honour that all this is true and that the company signed the "
                "mandate."
            )


class AppealForm(forms.Form):
    """Why a decision should be looked at again."""

    grounds = forms.CharField(
        label=_("Why the decision should be another"),
        max_length=4000,
        widget=forms.Textarea(attrs={"rows": 6}),
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **({"label_suffix": ""} | kwargs))


class FindForm(forms.Form):
    """Which company a school asks for."""

    q = forms.CharField(
        label=_("Name or number of the company or establishment"), max_length=100, required=False
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **({"label_suffix": ""} | kwargs))
