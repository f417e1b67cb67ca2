"""The home of a company: its establishments, the schools near them, and what to do next."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, field
from datetime import date
from typing import Any

import numpy as np
from django.db.models import Q
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from companies import answer_links
from companies.models import (
    Approach,
    Company,
    Establishment,
    Mentor,
    Recognition,
    RecognitionStatus,
    Workplace,
)
from companies.recognitions import WAITING, is_unconfirmed
from geo.coordinates import to_lambert
from placement.for_companies.near import RADIUS_KM, searching_at
from schools.models import Campus, Offering, OfferingStatus, SchoolYear


@dataclass(frozen=True)
class ToDo:
    """One thing to do, by when (None: whenever), and where."""

    by: date | None
    text: str
    url: str
    late: bool


@dataclass
class Line:
    """A recognition on the home page: its places this school year and next, and who is near."""

    recognition: Recognition
    this_year: Workplace | None
    next_year: Workplace | None
    campuses: int = 0
    asking: int = 0
    searching: int = 0


@dataclass
class House:
    """An establishment with its recognitions."""

    establishment: Establishment
    lines: list[Line] = field(default_factory=list)


def company_home(company: Company, today: date) -> dict[str, Any]:
    """What the home of a company shows. A fixed number of queries."""
    this = SchoolYear.objects.current(today)
    following = SchoolYear.objects.starting_in(this.starts_in + 1)
    recognitions = list(
        Recognition.objects.filter(
            establishment__company=company,
            establishment__stopped_on__isnull=True,
            status__in=(
                RecognitionStatus.RECOGNISED,
                RecognitionStatus.REQUESTED,
                RecognitionStatus.INCOMPLETE,
            ),
        )
        .select_related("establishment__municipality", "programme")
        .order_by("establishment__name", "establishment__pk", "programme__title", "pk")
    )
    places = {
        (workplace.recognition_id, workplace.school_year_id): workplace
        for workplace in Workplace.objects.filter(
            recognition__in=recognitions, school_year__in=(this, following)
        )
    }
    houses: dict[int, House] = {}
    for recognition in recognitions:
        house = houses.setdefault(recognition.establishment_id, House(recognition.establishment))
        house.lines.append(
            Line(
                recognition,
                places.get((recognition.pk, this.pk)),
                places.get((recognition.pk, following.pk)),
            )
        )
    lines = [line for house in houses.values() for line in house.lines]
    _count_schools(lines, this, following)
    waiting = list(_waiting(company))
    return {
        "company": company,
        "this_year": this,
        "next_year": following,
        "houses": list(houses.values()),
        "waiting": [(approach, answer_address(approach)) for approach in waiting],
        "todos": _todos(company, lines, waiting, today),
        "radius": RADIUS_KM,
    }


def _waiting(company: Company) -> Any:
    """The approaches that the company has not answered, the oldest first."""
    return (
        Approach.objects.filter(establishment__company=company)
        .awaiting_answer()
        .select_related("campus__school", "establishment", "programme")
        .order_by("sent_on", "pk")
    )


def answer_address(approach: Approach) -> str:
    """The page where the company answers, as by the link in the school's message."""
    if not approach.link_key:
        return f"{reverse('home')}#waiting"
    return reverse("answer", args=[answer_links.token_of(approach)])


