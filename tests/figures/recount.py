"""Every figure counted again, slowly and obviously: loops over the records themselves.

`FACTS` gives what a table counts as dictionaries, each with its member per dimension; `MEASURES`
counts a list of them. Nothing here knows of a cube.
"""

from __future__ import annotations

import math
import statistics
from collections import Counter
from collections.abc import Callable
from typing import Any

from companies.models import Agreement, Approach, Recognition, Workplace
from companies.vacancies.models import OccupationLink, Vacancy, VacancySync
from geo.models import Municipality, Province
from matching.catchment import DEFAULT_DECAY
from matching.distances import metres_from
from matching.refreshes import RadarFigure
from placement.models import PupilRequest
from schools.models import Campus, Offering, OfferingStatus, Programme, SchoolYear
from schools.school_years import school_year_starting
from tests.factories import TODAY

Fact = dict[str, Any]


def where(municipality: Municipality | None) -> Fact:
    if municipality is None:
        return {"province": "", "municipality": ""}
    today = municipality.today
    return {"province": today.province.code, "municipality": today.nis_code}


def what(programme: Programme) -> Fact:
    return {
        "sector": "+".join(sorted(sector.slug for sector in programme.sectors.all())),
        "grade": str(programme.grade),
        "educationForm": programme.education_form,
        "finality": programme.finality,
        "programme": str(programme.number),
    }


def lineage(programme: Programme) -> set[Programme]:
    return {programme, *programme.predecessors.all()}


def is_offered(campus: Campus, programmes: set[Programme], year: int) -> bool:
    return Offering.objects.filter(
        campus=campus,
        programme__in=programmes,
        school_year=year,
        status__in=OfferingStatus.active(),
    ).exists()


def offering_fact(campus: Campus, programme: Programme, year: int, offering: Any) -> Fact:
    fact = where(campus.municipality) | what(programme) | {"schoolYear": str(year)}
    form = {"125": "Syntra", "126": "BuSO"}.get(campus.school.type, programme.education_form)
    active = offering is not None and offering.status in OfferingStatus.active()
    first = min(Offering.objects.values_list("school_year", flat=True))
    before = year > first and is_offered(campus, lineage(programme), year - 1)
    change = ""
    if year > first:
        change = {(True, True): "continued", (True, False): "new", (False, True): "stopped"}.get(
            (active, before), ""
        )
    placed = Agreement.objects.filter(
        campus=campus, workplace__recognition__programme=programme, workplace__school_year=year
    ).exclude(status="ended_early")
    figure = RadarFigure.objects.filter(
        campus=campus,
        offered=True,
        sheet__programme=programme,
        sheet__school_year=year,
        sheet__is_current=True,
    ).first()
    return fact | {
        "educationForm": form,
        "network": campus.school.network,
        "campus": campus.pk,
        "school": campus.school_id,
        "status": offering.status if offering else "stopped",
        "active": active,
        "change": change,
        "pupils": offering.pupils if offering and active else None,
        "to_place": looking(campus, programme, year, offering if active else None, placed),
        "radar": figure if active else None,
    }


def looking(campus: Campus, programme: Programme, year: int, offering: Any, placed: Any) -> Any:
    """What the school said, else the enrolled pupils less those with an agreement."""
    requests = PupilRequest.objects.filter(campus=campus, programme=programme, school_year=year)
    if offering is None:
        return None
    if requests.exists():
        return requests.open().count()
    if offering.pupils is None:
        return None
    return max(offering.pupils - len(set(placed.values_list("pupil_reference", flat=True))), 0)


def offerings() -> list[Fact]:
    listed = list(Offering.objects.select_related("campus__school", "programme"))
    facts = [offering_fact(o.campus, o.programme, o.school_year_id, o) for o in listed]
    last = max(o.school_year_id for o in listed)
    for old in listed:
        if old.status not in OfferingStatus.active() or old.school_year_id == last:
            continue
        heirs = {old.programme, *old.programme.successors.all()}
        year = old.school_year_id + 1
        if not Offering.objects.filter(
            campus=old.campus, programme__in=heirs, school_year=year
        ).exists():
            facts.append(offering_fact(old.campus, old.programme, year, None))
    return facts


def lonely(recognition: Recognition, year: int) -> bool | None:
    """Whether no campus within the reach of the radar offers its programme."""
    point = recognition.establishment.point
    if point is None or year < school_year_starting(TODAY):
        return None
    homes = Campus.objects.open().offering(recognition.programme, SchoolYear(year)).distinct()
    metres = metres_from(point, [home.point for home in homes])
    return not any(m <= DEFAULT_DECAY.catchment for m in metres)


