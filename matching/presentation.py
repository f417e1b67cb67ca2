"""A ranking as the matches page shows it: rows of a page, dots on the map, and its sums."""

from collections.abc import Iterable
from dataclasses import dataclass
from functools import cached_property
from itertools import zip_longest
from typing import Any

import numpy as np
from django.core.paginator import Page
from django.utils.translation import gettext as _

from companies.models import Recognition
from geo.reach import Source, Trip, configured
from geo.reach.estimate import BASIS, PACES
from matching.candidates import Latitude, Longitude
from matching.explanation import component_label, contributions, difference, sentence
from matching.lifts import Lift, lifts
from matching.pairs import Pair, pairs
from matching.policy import Component
from matching.ranking import Ranking, Way
from radar.web.paging import LazyRows
from schools.models import Campus

#: Scores fall in five bands of equal width, one colour each on the list and the map.
BANDS = 5


def band(score: float) -> int:
    """The band of a score in 0..1: 1 (low) to 5 (high)."""
    return min(int(score * BANDS), BANDS - 1) + 1


@dataclass(frozen=True)
class Term:
    """One component of a row's score as a bar: where it starts and how long it is, in points."""

    name: str
    label: str
    start: float
    points: float
    most: float
    value: float
    known: bool


@dataclass(frozen=True)
class Row:
    """A ranked pair with what the list shows of it; `below` is the next in the ranking."""

    pair: Pair
    below: Pair | None
    ranking: Ranking

    @property
    def band(self) -> int:
        return band(self.pair.score)

    @property
    def places_free(self) -> int | None:
        return self.pair.workplace.places_free if self.pair.workplace else None

    @property
    def sentence(self) -> str:
        return sentence(self.pair)

    @cached_property
    def terms(self) -> list[Term]:
        found, start = [], 0.0
        parts = contributions(self.pair)
        total = sum(term.weight for term in self.pair.components)
        for term in self.pair.components:
            points = 100 * parts[term.name]
            most = 100 * term.weight / total
            label = component_label(term.name)
            found.append(Term(term.name, label, start, points, most, term.value, term.known))
            start += points
        return found

    @cached_property
    def advantage(self) -> tuple[str, float] | None:
        """What puts it above the next one most: the component and how many points it gives."""
        if self.below is None or self.below.rank < self.pair.rank:
            return None
        name, gain = max(difference(self.pair, self.below).items(), key=lambda item: item[1])
        return (component_label(name), 100 * gain) if gain > 0 else None

    @cached_property
    def advice(self) -> list[tuple[str, Lift]]:
        """What would lift it, as a thing to ask and what that gives."""
        return [(self._ask(lift), lift) for lift in lifts(self.ranking, self.pair.rank)]

    def _ask(self, lift: Lift) -> str:
        if lift.component is Component.PLACES and self.places_free is None:
            return _("Ask how many places there are")
        if lift.component is Component.PLACES and self.pair.unconfirmed:
            return _("Have the places confirmed")
        return {
            Component.PLACES: _("Ask for more free places"),
            Component.VALIDITY: _("Have the recognition renewed in time"),
            Component.ACTIVITY: _("Get in touch and conclude an agreement"),
        }[lift.component]


class Rows(LazyRows[Row]):
    """The rows of a ranking, read from the database for the slice that is asked."""

    def __init__(self, ranking: Ranking) -> None:
        self.ranking = ranking

    def __len__(self) -> int:
        return len(self.ranking)

    def read(self, asked: slice) -> list[Row]:
        start, stop, _step = asked.indices(len(self))
        found = pairs(self.ranking, start, stop + 1)
        # The one after the last is there to be compared with only.
        shown = found[: stop - start]
        return [
            Row(pair, below, self.ranking)
            for pair, below in zip_longest(shown, found[1 : len(shown) + 1])
        ]


@dataclass(frozen=True)
class Summary:
    """How many of the ranked workplaces have a free place, are full, or never said."""

    total: int
    free: int
    full: int
    unknown: int

    @classmethod
    def of(cls, ranking: Ranking) -> "Summary":
        places = ranking.candidates.facts.places_free
        unknown = int(np.isnan(places).sum())
        free = int((places > 0).sum())
        return cls(len(ranking), free, len(ranking) - free - unknown, unknown)

    @property
    def parts(self) -> list[tuple[str, float, float]]:
        """The three counts as bars of 100: name, start, length."""
        if not self.total:
            return []
        free, full = (100 * n / self.total for n in (self.free, self.full))
        return [
            ("free", 0, free),
            ("full", free, full),
            ("unknown", free + full, 100 - free - full),
        ]


def basis_of(trips: Iterable[Trip | None]) -> str | None:
    """The figures behind the estimates among some ways; None where nothing is estimated."""
    guessed = (trip.mode for trip in trips if trip and trip.source == Source.ESTIMATE)
    mode = next(guessed, None)
    return str(BASIS[mode]) if mode else None


def reach_drawn(campus: Campus, way: Way, metres: float) -> dict[str, Any]:
    """The reach of a campus for the map: a circle (`radius`, metres), or a `shape` if there is one.

    The circle is no wider than the metres, and no wider than the minutes are estimated to be.
    """
    if way.at_most is None or campus.point is None:
        return {"radius": metres}
    here = np.array([campus.point.x, campus.point.y])
    drawn = configured().shape(here, way.mode, way.at_most)
    radius = min(metres, PACES[way.mode].metres(way.at_most))
    return {"radius": radius, **({"shape": drawn[0]} if drawn else {})}


@dataclass(frozen=True)
class MapData:
    """What the map draws of a ranking: the campus, its reach and a dot per workplace."""

    ranking: Ranking
    page: "Page[Any]"

    def as_json(self) -> dict[str, Any]:
        point = self.ranking.campus.point
        return {
            "campus": None if point is None else [point.x, point.y],
            "name": str(self.ranking.campus),
            **reach_drawn(self.ranking.campus, self.ranking.way, self.ranking.radius_km * 1000),
            "page": self.page.number,
            "perPage": self.page.paginator.per_page,
            "dots": self._dots(),
        }

    def _dots(self) -> list[tuple[float, float, int, int, str, int]]:
        """(longitude, latitude, rank, band, name, place in the list) per workplace, best first."""
        places = self.places()
        ids = self.ranking.candidates.recognition_ids.tolist()
        listed = np.empty(len(ids), dtype=np.int64)
        listed[self.ranking.listed] = np.arange(1, len(ids) + 1)
        found = []
        for rank, row in enumerate(self.ranking.order, start=1):
            longitude, latitude, name = places[ids[row]]
            score = band(float(self.ranking.scores.score[row]))
            place = int(listed[row])
            found.append((round(longitude, 5), round(latitude, 5), rank, score, name, place))
        return found

    def places(self) -> dict[int, tuple[float, float, str]]:
        """Longitude, latitude and name per recognition; whoever knows them saves a query."""
        ids = self.ranking.candidates.recognition_ids.tolist()
        rows = Recognition.objects.filter(pk__in=ids).order_by()
        return {
            pk: (longitude, latitude, name)
            for pk, longitude, latitude, name in rows.values_list(
                "pk",
                Longitude("establishment__point"),
                Latitude("establishment__point"),
                "establishment__name",
            )
        }
