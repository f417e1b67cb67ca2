"""What a search filters and sorts by, beyond what the engine scores; read in one query."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Any

import numpy as np
from django.db.models import Exists, F, FilteredRelation, Max, OuterRef, Q, QuerySet, Subquery
from django.db.models.functions import Coalesce
from django.db.models.lookups import IsNull
from numpy.typing import NDArray

from companies.models import Agreement, AgreementStatus, Approach, Recognition, WorkLanguage
from geo.coordinates import Floats
from matching.candidates import Latitude, Longitude
from schools.models import School, SchoolYear

Flags = NDArray[np.bool_]


@dataclass(frozen=True)
class Place:
    """One recognised workplace as a search looks at it. Empty texts and None are unknown.

    `approached` and `answered_on` are of the school that asks, never of another; `trained` is of
    all schools together, and says no more than whether.
    """

    recognition: int
    name: str
    longitude: float
    latitude: float
    municipality: str
    nis_code: str
    sector: str
    sector_slug: str
    languages: list[str]
    places_free: int | None
    confirmed_on: date | None
    answered_on: date | None
    approached: bool
    trained: bool

    @property
    def language_names(self) -> str:
        """The languages at work on one line, in the reader's language; empty when unknown."""
        return ", ".join(str(WorkLanguage(code).label) for code in self.languages)

    @property
    def heard_on(self) -> date | None:
        """When the company last answered this school, or confirmed its places."""
        return max(filter(None, (self.answered_on, self.confirmed_on)), default=None)


def read_places(
    recognitions: QuerySet[Recognition], school: School, school_year: SchoolYear, today: date
) -> dict[int, Place]:
    """The places of recognitions, by their keys, as a school sees them. One query."""
    here = OuterRef("establishment")
    ours = Approach.objects.filter(
        establishment=here, campus__school=school, sent_on__isnull=False
    ).order_by()
    agreements = Agreement.objects.filter(
        workplace__recognition__establishment=here, starts_on__lte=today
    ).exclude(status=AgreementStatus.PLANNED)
    rows: Any = (
        recognitions.order_by("pk")
        .annotate(
            year=FilteredRelation("workplaces", condition=Q(workplaces__school_year=school_year)),
            answered=Subquery(
                ours.values("establishment").annotate(last=Max("answered_on")).values("last")
            ),
            approached=Exists(ours),
            # Not `Exists`: PostgreSQL would read every agreement of the region into a hash first.
            trained=IsNull(Subquery(agreements.order_by().values("pk")[:1]), False),
        )
        .values_list(
            "pk",
            "establishment__name",
            Longitude("establishment__point"),
            Latitude("establishment__point"),
            Coalesce("establishment__municipality__merged_into__name",
                     "establishment__municipality__name"),
            Coalesce("establishment__municipality__merged_into__nis_code",
                     "establishment__municipality__nis_code"),
            Coalesce("sector__name", "establishment__company__sector__name"),
            Coalesce("sector__slug", "establishment__company__sector__slug"),
            "establishment__languages",
            F("year__places_offered") - F("year__places_taken"),
            F("year__confirmed_on"),
            "answered",
            "approached",
            "trained",
        )
    )  # fmt: skip
    return {row[0]: Place(*row[:4], *map(_text, row[4:8]), *row[8:]) for row in rows}


def _text(value: str | None) -> str:
    return value or ""


@dataclass(frozen=True)
class Places:
    """n places as arrays of shape (n,), in one order."""

    rows: list[Place]

    def flags(self, test: Any) -> Flags:
        """For which of them a test is true."""
        return np.fromiter((bool(test(row)) for row in self.rows), dtype=np.bool_, count=len(self))

    def __len__(self) -> int:
        return len(self.rows)

    @property
    def points(self) -> tuple[Floats, Floats]:
        """Longitudes and latitudes."""
        spots = np.array([(row.longitude, row.latitude) for row in self.rows], dtype=float)
        longitudes, latitudes = spots.reshape(-1, 2).T
        return longitudes, latitudes
