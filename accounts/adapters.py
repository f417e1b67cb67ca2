"""How django-allauth does things here: its mails are ours, and it leaves passwords to axes."""

from __future__ import annotations

import time
from typing import Any

from allauth.account.adapter import DefaultAccountAdapter
from allauth.account.authentication import get_authentication_records
from allauth.socialaccount.models import SocialAccount
from django.conf import settings
from django.http import HttpRequest
from django.urls import reverse
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from radar.web import mail

#: What happened to an account, by allauth's name for the mail that tells so.
CHANGES = {
    "account/email/password_changed": _("Your password was changed."),
    "account/email/password_reset": _("Your password was replaced by a new one."),
    "account/email/password_set": _("Your account got a password."),
    "account/email/email_changed": _("The e-mail address of your account was changed."),
    "account/email/email_confirm": _("The e-mail address of your account was confirmed."),
    "account/email/email_deleted": _("An e-mail address of your account was removed."),
    "mfa/email/totp_activated": _("A second step is now asked when you log in."),
    "mfa/email/totp_deactivated": _("No second step is asked any more when you log in."),
    "mfa/email/recovery_codes_generated": _("Your account got new recovery codes."),
    "socialaccount/email/account_connected": _("A single sign-on was connected to your account."),
    "socialaccount/email/account_disconnected": _(
        "A single sign-on was disconnected from your account."
    ),
}
#: Mails with something to do in them, each with a template of its own.
LETTERS = {
    "account/email/email_confirmation": "confirm_email",
    "account/email/email_confirmation_signup": "confirm_email",
    "account/email/password_reset_key": "reset_password",
    "account/email/account_already_exists": "account_exists",
}


class AccountAdapter(DefaultAccountAdapter):
    """Raises KeyError for a mail that nobody wrote: of a feature that is not switched on."""

    def pre_authenticate(self, request: HttpRequest, **credentials: Any) -> None:
        """Nothing: axes counts wrong passwords, and two counters would contradict each other."""

    def send_mail(self, template_prefix: str, email: str, context: dict[str, Any]) -> None:
        user = context.get("user")
        language = user.language if isinstance(user, User) else get_language()
        template = LETTERS.get(template_prefix) or "account_changed"
        if template == "account_changed":
            context = context | {"change": CHANGES[template_prefix]}
        context = context | {"reset_address": reverse("account_reset_password")}
        mail.send(template, email, context, language=language or settings.LANGUAGE_CODE)

    def send_password_reset_mail(self, user: User, email: str, context: dict[str, Any]) -> None:
        """Not to who comes by single sign-on, and gets no password here."""
        if user.has_usable_password() or not SocialAccount.objects.filter(user=user).exists():
            super().send_password_reset_mail(user, email, context)

    def save_user(self, request: HttpRequest, user: User, form: Any, commit: bool = True) -> User:
        """A new account writes in the language in which it was made."""
        user.language = get_language() or settings.LANGUAGE_CODE
        saved: User = super().save_user(request, user, form, commit)
        return saved

    def is_reauthentication_required(self, *, app: str, **kwargs: Any) -> bool:
        """Not of somebody who proved a moment ago, by logging in, that it is she."""
        recent = time.time() - settings.ACCOUNT_REAUTHENTICATION_TIMEOUT
        proofs = get_authentication_records(self.request, self.request.user)
        if any(proof["at"] > recent for proof in proofs):
            return False
        return bool(super().is_reauthentication_required(app=app, **kwargs))

    def get_password_change_redirect_url(self, request: HttpRequest) -> str:
        return reverse("profile")
