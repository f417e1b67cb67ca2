"""The records behind a figure: the offerings, or the recognitions, that it counted."""

from __future__ import annotations

from typing import Any

from django.core.paginator import Page, Paginator
from django.db.models import F, Q, QuerySet
from django.utils.translation import gettext as _

from companies.models import Recognition
from figures.dimensions import DIMENSIONS
from figures.measures import Measure, Source
from figures.models import OfferingFact, SupplyFact
from figures.policies import FiguresPolicy
from figures.questions import Question
from schools.models import Campus, OfferingStatus, Programme

PER_PAGE = 50
#: What a word of an aggregate's mask asks of a fact (`figures.columns`).
CONDITIONS: dict[str, Q] = {
    "is_active": Q(is_active=True),
    "has_pupils": Q(pupils__gt=0),
    "has_reach": Q(per_pupil_low__isnull=False),
    "has_no_places": Q(places_in_reach=0),
    "has_said": Q(offered__isnull=False),
    "is_lonely": Q(is_lonely=True),
    "status=refused": Q(status=OfferingStatus.REFUSED),
    "status=requested": Q(status=OfferingStatus.REQUESTED),
    "change=new": Q(change="new"),
    "change=continued": Q(change="continued"),
    "change=stopped": Q(change="stopped"),
    "is_request": ~Q(change__in=("continued", "stopped"))
    & (Q(is_active=True) | Q(status__in=(OfferingStatus.REQUESTED, OfferingStatus.REFUSED))),
}


def facts_behind(question: Question, measure: Measure) -> QuerySet[Any]:
    """The facts that a figure counts, in an order of their own."""
    if measure.source is None:
        raise ValueError(f"{measure.key} counts no facts.")
    facts: QuerySet[Any] = measure.source.model._default_manager.filter(
        cube=question.cube, school_year=question.crossing.years[0]
    )
    for key, member in question.crossing.where.items():
        facts = facts.filter(**{DIMENSIONS[key].column: member})
    if question.crossing.area is not None:
        facts = facts.filter(point__intersects=question.crossing.area)
    for word in getattr(measure.count, "mask", "").split():
        condition = CONDITIONS[word.removeprefix("-")]
        facts = facts.exclude(condition) if word.startswith("-") else facts.filter(condition)
    if column := getattr(measure.count, "column", ""):
        if getattr(measure.count, "unknown", False):
            facts = facts.filter(**{f"{column}__isnull": True})
        elif column in ("pupils", "offered", "taken", "to_place"):
            facts = facts.filter(**{f"{column}__gt": 0})
    return facts.order_by("municipality", "programme", "pk")


def page_of(
    question: Question, measure: Measure, policy: FiguresPolicy, asked: str
) -> tuple[list[str], list[list[Any]], Page[Any]]:
    """Heads, lines and the page itself; three queries, however many records."""
    page = Paginator(facts_behind(question, measure), PER_PAGE).get_page(asked)
    if measure.source is Source.SUPPLY:
        return _supply_heads(), _supply_lines(list(page)), page
    return _offering_heads(), _offering_lines(list(page), policy), page


def _offering_heads() -> list[str]:
    return [_("campus"), _("municipality"), _("programme"), _("status"), _("pupils")]


def _offering_lines(facts: list[OfferingFact], policy: FiguresPolicy) -> list[list[Any]]:
    campuses = Campus.objects.select_related("school", "municipality").in_bulk(
        [fact.campus for fact in facts]
    )
    titles = _titles(facts)
    schools = policy.schools()
    return [
        [
            str(campuses[fact.campus]) if fact.campus in campuses else "",
            str(getattr(campuses.get(fact.campus), "municipality", None) or ""),
            titles.get(fact.programme, fact.programme),
            str(OfferingStatus(fact.status).label),
            fact.pupils if schools is None or fact.school in schools else "▪",
        ]
        for fact in facts
    ]


def _supply_heads() -> list[str]:
    return [
        _("establishment"),
        _("municipality"),
        _("programme"),
        _("places offered"),
        _("recognised until"),
    ]


def _supply_lines(facts: list[SupplyFact]) -> list[list[Any]]:
    found: QuerySet[Recognition] = Recognition.objects.annotate(
        house=F("establishment__name"), town=F("establishment__municipality__name")
    )
    recognitions: dict[int, Any] = found.in_bulk([fact.recognition for fact in facts])
    titles = _titles(facts)
    return [
        [
            recognitions[fact.recognition].house,
            recognitions[fact.recognition].town or "",
            titles.get(fact.programme, fact.programme),
            _("unknown") if fact.offered is None else fact.offered,
            recognitions[fact.recognition].valid_until,
        ]
        for fact in facts
        if fact.recognition in recognitions
    ]


def _titles(facts: list[Any]) -> dict[str, str]:
    numbers = {int(fact.programme) for fact in facts}
    titles = Programme.objects.filter(number__in=numbers).order_by()
    return {str(number): title for number, title in titles.values_list("number", "title")}
