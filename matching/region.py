"""The whole region of a school year as arrays: what the radar computes with."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import date
from functools import cached_property

import numpy as np
from django.db.models import Case, F, FilteredRelation, Q, When
from numpy.typing import NDArray

from companies.models import Recognition
from geo.coordinates import to_lambert
from matching.binary_copy import UNKNOWN, integer, number, read
from matching.candidates import Latitude, Longitude
from matching.changes import Change
from schools.models import Campus, Offering, OfferingStatus, Programme, SchoolYear

Floats = NDArray[np.float64]
Ids = NDArray[np.int64]


@dataclass(frozen=True)
class Region:
    """c campuses, n establishments and p programmes with r recognitions and o offerings.

    Coordinates are Lambert 2008 metres, shape (·, 2). `campus_ids` (c,), `establishment_ids` (n,)
    and `programme_ids` (p,) are ascending primary keys; every other row number points into them.
    Recognitions, each array (r,): `at` (row of the establishment), `programme`, `offered` and
    `taken` places (NaN where the company never said), `lapses` (ends during the school year).
    Offerings in force, each array (o,): `campus`, `offered_programme`, `pupils` (NaN: unknown).
    Places without a point are left out: nothing can be said of their reach.
    """

    stamp: str
    starts_in: int
    campus_ids: Ids
    campuses: Floats
    establishment_ids: Ids
    establishments: Floats
    programme_ids: Ids
    recognition_ids: Ids
    at: Ids
    programme: Ids
    offered: Floats
    taken: Floats
    lapses: NDArray[np.bool_]
    campus: Ids
    offered_programme: Ids
    pupils: Floats

    @property
    def free(self) -> Floats:
        """Free places (r,) of each recognition; NaN where unknown."""
        return self.offered - self.taken

    @cached_property
    def _by_establishment(self) -> tuple[Ids, Ids]:
        """The recognitions (r,) in the order of their establishments, and where each starts."""
        order = np.argsort(self.at, kind="stable")
        return order, np.searchsorted(self.at[order], np.arange(len(self.establishment_ids) + 1))

    def recognitions_at(self, establishments: Ids) -> tuple[Ids, Ids]:
        """The recognitions (m,) of some establishments (b,), by programme, and at which of them.

        Row numbers of recognitions, and for each its position among the establishments given.
        """
        order, starts = self._by_establishment
        lengths = starts[establishments + 1] - starts[establishments]
        position = np.repeat(np.arange(len(establishments)), lengths)
        rows = order[ranges(starts[establishments], lengths)]
        by_programme = np.argsort(self.programme[rows], kind="stable")
        return rows[by_programme], position[by_programme]

    def of_programmes(self, keys: Iterable[int]) -> Region:
        """The same region as if there were only the programmes with these primary keys."""
        programmes = np.isin(self.programme_ids, list(keys))
        row = np.cumsum(programmes) - 1
        kept, offered = programmes[self.programme], programmes[self.offered_programme]
        establishments, at = np.unique(self.at[kept], return_inverse=True)
        return replace(
            self,
            establishment_ids=self.establishment_ids[establishments],
            establishments=self.establishments[establishments],
            programme_ids=self.programme_ids[programmes],
            recognition_ids=self.recognition_ids[kept],
            at=at,
            programme=row[self.programme[kept]],
            offered=self.offered[kept],
            taken=self.taken[kept],
            lapses=self.lapses[kept],
            campus=self.campus[offered],
            offered_programme=row[self.offered_programme[offered]],
            pupils=self.pupils[offered],
        )

    def pupil_table(self) -> Floats:
        """Pupils (c, p) per campus and programme; unknown numbers count as none."""
        found = np.zeros((len(self.campus_ids), len(self.programme_ids)))
        np.add.at(found, (self.campus, self.offered_programme), np.nan_to_num(self.pupils))
        return found

    def offer_table(self) -> NDArray[np.bool_]:
        """Whether (c, p) a campus offers a programme."""
        found = np.zeros((len(self.campus_ids), len(self.programme_ids)), dtype=bool)
        found[self.campus, self.offered_programme] = True
        return found


def ranges(starts: Ids, lengths: Ids) -> Ids:
    """All of `start, start + 1, ...`, so many for each start, one after another."""
    before = np.cumsum(lengths) - lengths
    return np.arange(lengths.sum()) + np.repeat(starts - before, lengths)


def load_region(school_year: SchoolYear, today: date) -> Region:
    """Read the region of a school year.

    The rules are those of a search for one campus: `Recognition.objects.usable_in` and
    `OfferingStatus.active`. When the data changes between the queries, they are asked again.
    """
    while True:
        stamp = Change.objects.stamp()
        region = _read(stamp, school_year, today)
        if Change.objects.stamp() == stamp:
            return region


def _read(stamp: str, school_year: SchoolYear, today: date) -> Region:
    campuses = read(
        Campus.objects.open().filter(point__isnull=False).order_by("pk"),
        id=integer("pk"),
        longitude=number(Longitude("point")),
        latitude=number(Latitude("point")),
    )
    programmes = read(Programme.objects.order_by("pk"), id=integer("pk"))
    offerings = read(
        Offering.objects.filter(
            school_year=school_year,
            status__in=OfferingStatus.active(),
            campus__in=Campus.objects.open().filter(point__isnull=False),
        ).order_by("pk"),
        campus=integer("campus_id"),
        programme=integer("programme_id"),
        pupils=integer("pupils"),
    )
    lapses = Case(When(valid_until__lt=school_year.end, then=1), default=0)
    recognitions = read(
        Recognition.objects.usable_in(school_year, today)
        .filter(point__isnull=False)
        .annotate(
            year=FilteredRelation("workplaces", condition=Q(workplaces__school_year=school_year))
        )
        .order_by("pk"),
        id=integer("pk"),
        establishment=integer("establishment_id"),
        programme=integer("programme_id"),
        x=number(Longitude("point")),
        y=number(Latitude("point")),
        offered=integer(F("year__places_offered")),
        taken=integer(F("year__places_taken")),
        lapses=integer(lapses),
    )
    establishment_ids, first, at = np.unique(
        recognitions["establishment"], return_index=True, return_inverse=True
    )
    programme_ids = programmes["id"]
    return Region(
        stamp=stamp,
        starts_in=school_year.starts_in,
        campus_ids=campuses["id"],
        campuses=np.column_stack(to_lambert(campuses["longitude"], campuses["latitude"])),
        establishment_ids=establishment_ids,
        establishments=np.column_stack([recognitions["x"][first], recognitions["y"][first]]),
        programme_ids=programme_ids,
        recognition_ids=recognitions["id"],
        at=at,
        programme=np.searchsorted(programme_ids, recognitions["programme"]),
        offered=_unknown_as_nan(recognitions["offered"]),
        taken=_unknown_as_nan(recognitions["taken"]),
        lapses=recognitions["lapses"].astype(bool),
        campus=np.searchsorted(campuses["id"], offerings["campus"]),
        offered_programme=np.searchsorted(programme_ids, offerings["programme"]),
        pupils=_unknown_as_nan(offerings["pupils"]),
    )


def _unknown_as_nan(values: Ids) -> Floats:
    return np.where(values == UNKNOWN, np.nan, values.astype(np.float64))