def supply() -> list[Fact]:
    facts = []
    for year in SchoolYear.objects.all():
        usable = set(Recognition.objects.usable_in(year, TODAY).values_list("pk", flat=True))
        for r in Recognition.objects.select_related("establishment", "programme"):
            if year.has_ended(TODAY):
                in_force = r.valid_from <= year.end and r.valid_until >= year.start
                counts = in_force and r.status in ("recognised", "expired", "lifted")
            else:
                counts = r.pk in usable
            if not counts:
                continue
            place = Workplace.objects.filter(recognition=r, school_year=year).first()
            pupils = Agreement.objects.filter(
                workplace__recognition=r, workplace__school_year=year
            ).exclude(status="ended_early")
            facts.append(
                where(r.establishment.municipality)
                | what(r.programme)
                | {
                    "schoolYear": str(year.pk),
                    "establishment": r.establishment_id,
                    "company": r.establishment.company_id,
                    "offered": place.places_offered if place else None,
                    "taken": place.places_taken if place else 0,
                    "training": len(set(pupils.values_list("pupil_reference", flat=True))),
                    "lonely": lonely(r, year.pk),
                }
            )
    return facts


def gaps(known: list[Fact]) -> list[Fact]:
    """Of programmes in provinces, from the facts on offerings."""
    facts = []
    for year in sorted({fact["schoolYear"] for fact in known}):
        for province in Province.objects.all():
            for programme in Programme.objects.all():
                if not programme.is_valid_on(SchoolYear(int(year)).start):
                    continue
                mine = [
                    fact
                    for fact in known
                    if fact["province"] == province.code
                    and fact["programme"] == str(programme.number)
                ]
                now = [fact for fact in mine if fact["schoolYear"] == year]
                once = [fact for fact in mine if fact["schoolYear"] < year]
                advised = RadarFigure.objects.filter(
                    sheet__is_current=True,
                    sheet__programme=programme,
                    sheet__school_year=int(year),
                    advice="open",
                )
                facts.append(
                    what(programme)
                    | {
                        "schoolYear": year,
                        "province": province.code,
                        "reason": reason(now, once),
                        "advised": None
                        if int(year) < school_year_starting(TODAY)
                        else sum(
                            figure.campus.municipality.today.province == province
                            for figure in advised
                        ),
                    }
                )
    return facts


def reason(now: list[Fact], once: list[Fact]) -> str:
    def followed(fact: Fact) -> bool:
        return fact["active"] and fact["pupils"] != 0

    if any(map(followed, now)):
        return ""
    if any(fact["status"] == "requested" for fact in now):
        return "pending"
    if any(fact["active"] or fact["status"] == "stopped" for fact in now):
        return "no_pupils"
    if any(fact["status"] == "refused" for fact in now):
        return "refused"
    if any(map(followed, once)):
        return "stopped"
    if any(fact["status"] == "refused" for fact in once):
        return "refused"
    return "never_requested"


def terms() -> list[Fact]:
    facts = []
    told = Recognition.objects.filter(status__in=("recognised", "expired", "lifted"))
    for r in told.select_related("establishment", "programme"):
        same = Recognition.objects.filter(establishment=r.establishment, programme=r.programme)
        common = where(r.establishment.municipality) | what(r.programme)
        first = Agreement.objects.filter(workplace__recognition=r).exclude(status="ended_early")
        starts = min(first.values_list("starts_on", flat=True), default=None)
        if not same.filter(valid_from__lt=r.valid_from).exists():
            days = None if starts is None else max((starts - r.valid_from).days, 0)
            year = str(school_year_starting(r.valid_from))
            facts.append(common | {"schoolYear": year, "begun": True, "days": days})
        if r.valid_until < TODAY and r.status != "lifted":
            later = same.filter(status__in=("recognised", "expired"), valid_from__gt=r.valid_from)
            year = str(school_year_starting(r.valid_until))
            facts.append(common | {"schoolYear": year, "begun": False, "renewed": later.exists()})
    return facts


def contacts() -> list[Fact]:
    return [
        where(a.establishment.municipality)
        | what(a.programme)
        | {
            "schoolYear": str(school_year_starting(a.sent_on)),
            "days": None if a.answered_on is None else (a.answered_on - a.sent_on).days,
        }
        for a in Approach.objects.exclude(sent_on=None).exclude(status="withdrawn")
    ]


