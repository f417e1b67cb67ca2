"""What a search finds: the ranking with what the filters leave of it, in the order asked for."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date
from functools import cached_property
from typing import Any

import numpy as np
from django.db import models
from django.utils.translation import gettext_lazy as _

from matching.presentation import MapData
from matching.ranking import Ranking
from placement.search_facts import Place, Places
from placement.search_filters import Facets, Filters


class Sort(models.TextChoices):
    """By what the list is ordered; within what is equal, by rank."""

    RANK = "rank", _("best fit")
    MINUTES = "minutes", _("travel time")
    DISTANCE = "distance", _("distance")
    FREE = "free", _("free places")
    HEARD = "heard", _("last heard from")


@dataclass(frozen=True)
class Search:
    """A ranking after the filters, and the places in reach before them.

    `known` has the places by recognition; `reached` is how many are in reach without the filters.
    """

    ranking: Ranking
    known: dict[int, Place]
    filters: Filters
    reached: int

    @classmethod
    def of(cls, ranking: Ranking, known: dict[int, Place], filters: Filters, sort: Sort) -> Search:
        """Filter and sort a ranking. One that was deleted since it was ranked is left out."""
        ids = ranking.candidates.recognition_ids.tolist()
        ranking = ranking.only(np.array([pk in known for pk in ids], dtype=np.bool_))
        places = _places(ranking, known)
        kept = ranking.only(filters.passing(places))
        return cls(_sorted(kept, _places(kept, known), sort), known, filters, len(ranking))

    def __len__(self) -> int:
        return len(self.ranking)

    @cached_property
    def facets(self) -> Facets:
        return Facets(self.filters, Places(list(self.known.values())))

    def place(self, recognition: int) -> Place:
        return self.known[recognition]


def _places(ranking: Ranking, known: dict[int, Place]) -> Places:
    return Places([known[pk] for pk in ranking.candidates.recognition_ids.tolist()])


def _sorted(ranking: Ranking, places: Places, sort: Sort) -> Ranking:
    """The ranking listed by something else than the rank, unknown values last."""
    if sort == Sort.RANK:
        return ranking
    facts = ranking.candidates.facts
    if sort == Sort.MINUTES:
        key = np.nan_to_num(ranking.travel().minutes[0], nan=np.inf)
    elif sort == Sort.DISTANCE:
        key = facts.distance
    elif sort == Sort.FREE:
        key = -np.nan_to_num(facts.places_free, nan=-1.0)
    else:
        never = date.min
        key = -np.array([(row.heard_on or never).toordinal() for row in places.rows], dtype=float)
    # np.lexsort sorts by its last key first.
    return replace(ranking, listing=np.lexsort((ranking.ranks, key)))


@dataclass(frozen=True)
class SearchMap(MapData):
    """The map of a search: its places are known already."""

    search: Search

    def as_json(self) -> dict[str, Any]:
        area = self.search.filters.area
        corners = [] if area is None else [list(spot) for spot in area.exterior.coords[:-1]]
        return super().as_json() | {"area": corners}

    def places(self) -> dict[int, tuple[float, float, str]]:
        return {
            pk: (place.longitude, place.latitude, place.name)
            for pk, place in self.search.known.items()
        }
