"""Forms around the users of a company."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from companies.models import CompanyMembership, CompanyRole


class InvitationForm(forms.Form):
    """Whom to invite. The first user of a company is its owner, so no role is asked then."""

    email = forms.EmailField(label=_("E-mail address"), max_length=254)
    role = forms.ChoiceField(
        label=_("Role"),
        choices=CompanyRole.choices,
        initial=CompanyRole.MEMBER,
        help_text=_("An owner also manages the users."),
    )

    def __init__(self, *args: Any, first: bool = False, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if first:
            del self.fields["role"]


class RoleForm(forms.Form):
    """Another role."""

    role = forms.ChoiceField(label=_("Role"), choices=CompanyRole.choices)


class MemberChoice(forms.ModelChoiceField):
    """One of a company's users, by name."""

    def label_from_instance(self, obj: CompanyMembership) -> str:
        return str(obj.user)


class HandOverForm(forms.Form):
    """Who becomes the owner."""

    def __init__(self, *args: Any, membership: CompanyMembership, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        others = CompanyMembership.objects.filter(company=membership.company)
        self.fields["to"] = MemberChoice(
            others.exclude(pk=membership.pk).select_related("user").order_by("pk"),
            label=_("New owner"),
            empty_label=None,
        )