def vacancies() -> list[Fact]:
    """Each vacancy once per programme that leads to its occupation, in this school year."""
    if not VacancySync.objects.exclude(read_until=None).exists():
        return []
    return [
        where(vacancy.municipality)
        | what(link.programme)
        | {"schoolYear": str(school_year_starting(TODAY)), "vacancy": vacancy.pk}
        for vacancy in Vacancy.objects.all()
        for link in OccupationLink.objects.filter(code=vacancy.code)
    ]


FACTS: dict[str, Callable[[], list[Fact]]] = {
    "offerings": offerings,
    "supply": supply,
    "terms": terms,
    "contacts": contacts,
    "vacancies": vacancies,
}


def n(facts: list[Fact], **like: Any) -> int:
    return sum(all(fact.get(key) == value for key, value in like.items()) for fact in facts)


def different(facts: list[Fact], key: str) -> int:
    return len({fact[key] for fact in facts})


def total(values: Any) -> int | None:
    """The sum of what is known; nothing where there is something and none of it is known."""
    values = list(values)
    known = [value for value in values if value is not None]
    return sum(known) if known or not values else None


def ratio(part: float | None, whole: float, by: float = 1) -> float | None:
    return by * part / whole if whole and part is not None else None


def middle(values: list[float]) -> float | None:
    return statistics.median(values) if values else None


def percentile(values: list[float], at: float) -> float | None:
    if not values:
        return None
    values = sorted(values)
    place = (len(values) - 1) * at
    low, high = math.floor(place), math.ceil(place)
    return values[low] + (values[high] - values[low]) * (place - low)


def per_pupil(facts: list[Fact], at: float, field: str = "per_pupil_low") -> Any:
    """None where nothing is known; withheld ("c") for fewer than three campuses."""
    reached = [f for f in facts if f["pupils"] and f["radar"] is not None]
    if not reached:
        return None
    if different(reached, "campus") < 3:
        return "c"
    return percentile([getattr(f["radar"], field) for f in reached], at)


def active(facts: list[Fact]) -> list[Fact]:
    return [fact for fact in facts if fact["active"]]


def asked(facts: list[Fact]) -> list[Fact]:
    return [
        fact
        for fact in facts
        if fact["change"] not in ("continued", "stopped")
        and (fact["active"] or fact["status"] in ("requested", "refused"))
    ]


def said(facts: list[Fact]) -> list[Fact]:
    return [fact for fact in facts if fact["offered"] is not None]


def largest_tenth(facts: list[Fact]) -> float | None:
    held: Counter[int] = Counter()
    for fact in facts:
        if fact["training"]:
            held[fact["company"]] += fact["training"]
    if len(held) < 10:
        return None
    top = sorted(held.values(), reverse=True)[: math.ceil(len(held) / 10)]
    return 100 * sum(top) / sum(held.values())


def begun(facts: list[Fact]) -> list[Fact]:
    return [fact for fact in facts if fact["begun"]]


def used(facts: list[Fact]) -> list[Fact]:
    return [fact for fact in facts if fact["training"]]


