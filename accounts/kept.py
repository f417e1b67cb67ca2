"""What accounts keep of a user, and for how long."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from typing import Any

from allauth.account.models import EmailAddress
from allauth.mfa.models import Authenticator
from allauth.socialaccount.models import SocialAccount
from auditlog.models import LogEntry
from axes.models import AccessAttempt, AccessFailureLog, AccessLog
from django.db.models import SET_NULL, ForeignObjectRel, QuerySet, TextField, Value
from django.db.models.functions import Cast
from django.utils.translation import gettext_lazy as _
from post_office.models import Email

from accounts import audit, personal_data, retention
from accounts.models import User
from accounts.personal_data import Kept, Record
from accounts.retention import Rule

ATTEMPTS = (AccessAttempt, AccessFailureLog, AccessLog)
WAYS_IN = (Authenticator, SocialAccount)


def _account(user: User) -> Iterator[Record]:
    yield {
        "first_name": user.first_name,
        "last_name": user.last_name,
        "email": user.email,
        "language": user.language,
        "date_joined": user.date_joined,
        "last_login": user.last_login,
        "addresses": list(
            EmailAddress.objects.filter(user=user).order_by("pk").values("email", "verified")
        ),
    }


def _ways_in(user: User) -> Iterator[Record]:
    """Without the secrets: they are of no use to their owner, and of much to a thief."""
    for way in Authenticator.objects.filter(user=user).order_by("pk"):
        yield {"kind": way.type, "created_at": way.created_at, "last_used_at": way.last_used_at}
    for account in SocialAccount.objects.filter(user=user).order_by("pk"):
        yield {
            "kind": account.provider,
            "created_at": account.date_joined,
            "said": account.extra_data,
        }


def _attempts_of(user: User) -> list[QuerySet[Any]]:
    return [model.objects.filter(username=user.email) for model in ATTEMPTS]


def _attempts(user: User) -> Iterator[Record]:
    """One statement, whatever the number of models."""
    columns = ("attempt_time", "ip_address", "user_agent", "_kind")
    first, *others = (
        rows.annotate(_kind=Value(rows.model.__name__)).values_list(*columns)
        for rows in _attempts_of(user)
    )
    for at, ip, browser, kind in first.union(*others, all=True).order_by(*columns):
        yield {"at": at, "ip_address": ip, "browser": browser, "kind": kind}


def _forget_attempts(user: User) -> None:
    for rows in _attempts_of(user):
        rows.delete()


def _mails_to(user: User) -> QuerySet[Email]:
    found: QuerySet[Email] = Email.objects.filter(to=user.email)
    return found


def _mails(user: User) -> Iterator[Record]:
    for created, subject in _mails_to(user).order_by("pk").values_list("created", "subject"):
        yield {"created": created, "subject": subject}


def _naming(user: User) -> list[tuple[str, QuerySet[Any]]]:
    """By field, the records that name a user as who made, sent or decided a record of others.

    What is wholly hers, and would go with her, is a kind of its own.
    """
    relations = User._meta.get_fields(include_hidden=True)
    return [
        (
            relation.field.name,
            relation.related_model._base_manager.filter(**{relation.field.name: user}),
        )
        for relation in relations
        if isinstance(relation, ForeignObjectRel)
        and getattr(relation, "on_delete", None) is SET_NULL
        and relation.related_model is not LogEntry
    ]


def _named(user: User) -> Iterator[Record]:
    """One statement, whatever the number of models."""
    columns = ("_record", "_field", "_key")
    first, *others = (
        rows.annotate(
            _record=Value(rows.model._meta.label), _field=Value(field), _key=Cast("pk", TextField())
        ).values_list(*columns)
        for field, rows in _naming(user)
    )
    for label, field, key in first.union(*others, all=True).order_by(*columns):
        yield {"record": label, "as": field, "key": key}


def _log(user: User) -> Iterator[Record]:
    for entry in LogEntry.objects.filter(actor=user).order_by("pk").iterator():
        yield {
            "at": entry.timestamp,
            "action": entry.get_action_display(),
            "record": entry.object_repr,
        }


def _end_unconfirmed(last: date) -> int:
    """Accounts that were made, and whose address nobody confirmed."""
    started = User.objects.filter(
        last_login__isnull=True, date_joined__date__lte=last, emailaddress__verified=False
    ).exclude(emailaddress__verified=True)
    return sum(bool(user.delete()) for user in started.distinct())


def _end_attempts(last: date) -> int:
    return sum(model.objects.filter(attempt_time__date__lte=last).delete()[0] for model in ATTEMPTS)


def _end_log(last: date) -> int:
    return LogEntry.objects.filter(timestamp__date__lte=last).delete()[0]


def register() -> None:
    """Tell what is kept, what ends, and whose changes are noted."""
    for kept in (
        Kept(
            "account",
            _("Your account: name, e-mail address, language, when you logged in last"),
            _("To let you in, to write to you, and to show whom you act for."),
            _(
                "As long as you have the account. When you delete it, a number without a name "
                "stays, because decisions and history point to it."
            ),
            lambda user: [User.objects.filter(pk=user.pk)],
            _account,
        ),
        Kept(
            "ways_in",
            _("How you log in: the app for the second step, single sign-on"),
            _("To keep others out of your account."),
            _("As long as you use it. Deleted with your account."),
            lambda user: [model.objects.filter(user=user) for model in WAYS_IN],
            _ways_in,
        ),
        Kept(
            "login_attempts",
            _("When, from which address and with which browser you logged in or tried to"),
            _("To notice and to stop somebody who guesses passwords."),
            _("Deleted with your account, or sooner."),
            _attempts_of,
            _attempts,
            rule="login_attempts",
            forget=_forget_attempts,
        ),
        Kept(
            "mails",
            _("E-mails that the site sent you"),
            _("To send them again when that fails, and to answer your questions about them."),
            _("Deleted with your account, or sooner."),
            lambda user: [_mails_to(user)],
            _mails,
            rule="mails",
            forget=lambda user: _mails_to(user).delete(),
        ),
        Kept(
            "named",
            _("Messages, requests, decisions, remarks and imports that name you as their maker"),
            _("So that colleagues and companies know who did what."),
            _("As long as the record itself. It stays after you deleted your account, unnamed."),
            lambda user: [rows for _field, rows in _naming(user)],
            _named,
        ),
        Kept(
            "audit_log",
            _("What you changed in, or saw of, the personal data of others"),
            _("The law asks who saw and changed personal data; administrators can look it up."),
            _("Stays after you deleted your account, without your name."),
            lambda user: [LogEntry.objects.filter(actor=user)],
            _log,
            rule="audit_log",
        ),
    ):
        personal_data.register(kept)
    for rule in (
        Rule("unconfirmed_accounts", _("Accounts that nobody confirmed"), _end_unconfirmed),
        Rule("login_attempts", _("Logins and attempts to log in"), _end_attempts),
        Rule("audit_log", _("The audit log"), _end_log),
    ):
        retention.register(rule)
    audit.watch(User, "email", "first_name", "last_name", "is_active", "is_staff", "is_superuser")
    audit.watch(EmailAddress)
