"""A consultant's inbox: what waits for her, the oldest first."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta
from typing import Any

from django.db.models import Case, Count, DateField, F, Q, QuerySet, When
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.models import User
from companies.models import Recognition, RecognitionStatus
from companies.recognitions import APPEALABLE, WAITING
from companies.review.presentation import DUE_DAYS, clock_of

_APPEALED = Q(status__in=APPEALABLE, appealed_on__isnull=False, appeal_decided_on__isnull=True)
_WAITING = Q(status__in=WAITING)

#: What the inbox can show, with its words.
SHOWN = {
    "": gettext_lazy("To decide"),
    "te-laat": gettext_lazy("Overdue"),
    "bijna": gettext_lazy("Due"),
    "onvolledig": gettext_lazy("Incomplete"),
    "beroep": gettext_lazy("Appeals"),
    "beeindigd": gettext_lazy("Ended programmes"),
}
HEADS = (
    gettext_lazy("establishment"),
    gettext_lazy("number"),
    gettext_lazy("company"),
    gettext_lazy("municipality"),
    gettext_lazy("programme"),
    gettext_lazy("sector"),
    gettext_lazy("status"),
    gettext_lazy("requested on"),
    gettext_lazy("days left"),
)


def _filters(today: date) -> dict[str, Q]:
    requested = Q(status=RecognitionStatus.REQUESTED)
    return {
        "": requested | _APPEALED,
        "te-laat": requested & Q(due__lt=today),
        "bijna": requested & Q(due__gte=today, due__lte=today + timedelta(days=DUE_DAYS)),
        "onvolledig": Q(status=RecognitionStatus.INCOMPLETE),
        "beroep": _APPEALED,
        "beeindigd": Q(
            status=RecognitionStatus.RECOGNISED,
            valid_from__lte=today,
            valid_until__gte=today,
            programme__valid_until__lt=today,
        ),
    }


def inbox(user: User, show: str, today: date, sector: str = "") -> QuerySet[Recognition]:
    """What a consultant has under one of `SHOWN`, by age: since its request, or its appeal."""
    found = Recognition.objects.decided_by(user).with_due_on().filter(_filters(today)[show])
    if sector:
        found = found.filter(sector__slug=sector)
    since = Case(
        When(_APPEALED, then=F("appealed_on")),
        When(status=RecognitionStatus.RECOGNISED, then=F("valid_until")),
        default=F("requested_on"),
        output_field=DateField(),
    )
    return (
        found.annotate(since=since)
        .select_related(
            "establishment__company", "establishment__municipality", "programme", "sector"
        )
        .order_by(F("since").asc(nulls_first=True), "pk")
    )


def counts(user: User, today: date) -> dict[str, int]:
    """How many there are under each of `SHOWN`. One query."""
    names = {name or "alle": condition for name, condition in _filters(today).items()}
    open_ones = Recognition.objects.decided_by(user).with_due_on()
    found = open_ones.filter(_WAITING | _APPEALED | names["beeindigd"]).aggregate(
        **{
            name.replace("-", "_"): Count("pk", filter=condition)
            for name, condition in names.items()
        }
    )
    return {name: found[(name or "alle").replace("-", "_")] for name in SHOWN}


def cells(found: QuerySet[Recognition], today: date) -> Iterator[list[Any]]:
    """The inbox as rows for a spreadsheet, under `HEADS`."""
    for recognition in found:
        unit, clock = recognition.establishment, clock_of(recognition, today)
        yield [
            unit.name,
            unit.dotted_number,
            unit.company.name,
            unit.municipality.name if unit.municipality else "",
            recognition.programme.title,
            recognition.sector.name if recognition.sector else _("fallback"),
            recognition.get_status_display(),
            recognition.requested_on,
            clock.left,
        ]