def _count_schools(lines: list[Line], this: SchoolYear, following: SchoolYear) -> None:
    """For each recognition in force: campuses near that offer it, or ask to, and their pupils."""
    located = [line for line in lines if line.recognition.establishment.point]
    programmes = {line.recognition.programme_id for line in located}
    rows = list(
        Offering.objects.filter(
            Q(school_year=this, status__in=OfferingStatus.active())
            | Q(school_year=following, status=OfferingStatus.REQUESTED),
            programme__in=programmes,
            campus__in=Campus.objects.open().filter(point__isnull=False),
        )
        .order_by("pk")
        .values_list("programme", "campus", "status", "campus__point")
    )
    if not rows or not located:
        return
    by_programme: dict[int, list[Any]] = defaultdict(list)
    for row in rows:
        by_programme[row[0]].append(row)
    searching = searching_at({row[1] for row in rows}, this)
    for line in located:
        of = by_programme[line.recognition.programme_id]
        point = line.recognition.establishment.point
        if not of or point is None:
            continue
        x, y = to_lambert(point.x, point.y)
        east, north = to_lambert(*np.array([(p.x, p.y) for *_rest, p in of]).T)
        near = np.hypot(east - x, north - y) <= RADIUS_KM * 1000
        found = [row for row, is_near in zip(of, near.tolist(), strict=True) if is_near]
        offering = {row[1] for row in found if row[2] in OfferingStatus.active()}
        line.campuses = len(offering)
        line.asking = len({row[1] for row in found} - offering)
        line.searching = sum(
            searching.get((campus, line.recognition.programme_id), 0) for campus in offering
        )


def _todos(company: Company, lines: list[Line], waiting: list[Approach], today: date) -> list[ToDo]:
    """One list of what to do, the most urgent first."""
    found = [
        ToDo(
            approach.answer_due_on,
            _("Answer %(school)s about %(programme)s.")
            % {"school": approach.campus, "programme": approach.programme},
            answer_address(approach),
            (approach.answer_due_on or today) < today,
        )
        for approach in waiting
    ]
    found += _about_recognitions(lines, today)
    found += _about_places(lines, today)
    mentors = Mentor.objects.filter(
        establishment__company=company,
        establishment__stopped_on__isnull=True,
        trained_on__isnull=True,
        training_due_on__isnull=False,
    ).order_by("training_due_on", "pk")
    found += [
        ToDo(
            mentor.training_due_on,
            _("%(mentor)s follows the training for mentors.") % {"mentor": mentor.name},
            reverse("company-mentors"),
            mentor.training_due_on < today,
        )
        for mentor in mentors
        if mentor.training_due_on
    ]
    return sorted(found, key=lambda todo: (todo.by is None, todo.by or today, todo.text))


def _about_recognitions(lines: list[Line], today: date) -> list[ToDo]:
    """Requests to complete, and recognitions to renew whose renewal was not asked for yet."""
    waiting = {_subject(line) for line in lines if line.recognition.status in WAITING}
    found = []
    for line in lines:
        recognition = line.recognition
        about = {"programme": recognition.programme, "establishment": recognition.establishment}
        url = reverse("recognition", args=[recognition.pk])
        if recognition.status == RecognitionStatus.INCOMPLETE:
            text = _("Complete the request for %(programme)s at %(establishment)s.") % about
            found.append(ToDo(None, text, url, late=True))
        elif recognition.is_renewable(today) and _subject(line) not in waiting:
            text = _("Renew the recognition for %(programme)s at %(establishment)s.") % about
            found.append(ToDo(recognition.valid_until, text, url, late=False))
    return found


def _subject(line: Line) -> tuple[int, int]:
    """What a recognition is for: its establishment and its programme."""
    return line.recognition.establishment_id, line.recognition.programme_id


def _about_places(lines: list[Line], today: date) -> list[ToDo]:
    """Places that schools do not know, or that nobody confirmed for a year."""
    in_force = [line for line in lines if line.recognition.status == RecognitionStatus.RECOGNISED]
    unknown = sum(
        line.this_year is None or line.this_year.places_offered is None for line in in_force
    )
    stale = sum(
        line.this_year is not None
        and line.this_year.places_offered is not None
        and is_unconfirmed(line.this_year.confirmed_on or date.min, today)
        for line in in_force
    )
    url, found = reverse("company-places"), []
    if unknown:
        text = ngettext(
            "Say how many places you have for %(n)s recognition.",
            "Say how many places you have for %(n)s recognitions.",
            unknown,
        )
        found.append(ToDo(None, text % {"n": unknown}, url, late=False))
    if stale:
        text = ngettext(
            "Confirm the places of %(n)s recognition: it is more than a year ago.",
            "Confirm the places of %(n)s recognitions: it is more than a year ago.",
            stale,
        )
        found.append(ToDo(None, text % {"n": stale}, url, late=True))
    return found
