"""Excluding an establishment or a whole company (uitsluiting), with what follows from it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta

from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import Q
from django.utils.translation import gettext, ngettext
from django.utils.translation import gettext_lazy as _

from companies.decisions import lift, refuse
from companies.establishments import Company, Establishment, Exclusion
from companies.pupils import Agreement, AgreementStatus
from companies.recognitions import Recognition
from schools.models import School

#: How long ago an exclusion that is written down now may have started.
BACK = timedelta(days=31)


@dataclass(frozen=True)
class Consequences:
    """What an exclusion brings with it."""

    #: In force: lifted at once, so that no school finds them any more.
    recognitions: list[Recognition]
    #: Waiting for a decision: refused.
    requests: list[Recognition]
    #: Running or planned: their schools must end them.
    agreements: list[Agreement]

    def schools(self) -> list[School]:
        """The schools whose pupils are there, each once."""
        return list({a.campus.school_id: a.campus.school for a in self.agreements}.values())


def consequences(target: Establishment | Company, today: date) -> Consequences:
    """What excluding an establishment or a company today would bring with it. Three queries."""
    here = (
        Q(establishment=target)
        if isinstance(target, Establishment)
        else Q(establishment__company=target)
    )
    found = Recognition.objects.filter(here).select_related(
        "establishment__company", "programme", "sector"
    )
    order = ("establishment__name", "programme__title", "pk")
    in_force = list(found.recognised().filter(valid_until__gte=today).order_by(*order))
    agreements = (
        Agreement.objects.filter(
            workplace__recognition__in=found,
            status__in=(AgreementStatus.PLANNED, AgreementStatus.RUNNING),
            ends_on__gte=today,
        )
        .select_related("campus__school", "workplace__recognition__programme")
        .order_by("campus__school__name", "ends_on", "pk")
    )
    return Consequences(in_force, list(found.waiting().order_by(*order)), list(agreements))


@transaction.atomic
def exclude(
    target: Establishment | Company, start: date, end: date | None, reason: str, today: date
) -> tuple[Exclusion, Consequences]:
    """Exclude from a day on: until another, or for good (None).

    Lifts what is recognised, refuses what is requested, and gives both with the agreements that
    are left. Raises ValidationError for a start that lies ahead or over a month back, an end before
    the start or in the past, and for who is excluded for that time already.
    """
    kind = "establishment" if isinstance(target, Establishment) else "company"
    if not today - BACK <= start <= today:
        raise ValidationError(
            {"valid_from": _("An exclusion starts today, or at most a month ago.")}
        )
    if end is not None and end < start:
        raise ValidationError({"valid_until": _("The end lies before the start.")})
    if end is not None and end < today:
        raise ValidationError({"valid_until": _("This day has passed.")})
    type(target)._default_manager.select_for_update().get(pk=target.pk)
    in_force = Exclusion.objects.in_force_on(today).filter(**{kind: target}).first()
    if in_force is not None:
        raise ValidationError(
            _("It is excluded already. End that exclusion first."), code="excluded"
        )
    exclusion = Exclusion(
        **{kind: target}, valid_from=start, valid_until=end, reason=reason.strip()
    )
    exclusion.full_clean()
    found = consequences(target, today)
    exclusion.save()
    why = gettext("Excluded: %(reason)s") % {"reason": exclusion.reason}
    for recognition in found.recognitions:
        lift(recognition, why, today)
    for request in found.requests:
        refuse(request, why, today)
    return exclusion, found


@transaction.atomic
def end_exclusion(exclusion: Exclusion, reason: str, today: date) -> Exclusion:
    """End an exclusion with this day. What was lifted stays so: it is requested anew."""
    found = Exclusion.objects.select_for_update().get(pk=exclusion.pk)
    if found.valid_until is not None and found.valid_until <= today:
        raise ValidationError(_("This exclusion is over already."), code="over")
    if not reason.strip():
        raise ValidationError({"reason": _("Say why.")})
    found.valid_until = max(found.valid_from, today - timedelta(days=1))
    found.reason = "\n".join([found.reason, reason.strip()])
    found.full_clean()
    found.save()
    return found


def in_words(found: Consequences) -> list[str]:
    """The consequences as short lines, those that are none left out."""
    counts = [
        (
            len(found.recognitions),
            ngettext(
                "%(n)s recognition is lifted.",
                "%(n)s recognitions are lifted.",
                len(found.recognitions),
            ),
        ),
        (
            len(found.requests),
            ngettext(
                "%(n)s request is refused.", "%(n)s requests are refused.", len(found.requests)
            ),
        ),
        (
            len(found.agreements),
            ngettext(
                "%(n)s agreement must be ended by its school.",
                "%(n)s agreements must be ended by their schools.",
                len(found.agreements),
            ),
        ),
    ]
    return [text % {"n": n} for n, text in counts if n]
