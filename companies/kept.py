"""For how long personal data around companies is kept, and whose changes are noted."""

from __future__ import annotations

from datetime import date

from django.utils.translation import gettext_lazy as _

from accounts import audit, retention
from accounts.retention import Rule
from companies.models import (
    Agreement,
    AgreementStatus,
    Approach,
    Company,
    Establishment,
    Mentor,
)
from schools.models import SchoolYear

#: What stays of a pupil's reference: that there was a pupil.
FORGOTTEN = "vergeten"


def _forget_notes(last: date) -> int:
    """Notes of contacts, which may name people; that there was a contact stays, for the figures."""
    old = Approach.objects.exclude(note="").filter(sent_on__lte=last)
    return old.update(note="")


def _forget_pupils(last: date) -> int:
    """References of pupils whose agreement ended in a school year that was over by that day."""
    newest = SchoolYear.objects.over_by(last).order_by("-starts_in").first()
    if newest is None:
        return 0
    ended = Agreement.objects.filter(
        status__in=(AgreementStatus.COMPLETED, AgreementStatus.ENDED_EARLY),
        ends_on__lte=newest.end,
    )
    return ended.exclude(pupil_reference=FORGOTTEN).update(pupil_reference=FORGOTTEN, end_reason="")


def register() -> None:
    """Tell what ends, and whose changes are noted."""
    for rule in (
        Rule("approach_notes", _("Notes of contacts with companies"), _forget_notes),
        Rule(
            "pupil_references",
            _("References of pupils, after the school year in which the agreement ended"),
            _forget_pupils,
        ),
    ):
        retention.register(rule)
    audit.watch(Mentor)
    audit.watch(Company, "email", "telephone")
    audit.watch(Establishment, "email", "telephone")
