"""The figures of a sector: recognitions, places, use, answers, and how fast it decides."""

from __future__ import annotations

from dataclasses import dataclass, fields
from datetime import date, timedelta
from typing import Any

from django.db.models import Aggregate, Count, F, FloatField, Q, Sum
from django.db.models.functions import Cast, Extract
from django.utils.translation import gettext_lazy as _

from companies.models import (
    Agreement,
    AgreementStatus,
    Approach,
    ApproachStatus,
    Recognition,
    RecognitionStatus,
    Workplace,
)
from companies.recognitions import RENEWABLE_DAYS
from schools.models import SchoolYear, Sector

#: Over how long answers and decisions are counted.
YEAR = timedelta(days=365)


class Median(Aggregate):
    """The middle value of a column."""

    function = "PERCENTILE_CONT"
    template = "%(function)s(0.5) WITHIN GROUP (ORDER BY %(expressions)s)"
    output_field = FloatField()


@dataclass
class Line:
    """A programme of a sector, or the sum of all."""

    title: str = ""
    number: int | None = None
    recognised: int = 0
    ending: int = 0
    waiting: int = 0
    overdue: int = 0
    offered: int = 0
    taken: int = 0
    said: int = 0
    used: int = 0

    @property
    def unknown(self) -> int:
        """Recognitions in force whose places of this school year nobody said."""
        return self.recognised - self.said

    @property
    def use(self) -> float | None:
        """The share of the recognitions in force with a running agreement; None without any."""
        return self.used / self.recognised if self.recognised else None

    def add(self, other: Line) -> None:
        for field in fields(Line)[2:]:
            setattr(self, field.name, getattr(self, field.name) + getattr(other, field.name))


@dataclass(frozen=True)
class Answers:
    """What companies of a sector did with the messages of schools in the last year."""

    sent: int
    answered: int
    days: float | None

    @property
    def share(self) -> float | None:
        return self.answered / self.sent if self.sent else None


@dataclass(frozen=True)
class Decided:
    """How fast the sector decided in the last year; `days` is the middle one."""

    n: int
    in_time: int
    days: float | None

    @property
    def share(self) -> float | None:
        return self.in_time / self.n if self.n else None


@dataclass(frozen=True)
class Dashboard:
    sector: Sector
    total: Line
    lines: list[Line]
    answers: Answers
    decided: Decided


def of_sector(sector: Sector, prefix: str = "") -> Q:
    """What a sector decides on; what is nobody's is the fallback's."""
    own = Q(**{f"{prefix}sector": sector})
    return own | Q(**{f"{prefix}sector__isnull": True}) if sector.is_fallback else own


def dashboard(sector: Sector, school_year: SchoolYear, today: date) -> Dashboard:
    """The figures of a sector today. Five queries."""
    lines = _recognitions(sector, today)
    in_force = Recognition.objects.valid_on(today).filter(of_sector(sector))
    places = (
        Workplace.objects.filter(
            recognition__in=in_force, school_year=school_year, places_offered__isnull=False
        )
        .order_by()
        .values_list("recognition__programme")
        .annotate(Sum("places_offered"), Sum("places_taken"), Count("recognition"))
    )
    for programme, offered, taken, said in places:
        line = lines[programme]
        line.offered, line.taken, line.said = offered, taken, said
    used = (
        Agreement.objects.filter(
            status=AgreementStatus.RUNNING,
            starts_on__lte=today,
            ends_on__gte=today,
            workplace__school_year=school_year,
            workplace__recognition__in=in_force,
        )
        .order_by()
        .values_list("workplace__recognition__programme")
        .annotate(Count("workplace__recognition", distinct=True))
    )
    for programme, n in used:
        lines[programme].used = n
    total = Line()
    for line in lines.values():
        total.add(line)
    ordered = sorted(lines.values(), key=lambda line: (-line.recognised, line.title))
    return Dashboard(sector, total, ordered, _answers(sector, today), _decided(sector, today))


def _recognitions(sector: Sector, today: date) -> dict[int, Line]:
    in_force = Q(status=RecognitionStatus.RECOGNISED, valid_from__lte=today, valid_until__gte=today)
    ends = Q(valid_until__lte=today + timedelta(days=RENEWABLE_DAYS))
    requested = Q(status=RecognitionStatus.REQUESTED)
    rows = (
        Recognition.objects.filter(of_sector(sector))
        .with_due_on()
        .filter(
            in_force | Q(status__in=(RecognitionStatus.REQUESTED, RecognitionStatus.INCOMPLETE))
        )
        .order_by()
        .values("programme", "programme__title", "programme__number")
        .annotate(
            recognised=Count("pk", filter=in_force),
            ending=Count("pk", filter=in_force & ends),
            waiting=Count("pk", filter=~in_force),
            overdue=Count("pk", filter=requested & Q(due__lt=today)),
        )
    )
    return {
        row.pop("programme"): Line(
            title=row.pop("programme__title"), number=row.pop("programme__number"), **row
        )
        for row in map(dict[str, Any], rows)
    }


def _answers(sector: Sector, today: date) -> Answers:
    sent = Approach.objects.filter(
        of_sector(sector, "establishment__company__"), sent_on__gte=today - YEAR, sent_on__lte=today
    ).exclude(status=ApproachStatus.WITHDRAWN)
    waited = F("answered_on") - F("sent_on")
    found = sent.aggregate(
        sent=Count("pk"),
        answered=Count("pk", filter=Q(answered_on__isnull=False)),
        days=Median(_days(waited)),
    )
    return Answers(**found)


def _days(between: Any) -> Any:
    """The days between two dates, as a number."""
    return Cast(Extract(between, "epoch"), FloatField()) / 86_400.0


def _decided(sector: Sector, today: date) -> Decided:
    decided = Recognition.objects.filter(
        of_sector(sector),
        decided_on__gt=today - YEAR,
        decided_on__lte=today,
        requested_on__isnull=False,
        status__in=(
            RecognitionStatus.RECOGNISED,
            RecognitionStatus.REFUSED,
            RecognitionStatus.EXPIRED,
        ),
    ).with_due_on()
    found = decided.aggregate(
        n=Count("pk"),
        in_time=Count("pk", filter=Q(decided_on__lte=F("due"))),
        days=Median(_days(F("decided_on") - F("requested_on")) - F("paused_days")),
    )
    return Decided(**found)


HEADS = (
    _("programme"),
    _("number"),
    _("recognised"),
    _("ending within half a year"),
    _("waiting"),
    _("overdue"),
    _("places offered"),
    _("places taken"),
    _("places unknown"),
    _("with a running agreement"),
    _("use"),
)


def cells(found: Dashboard) -> list[list[Any]]:
    """The lines as rows for a spreadsheet, under `HEADS`; the use as a share in 0..1."""
    return [
        [
            line.title,
            line.number,
            line.recognised,
            line.ending,
            line.waiting,
            line.overdue,
            line.offered,
            line.taken,
            line.unknown,
            line.used,
            None if line.use is None else round(line.use, 3),
        ]
        for line in found.lines
    ]