#: (table, measure): which facts, and how they are counted.
MEASURES: dict[tuple[str, str], tuple[str, Callable[[list[Fact]], Any]]] = {
    ("offerings", "offerings"): ("offerings", lambda f: len(active(f))),
    ("offerings", "campuses"): ("offerings", lambda f: different(active(f), "campus")),
    ("offerings", "schools"): ("offerings", lambda f: different(active(f), "school")),
    ("offerings", "pupils"): ("offerings", lambda f: total(x["pupils"] for x in active(f))),
    ("offerings", "pupilsPerSchool"): (
        "offerings",
        lambda f: ratio(total(x["pupils"] for x in active(f)), different(active(f), "school")),
    ),
    ("offerings", "offeringsWithoutPupilCount"): (
        "offerings",
        lambda f: n(active(f), pupils=None),
    ),
    ("not-offered", "possible"): ("gaps", len),
    ("not-offered", "offered"): ("gaps", lambda f: n(f, reason="")),
    ("not-offered", "notOffered"): ("gaps", lambda f: len(f) - n(f, reason="")),
    ("not-offered", "neverRequested"): ("gaps", lambda f: n(f, reason="never_requested")),
    ("not-offered", "refused"): ("gaps", lambda f: n(f, reason="refused")),
    ("not-offered", "noPupils"): ("gaps", lambda f: n(f, reason="no_pupils")),
    ("not-offered", "stopped"): ("gaps", lambda f: n(f, reason="stopped")),
    ("not-offered", "pending"): ("gaps", lambda f: n(f, reason="pending")),
    ("not-offered", "advisedCampuses"): (
        "gaps",
        lambda f: total(x["advised"] for x in f if x["reason"]),
    ),
    ("next-year", "new"): ("offerings", lambda f: n(f, change="new")),
    ("next-year", "continued"): ("offerings", lambda f: n(f, change="continued")),
    ("next-year", "stopped"): ("offerings", lambda f: n(f, change="stopped")),
    ("next-year", "requests"): ("offerings", lambda f: len(asked(f))),
    ("next-year", "approved"): ("offerings", lambda f: len(active(asked(f)))),
    ("next-year", "refused"): ("offerings", lambda f: n(asked(f), status="refused")),
    ("next-year", "pending"): ("offerings", lambda f: n(asked(f), status="requested")),
    ("supply-demand", "recognitions"): ("supply", len),
    ("supply-demand", "establishments"): ("supply", lambda f: different(f, "establishment")),
    ("supply-demand", "placesOffered"): ("supply", lambda f: total(x["offered"] for x in f)),
    ("supply-demand", "placesTaken"): ("supply", lambda f: total(x["taken"] for x in said(f))),
    ("supply-demand", "placesFree"): (
        "supply",
        lambda f: total(x["offered"] - x["taken"] for x in said(f)) if said(f) or not f else None,
    ),
    ("supply-demand", "recognitionsWithUnknownPlaces"): ("supply", lambda f: n(f, offered=None)),
    ("supply-demand", "lonelyPlaces"): (
        "supply",
        lambda f: total(x["offered"] for x in f if x["lonely"]),
    ),
    ("supply-demand", "offerings"): ("offerings", lambda f: len(active(f))),
    ("supply-demand", "pupils"): ("offerings", lambda f: total(x["pupils"] for x in active(f))),
    ("supply-demand", "pupilsToPlace"): (
        "offerings",
        lambda f: total(x["to_place"] for x in active(f)),
    ),
    ("supply-demand", "vacancies"): (
        "vacancies",
        lambda f: different(f, "vacancy") or None,
    ),
    ("supply-demand", "placesPerPupil"): ("offerings", lambda f: per_pupil(f, 0.5)),
    ("supply-demand", "placesPerPupilP10"): ("offerings", lambda f: per_pupil(f, 0.1)),
    ("supply-demand", "placesPerPupilP90"): ("offerings", lambda f: per_pupil(f, 0.9)),
    ("supply-demand", "placesPerPupilMost"): (
        "offerings",
        lambda f: per_pupil(f, 0.5, "per_pupil_high"),
    ),
    ("white-spots", "lonelyRecognitions"): ("supply", lambda f: n(f, lonely=True)),
    ("white-spots", "lonelyPlaces"): (
        "supply",
        lambda f: total(x["offered"] for x in f if x["lonely"]),
    ),
    ("white-spots", "lonelyOfferings"): (
        "offerings",
        lambda f: sum(x["radar"] is not None and x["radar"].places_high == 0 for x in active(f)),
    ),
    ("white-spots", "recognitions"): ("supply", len),
    ("white-spots", "offerings"): ("offerings", lambda f: len(active(f))),
    ("use", "recognitions"): ("supply", len),
    ("use", "recognitionsUsed"): ("supply", lambda f: len(used(f))),
    ("use", "recognitionsUsedShare"): ("supply", lambda f: ratio(len(used(f)), len(f), 100)),
    ("use", "companies"): ("supply", lambda f: different(f, "company")),
    ("use", "companiesUsed"): ("supply", lambda f: different(used(f), "company")),
    ("use", "companiesUsedShare"): (
        "supply",
        lambda f: ratio(different(used(f), "company"), different(f, "company"), 100),
    ),
    ("use", "begun"): ("terms", lambda f: len(begun(f))),
    ("use", "daysToFirstAgreement"): (
        "terms",
        lambda f: middle([x["days"] for x in begun(f) if x["days"] is not None]),
    ),
    ("use", "begunWithAgreementShare"): (
        "terms",
        lambda f: ratio(sum(x["days"] is not None for x in begun(f)), len(begun(f)), 100),
    ),
    ("use", "contacts"): ("contacts", len),
    ("use", "answeredShare"): (
        "contacts",
        lambda f: ratio(sum(x["days"] is not None for x in f), len(f), 100),
    ),
    ("use", "daysToAnswer"): (
        "contacts",
        lambda f: middle([x["days"] for x in f if x["days"] is not None]),
    ),
    ("use", "ended"): ("terms", lambda f: n(f, begun=False)),
    ("use", "renewedShare"): (
        "terms",
        lambda f: ratio(n(f, begun=False, renewed=True), n(f, begun=False), 100),
    ),
    ("use", "concentration"): ("supply", largest_tenth),
}
