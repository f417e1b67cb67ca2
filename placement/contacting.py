"""Turning to one or many establishments at once: by e-mail, by telephone, or planned for later."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from django.core.exceptions import ValidationError
from django.db import transaction

from accounts.models import User
from companies.approaching import Answer, Message, plan_approach, ring, send_message
from companies.models import Approach, Establishment
from placement.contact_settings import ContactSettings
from placement.message_templates import filled
from schools.models import Campus, Programme


class How(StrEnum):
    """How an establishment is turned to."""

    EMAIL = "email"
    TELEPHONE = "telephone"
    LATER = "later"


@dataclass(frozen=True)
class Contact:
    """What to do with each establishment: a message still with its placeholders, or a call."""

    how: How
    message: Message
    note: str = ""
    follow_up_on: date | None = None
    outcome: Answer | None = None


@dataclass(frozen=True)
class Made:
    """What became of one establishment: its approach, or why there is none."""

    establishment: Establishment
    approach: Approach | None
    refused: str = ""


def make_contact(
    campus: Campus,
    programme: Programme,
    establishments: Iterable[Establishment],
    contact: Contact,
    by: User,
    today: date,
) -> list[Made]:
    """Turn to each establishment by itself: what is refused at one holds up no other."""
    days = ContactSettings.of(campus.school).answer_days
    made = []
    for place in establishments:
        try:
            approach = _one(campus, programme, place, contact, by, today, days)
        except ValidationError as error:
            made.append(Made(place, None, error.messages[0]))
        else:
            made.append(Made(place, approach))
    return made


@transaction.atomic
def _one(
    campus: Campus,
    programme: Programme,
    place: Establishment,
    contact: Contact,
    by: User,
    today: date,
    days: int,
) -> Approach:
    approach = plan_approach(campus, place, programme, by, contact.note)
    if contact.how == How.EMAIL:
        text = contact.message
        message = Message(
            filled(text.subject, place, programme, campus, by),
            filled(text.body, place, programme, campus, by),
            text.language,
        )
        approach = send_message(approach, message, by, today, days)
    elif contact.how == How.TELEPHONE:
        approach = ring(approach, by, today, days, contact.note, contact.outcome)
    if contact.follow_up_on:
        approach.follow_up_on = contact.follow_up_on
        approach.save(update_fields=["follow_up_on"])
    return approach
