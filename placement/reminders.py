"""What a coordinator wanted to be reminded of, in one mail a day."""

from __future__ import annotations

from collections import defaultdict
from datetime import date

from django.db import transaction
from django.db.models import F, Q

from accounts.models import User
from companies.models import Approach
from radar.web import mail


@transaction.atomic
def send_reminders(today: date) -> int:
    """Mail each coordinator the approaches to follow up since the last mail. Gives how many mails.

    Each day to follow up is mailed once; a later day that is set afterwards, again.
    """
    due = (
        Approach.objects.to_follow_up(today)
        .filter(Q(reminded_on__isnull=True) | Q(reminded_on__lt=F("follow_up_on")))
        .filter(coordinator__is_active=True)
        .with_names()
        .select_for_update(of=("self",), skip_locked=True)
        .order_by("follow_up_on", "pk")
    )
    by_reader: dict[User, list[Approach]] = defaultdict(list)
    for approach in due:
        if approach.coordinator:
            by_reader[approach.coordinator].append(approach)
    for reader, approaches in by_reader.items():
        context = {"approaches": approaches, "reader": reader}
        mail.send("reminder", reader.email, context, language=reader.language)
    reminded = [approach.pk for found in by_reader.values() for approach in found]
    Approach.objects.filter(pk__in=reminded).update(reminded_on=today)
    return len(by_reader)
