"""What people are told by e-mail about recognitions, each in her own language."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from enum import Enum
from typing import Any

from django.conf import settings
from django.urls import reverse
from django.utils import translation
from django.utils.formats import date_format
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from companies.establishments import Company, Establishment
from companies.recognitions import Recognition
from radar.web import mail
from schools.models import School, Sector


@dataclass(frozen=True)
class _Text:
    subject: Any
    text: Any
    button: Any


class Notice(Enum):
    """What happened, in words: `%(establishment)s`, `%(programme)s` and the days are filled in."""

    RECEIVED = _Text(
        _("Your request is sent: %(programme)s"),
        _(
            "The request to recognise %(establishment)s for %(programme)s is with %(sector)s. "
            "You hear within 14 days."
        ),
        _("Look at the request"),
    )
    RECEIVED_FROM_SCHOOL = _Text(
        _("%(school)s requested a recognition for you"),
        _(
            "%(school)s requested on your behalf that %(establishment)s is recognised for "
            "%(programme)s. %(sector)s decides within 14 days."
        ),
        _("Look at the request"),
    )
    TO_DECIDE = _Text(
        _("New request: %(establishment)s"),
        _("%(establishment)s asks to be recognised for %(programme)s. Decide by %(due)s."),
        _("Look at the request"),
    )
    INCOMPLETE = _Text(
        _("Your request is not complete: %(programme)s"),
        _(
            "%(sector)s needs more to decide on %(programme)s at %(establishment)s. The 14 days go "
            "on once you complete the request."
        ),
        _("Complete the request"),
    )
    COMPLETED = _Text(
        _("Completed: %(establishment)s"),
        _("%(establishment)s completed its request for %(programme)s. Decide by %(due)s."),
        _("Look at the request"),
    )
    RECOGNISED = _Text(
        _("Recognised: %(programme)s"),
        _(
            "%(establishment)s is recognised for %(programme)s from %(start)s to %(end)s. Schools "
            "find it from now on; say how many places there are."
        ),
        _("Look at the recognition"),
    )
    REFUSED = _Text(
        _("Refused: %(programme)s"),
        _(
            "%(sector)s refused the request of %(establishment)s for %(programme)s. You can lodge "
            "an appeal."
        ),
        _("Read the decision"),
    )
    LIFTED = _Text(
        _("Recognition lifted: %(programme)s"),
        _(
            "%(sector)s lifted the recognition of %(establishment)s for %(programme)s. No new "
            "agreement can be made, and running ones must end. You can lodge an appeal."
        ),
        _("Read the decision"),
    )
    APPEALED = _Text(
        _("Appeal: %(establishment)s"),
        _("%(establishment)s lodged an appeal about %(programme)s."),
        _("Look at the appeal"),
    )
    APPEAL_DISMISSED = _Text(
        _("The decision stands: %(programme)s"),
        _("%(sector)s looked at your appeal about %(programme)s at %(establishment)s again."),
        _("Read the decision"),
    )
    CARRIED_OVER = _Text(
        _("Carried over: %(programme)s"),
        _("The recognition of %(establishment)s is carried over to %(programme)s, until %(end)s."),
        _("Look at the recognition"),
    )


@dataclass(frozen=True)
class Reader:
    """Who gets a mail, and in which language."""

    email: str
    language: str = settings.LANGUAGE_CODE


def readers(users: Iterable[User]) -> list[Reader]:
    """Users who may log in, each once."""
    found = {user.email: Reader(user.email, user.language) for user in users if user.is_active}
    return list(found.values())


def company_readers(company: Company, establishment: Establishment | None = None) -> list[Reader]:
    """The users of a company; where it has none, its address on file, in Dutch."""
    if found := readers(User.objects.filter(companymemberships__company=company)):
        return found
    address = (establishment and establishment.email) or company.email
    return [Reader(address)] if address else []


def school_readers(school: School) -> list[Reader]:
    """The coordinators of a school."""
    return readers(User.objects.filter(schoolmemberships__school=school))


def sector_readers(sector: Sector | None) -> list[Reader]:
    """The consultants of a sector; those of the fallback where there is none."""
    users = User.objects.filter(sectormemberships__isnull=False)
    if sector is None:
        return readers(users.filter(sectormemberships__sector__is_fallback=True))
    return readers(users.filter(sectormemberships__sector=sector))


def tell(
    notice: Notice,
    to: Sequence[Reader],
    recognition: Recognition,
    page: str,
    key: int,
    **more: Any,
) -> None:
    """Mail a notice about a recognition, with its reason, to each reader once.

    `page` is the name of the address that the button leads to, `key` what it is about.
    """
    for reader in dict.fromkeys(to):
        with translation.override(reader.language):
            params = _params(recognition) | {name: str(value) for name, value in more.items()}
            told = notice.value
            context = {
                "subject": str(told.subject) % params,
                "text": str(told.text) % params,
                "reason": more.get("reason", recognition.reason),
                "button": str(told.button),
                "url": settings.SITE_URL + reverse(page, args=[key]),
            }
        mail.send("recognition", reader.email, context, language=reader.language)


def _params(recognition: Recognition) -> dict[str, str]:
    days = {
        "start": recognition.valid_from,
        "end": recognition.valid_until,
        "due": recognition.due_on,
    }
    return {
        "establishment": recognition.establishment.name,
        "programme": recognition.programme.title,
        "sector": str(recognition.sector or _("The partnership")),
        **{name: date_format(day) if day else "–" for name, day in days.items()},
    }
