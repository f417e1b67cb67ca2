"""Companies are reminded that a recognition ends: 6 and 2 months and 2 weeks before, each once."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from datetime import date, timedelta

from django.conf import settings
from django.db import transaction
from django.db.models import Exists, OuterRef, QuerySet
from django.urls import reverse
from django.utils import translation

from companies.models import Company, Exclusion, Recognition
from companies.notices import company_readers
from companies.portal.requests.models import REMIND_DAYS, ReminderStage, RenewalReminder
from radar.web import mail


def stage_of(recognition: Recognition, today: date) -> ReminderStage | None:
    """The latest stage that its end has come into; None when the end is far or past."""
    if recognition.valid_until is None or recognition.valid_until < today:
        return None
    left = (recognition.valid_until - today).days
    return next((s for s, days in sorted(REMIND_DAYS.items(), key=_days) if left <= days), None)


def _days(item: tuple[ReminderStage, int]) -> int:
    return item[1]


def ending(today: date) -> QuerySet[Recognition]:
    """Recognitions in force that end within half a year and that nobody renews yet.

    Not of who stopped or is excluded, nor of a programme that has ended: that one is carried over.
    """
    same = Recognition.objects.filter(
        establishment=OuterRef("establishment"), programme=OuterRef("programme")
    ).exclude(pk=OuterRef("pk"))
    excluded = Exclusion.objects.in_force_on(today)
    return (
        Recognition.objects.valid_on(today)
        .filter(
            ~Exists(same.waiting()),
            ~Exists(same.recognised().filter(valid_until__gt=OuterRef("valid_until"))),
            ~Exists(excluded.filter(establishment=OuterRef("establishment"))),
            ~Exists(excluded.filter(company=OuterRef("establishment__company"))),
            valid_until__lte=today + timedelta(days=max(REMIND_DAYS.values())),
            establishment__stopped_on__isnull=True,
            establishment__company__stopped_on__isnull=True,
        )
        .exclude(programme__valid_until__lt=today)
    )


def remind(today: date) -> int:
    """Send what is due, one mail per company with all that ends; how many mails.

    A stage that a company was reminded of is not repeated, and neither are the longer ones when a
    shorter one is sent. An end that was moved is a new end.
    """
    found = (
        ending(today)
        .select_related("establishment__company", "programme")
        .prefetch_related("reminders")
        .order_by("establishment__company", "valid_until", "pk")
    )
    due: dict[Company, list[tuple[Recognition, ReminderStage]]] = defaultdict(list)
    for recognition in found:
        stage = stage_of(recognition, today)
        sent = {r.stage for r in recognition.reminders.all() if _same_end(r, recognition)}
        if stage is not None and stage not in sent:
            due[recognition.establishment.company].append((recognition, stage))
    return sum(_send(company, lines, today) for company, lines in due.items())


def _same_end(reminder: RenewalReminder, recognition: Recognition) -> bool:
    return reminder.valid_until == recognition.valid_until


@transaction.atomic
def _send(company: Company, lines: Iterable[tuple[Recognition, ReminderStage]], today: date) -> int:
    """One company's mail to each of its readers, noted with it in one transaction."""
    lines = list(lines)
    RenewalReminder.objects.bulk_create(
        RenewalReminder(
            recognition=recognition, stage=stage, valid_until=recognition.valid_until, sent_on=today
        )
        for recognition, stage in lines
        if recognition.valid_until is not None
    )
    to = company_readers(company, lines[0][0].establishment)
    for reader in to:
        with translation.override(reader.language):
            context = {
                "company": company,
                "lines": [
                    (recognition, settings.SITE_URL + reverse("recognition", args=[recognition.pk]))
                    for recognition, _stage in lines
                ],
            }
        mail.send("renewal_reminder", reader.email, context, language=reader.language)
    return len(to)
