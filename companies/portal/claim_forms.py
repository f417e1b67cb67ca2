"""Forms around a claim."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from companies.models import Company
from companies.portal.claiming import addresses, masked

#: Shorter than this, half of all companies are found.
SHORTEST = 3


class SearchForm(forms.Form):
    """A company, by number or by name."""

    q = forms.CharField(
        label=_("Enterprise number or name"),
        max_length=100,
        min_length=SHORTEST,
        widget=forms.TextInput(attrs={"autocomplete": "organization", "spellcheck": "false"}),
        error_messages={"min_length": _("Type at least three letters or a number.")},
    )


class AddressForm(forms.Form):
    """To which address on file the code goes; each is shown as far as its owner knows it."""

    def __init__(self, *args: Any, company: Company, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        known = addresses(company)
        self.has_addresses = bool(known)
        self.fields["address"] = forms.ChoiceField(
            label=_("Mail the code to"),
            choices=[(key, masked(address)) for key, address in known.items()],
            initial=next(iter(known), None),
            widget=forms.RadioSelect,
        )


class MotivationForm(forms.Form):
    """Why somebody may act for a company, for the consultant who decides."""

    motivation = forms.CharField(
        label=_("Why you may act for the company"),
        help_text=_("Your function, and how the consultant can check it."),
        max_length=1000,
        widget=forms.Textarea(attrs={"rows": 4}),
    )


class CodeForm(forms.Form):
    """The code from the mail."""

    code = forms.CharField(
        label=_("Code"),
        max_length=20,
        widget=forms.TextInput(
            attrs={
                "autocomplete": "one-time-code",
                "autocapitalize": "characters",
                "spellcheck": "false",
            }
        ),
    )


class DecisionForm(forms.Form):
    """The consultant's answer; a refusal needs a reason."""

    decision = forms.ChoiceField(
        label=_("Decision"),
        choices=[("accept", _("Let her manage the company")), ("refuse", _("Refuse"))],
        widget=forms.RadioSelect,
    )
    reason = forms.CharField(
        label=_("Reason"),
        help_text=_("The claimant reads it. Needed for a refusal."),
        required=False,
        max_length=1000,
        widget=forms.Textarea(attrs={"rows": 3}),
    )

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        if data.get("decision") == "refuse" and not data.get("reason", "").strip():
            self.add_error("reason", _("Say why the claim is refused."))
        return data


class StatusForm(forms.Form):
    """Which claims a consultant looks at."""

    show = forms.ChoiceField(
        label=_("Show"),
        required=False,
        choices=[("", _("waiting")), ("decided", _("decided")), ("all", _("all"))],
    )
