"""The forms of logging in and of one's own account: allauth's, in our words."""

from typing import Any

from allauth.account import forms as account
from allauth.mfa.base import forms as mfa
from allauth.mfa.totp.forms import ActivateTOTPForm
from allauth.socialaccount.forms import SignupForm as SocialSignupForm
from django import forms
from django.utils.translation import gettext_lazy as _

EMAIL = _("E-mail address")
PASSWORD = _("Password")
NEW_PASSWORD = _("New password")
AGAIN = _("New password, again")
CODE = _("Code")
#: Labels by the name of the field.
LABELS = {
    "login": EMAIL,
    "email": EMAIL,
    "password": PASSWORD,
    "oldpassword": _("Current password"),
    "password1": NEW_PASSWORD,
    "password2": AGAIN,
    "code": CODE,
}


class InOurWords(forms.Form):
    """Labels that the whole site shares, nothing written in the fields, no link in a help text."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for name, field in self.fields.items():
            field.label = LABELS.get(name, field.label)
            field.widget.attrs.pop("placeholder", None)
            if name in {"password", "oldpassword"}:
                field.help_text = ""
            if name == "code":
                field.widget.attrs |= {"inputmode": "text", "autocapitalize": "characters"}


class Named(forms.Form):
    """A person's name, asked when an account is made."""

    first_name = forms.CharField(
        label=_("First name"),
        max_length=150,
        widget=forms.TextInput(attrs={"autocomplete": "given-name"}),
    )
    last_name = forms.CharField(
        label=_("Last name"),
        max_length=150,
        widget=forms.TextInput(attrs={"autocomplete": "family-name"}),
    )


class LoginForm(InOurWords, account.LoginForm):
    """E-mail address and password. A wrong pair never tells which of the two was wrong."""

    error_messages = {
        "invalid_login": _("This e-mail address and password do not belong together.")
    }

    def clean(self) -> dict[str, Any] | None:
        try:
            return super().clean()
        except forms.ValidationError as error:
            if getattr(error, "code", None) in {"email_password_mismatch", "invalid_login"}:
                raise forms.ValidationError(
                    self.error_messages["invalid_login"], code="invalid_login"
                ) from error
            raise


class SignupForm(InOurWords, Named, account.SignupForm):
    """A new account: who, and with which password."""

    field_order = ("first_name", "last_name", "email", "password1")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["password1"].label = PASSWORD


class SingleSignOnSignupForm(InOurWords, Named, SocialSignupForm):
    """What single sign-on did not say of somebody who comes for the first time."""

    field_order = ("first_name", "last_name", "email")


class ResetPasswordForm(InOurWords, account.ResetPasswordForm):
    """Whose password is forgotten."""


class NewPasswordForm(InOurWords, account.ResetPasswordKeyForm):
    """A new password, after the link in the mail."""


class ChangePasswordForm(InOurWords, account.ChangePasswordForm):
    """Another password, for who knows the current one."""


class SetPasswordForm(InOurWords, account.SetPasswordForm):
    """A first password, for who came by single sign-on."""


class AddEmailForm(InOurWords, account.AddEmailForm):
    """Another e-mail address; it counts once it is confirmed."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["email"].label = _("New e-mail address")


class ConfirmEmailForm(InOurWords, account.ConfirmEmailVerificationCodeForm):
    """The code that was mailed to a new address."""


class ReauthenticateForm(InOurWords, account.ReauthenticateForm):
    """The password once more, before something that matters."""


class SecondFactorForm(InOurWords, mfa.AuthenticateForm):
    """The second step: the code of the app, or a recovery code."""


class SecondFactorAgainForm(InOurWords, mfa.ReauthenticateForm):
    """The code once more, before something that matters."""


class ActivateSecondFactorForm(InOurWords, ActivateTOTPForm):
    """The first code of the app: it proves that the app was set."""
