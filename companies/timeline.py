"""The life of a recognition, read from the history that triggers keep (docs/adr/0001)."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.db.models import BigIntegerField, CharField, OuterRef, Subquery, Value
from django.db.models.fields.json import KeyTextTransform
from django.db.models.functions import Cast, Coalesce, Concat, NullIf, Trim
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from accounts.models import User
from companies.recognitions import Recognition, RecognitionStatus

#: The name of the user in whose request a change was made.
_USER = Subquery(
    User.objects.filter(pk=OuterRef("user_key"))
    .annotate(
        name=Coalesce(
            NullIf(Trim(Concat("first_name", Value(" "), "last_name")), Value("")),
            "email",
            output_field=CharField(),
        )
    )
    .values("name")
)


@dataclass(frozen=True)
class Step:
    """One step: what became of it, on which day, by whom (when known), and why."""

    on: date | None
    #: The moment, where the step itself was recorded; None for what is only known by its day.
    at: datetime | None
    what: str
    status: str
    who: str = ""
    why: str = ""


def timeline(recognition: Recognition) -> list[Step]:
    """Its steps, the newest first. One query, whatever their number."""
    history = recognition.events.select_related("pgh_context").annotate(  # type: ignore[attr-defined]
        user_key=Cast(KeyTextTransform("user", "pgh_context__metadata"), BigIntegerField()),
        user=_USER,
    )
    steps: list[Step] = []
    before = None
    for event in history.order_by("pgh_id"):
        who = _who(event)
        steps += _first(event, who) if before is None else _changes(before, event, who)
        before = event
    if before is None:  # the history was switched off while it was loaded
        steps += _first(recognition, "")
    return steps[::-1]


def _who(event: Any) -> str:
    """Who wrote a change: a user, a client of the API, an import or nobody in particular."""
    metadata = event.pgh_context.metadata if event.pgh_context else {}
    if "import" in metadata:
        return _("an import")
    if client := metadata.get("api_client"):
        return _("the API (%(client)s)") % {"client": client}
    return event.user or (_("an import") if "command" in metadata else "")


def _first(event: Any, who: str) -> Iterator[Step]:
    """What a record told when it came: its days say what happened before."""
    at = getattr(event, "pgh_created_at", None)
    if event.requested_on:
        yield Step(event.requested_on, None, _("Requested"), RecognitionStatus.REQUESTED, who)
    if event.status == RecognitionStatus.REQUESTED:
        if not event.requested_on:
            yield Step(None, at, _("Requested"), event.status, who)
    elif event.status == RecognitionStatus.LIFTED and event.valid_from:
        yield Step(event.decided_on, None, _("Recognised"), RecognitionStatus.RECOGNISED, who)
        yield Step(event.valid_until, None, _("Lifted"), event.status, who, event.reason)
    else:
        day = event.decided_on or event.paused_on
        yield Step(day, None, _decision(event), event.status, who, event.reason)


def _changes(before: Any, event: Any, who: str) -> Iterator[Step]:
    """What one change of the record amounts to; nothing for one that tells nothing."""
    at = event.pgh_created_at
    day = timezone.localdate(at)
    if event.pgh_label == "delete":
        yield Step(day, at, _("Deleted"), event.status, who)
    elif event.appealed_on and not before.appealed_on:
        yield Step(day, at, _("Appeal lodged"), event.status, who, event.appeal)
    elif event.appeal_decided_on and not before.appeal_decided_on:
        upheld = event.status == RecognitionStatus.RECOGNISED
        what = _decision(event) if upheld else _("Appeal dismissed")
        yield Step(day, at, what, event.status, who, event.reason)
    elif event.status != before.status:
        back = (before.status, event.status) == (
            RecognitionStatus.INCOMPLETE,
            RecognitionStatus.REQUESTED,
        )
        what = _("Completed by the company") if back else _decision(event)
        yield Step(day, at, what, event.status, who, event.reason)
    elif (event.valid_from, event.valid_until) != (before.valid_from, before.valid_until):
        yield Step(day, at, _("Period changed: %(period)s") % _period(event), event.status, who)
    elif event.sector_id != before.sector_id:
        yield Step(day, at, _("Passed to another sector"), event.status, who)


def _decision(event: Any) -> str:
    if event.status == RecognitionStatus.RECOGNISED:
        return _("Recognised: %(period)s") % _period(event)
    return {
        RecognitionStatus.REQUESTED: _("Requested"),
        RecognitionStatus.INCOMPLETE: _("Sent back as incomplete"),
        RecognitionStatus.REFUSED: _("Refused"),
        RecognitionStatus.LIFTED: _("Lifted"),
        RecognitionStatus.EXPIRED: _("Expired"),
    }[RecognitionStatus(event.status)]


def _period(event: Any) -> dict[str, str]:
    days = (event.valid_from, event.valid_until)
    return {
        "period": " – ".join(date_format(day, "SHORT_DATE_FORMAT") if day else "?" for day in days)
    }
