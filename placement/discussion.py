"""Which places other schools discuss at the moment, and with whom when both allow it."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from companies.models import Approach
from placement.contact_settings import ContactSettings

#: A school, an establishment and a programme, each by primary key.
Place = tuple[int, int, int]


@dataclass(frozen=True)
class Discussion:
    """Other schools that approached the same place: how many, and those that may be named."""

    schools: int
    names: tuple[str, ...]


def discussions(places: Iterable[Place]) -> dict[Place, Discussion]:
    """Per place of a school, what other schools discuss there; absent where none does.

    A school is named only when it and the one that asks both show their name. Two queries.
    """
    asked = set(places)
    rows = list(
        Approach.objects.under_discussion()
        .filter(
            establishment__in={place[1] for place in asked},
            programme__in={place[2] for place in asked},
        )
        .order_by("campus__school__name")
        .values_list("campus__school", "campus__school__name", "establishment", "programme")
        .distinct()
    )
    schools = {row[0] for row in rows} | {place[0] for place in asked}
    shown = set(
        ContactSettings.objects.filter(school__in=schools, shows_name=True).values_list(
            "school", flat=True
        )
    )
    found = {}
    for place in asked:
        others = [(row[0], row[1]) for row in rows if row[0] != place[0] and row[2:] == place[1:]]
        if others:
            names = tuple(name for pk, name in others if {pk, place[0]} <= shown)
            found[place] = Discussion(len(others), names)
    return found
