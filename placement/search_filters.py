"""What a search leaves out, and how many would be left with one choice more or less."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, fields
from functools import cached_property

import numpy as np
import shapely
from django.utils.translation import gettext as _

from companies.models import WorkLanguage
from placement.areas import inside
from placement.search_facts import Flags, Place, Places


@dataclass(frozen=True)
class Filters:
    """The choices of a search; an empty one leaves nothing out.

    Of several choices for one thing (two sectors) one is enough; different things must all hold.
    A company whose languages are unknown is left out when a language is asked for.
    """

    free: bool = False
    untouched: bool = False
    trained: bool = False
    sector: frozenset[str] = frozenset()
    language: frozenset[str] = frozenset()
    municipality: frozenset[str] = frozenset()
    area: shapely.Polygon | None = None

    def tests(self, places: Places) -> dict[str, Flags]:
        """For each choice that was made, which places (n,) pass it."""
        tests: dict[str, Flags] = {}
        if self.free:
            tests["free"] = places.flags(lambda row: (row.places_free or 0) > 0)
        if self.untouched:
            tests["untouched"] = places.flags(lambda row: not row.approached)
        if self.trained:
            tests["trained"] = places.flags(lambda row: row.trained)
        if self.sector:
            tests["sector"] = places.flags(lambda row: row.sector_slug in self.sector)
        if self.language:
            tests["language"] = places.flags(lambda row: self.language & set(row.languages))
        if self.municipality:
            tests["municipality"] = places.flags(lambda row: row.nis_code in self.municipality)
        if self.area is not None:
            tests["area"] = inside(self.area, *places.points)
        return tests

    def passing(self, places: Places) -> Flags:
        """Which places (n,) pass every choice."""
        return _all(self.tests(places), places)

    @property
    def made(self) -> list[str]:
        """The names of the choices that were made."""
        return [field.name for field in fields(self) if getattr(self, field.name)]


def _all(tests: dict[str, Flags], places: Places, but: str = "") -> Flags:
    kept = np.ones(len(places), dtype=np.bool_)
    for name, flags in tests.items():
        if name != but:
            kept &= flags
    return kept


@dataclass(frozen=True)
class Choice:
    """Something that can be chosen: its value in the address, and how many it would show."""

    name: str
    value: str
    label: str
    count: int
    is_chosen: bool


@dataclass(frozen=True)
class Facets:
    """What there is to choose among the places in reach, each with its count.

    The count of a choice is what is left when it is the only one of its kind, under the other
    choices as they are.
    """

    filters: Filters
    places: Places

    @cached_property
    def _tests(self) -> dict[str, Flags]:
        return self.filters.tests(self.places)

    def _left(self, name: str) -> list[Place]:
        kept = _all(self._tests, self.places, but=name)
        return [row for row, keep in zip(self.places.rows, kept, strict=True) if keep]

    @cached_property
    def switches(self) -> list[Choice]:
        """The choices that are on or off."""
        return [
            self._switch("free", _("with a free place"), lambda row: (row.places_free or 0) > 0),
            self._switch("untouched", _("never approached by us"), lambda row: not row.approached),
            self._switch("trained", _("trained pupils before"), lambda row: row.trained),
        ]

    def _switch(self, name: str, label: str, test: Callable[[Place], bool]) -> Choice:
        count = sum(map(test, self._left(name)))
        return Choice(name, "on", label, count, bool(getattr(self.filters, name)))

    @cached_property
    def sectors(self) -> list[Choice]:
        found = {row.sector_slug: row.sector for row in self.places.rows if row.sector_slug}
        counts = Counter(row.sector_slug for row in self._left("sector"))
        return self._choices("sector", found, counts)

    @cached_property
    def languages(self) -> list[Choice]:
        codes = {code for row in self.places.rows for code in row.languages}
        found = {code: str(WorkLanguage(code).label) for code in codes}
        counts = Counter(code for row in self._left("language") for code in row.languages)
        return self._choices("language", found, counts)

    @cached_property
    def municipalities(self) -> list[Choice]:
        found = {row.nis_code: row.municipality for row in self.places.rows if row.nis_code}
        counts = Counter(row.nis_code for row in self._left("municipality"))
        return self._choices("municipality", found, counts)

    def _choices(self, name: str, found: dict[str, str], counts: Counter[str]) -> list[Choice]:
        chosen = getattr(self.filters, name)
        # What was chosen stays there to be taken back, also where nothing of it is in reach.
        found = {value: value for value in sorted(chosen)} | found
        ordered = sorted(found.items(), key=lambda item: item[1].casefold())
        return [
            Choice(name, value, label, counts[value], value in chosen) for value, label in ordered
        ]

    def chosen(self) -> Iterator[Choice]:
        """The choices that were made, each to be taken back by itself."""
        groups = (self.switches, self.sectors, self.languages, self.municipalities)
        for group in groups:
            yield from (choice for choice in group if choice.is_chosen)
