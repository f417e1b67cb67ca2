"""The table of places as it is typed: a number, nothing for unknown, per recognition and year."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

from companies.models import Recognition, Workplace
from companies.portal.places.stating import MAX_PLACES, Statement
from schools.models import SchoolYear


@dataclass
class Cell:
    """One number to fill in: what is saved, what was typed, and what is wrong with it."""

    recognition: Recognition
    school_year: SchoolYear
    workplace: Workplace | None
    typed: str | None = None
    error: str = ""

    @property
    def key(self) -> tuple[int, int]:
        return self.recognition.pk, self.school_year.starts_in

    @property
    def name(self) -> str:
        return f"places-{self.recognition.pk}-{self.school_year.starts_in}"

    @property
    def saved(self) -> str:
        offered = self.workplace.places_offered if self.workplace else None
        return "" if offered is None else str(offered)

    @property
    def value(self) -> str:
        return self.saved if self.typed is None else self.typed

    @property
    def taken(self) -> int:
        return self.workplace.places_taken if self.workplace else 0


@dataclass
class Row:
    """A recognition with its cells, one per school year."""

    recognition: Recognition
    cells: list[Cell]


@dataclass
class PlacesTable:
    """Rows of recognitions and columns of school years, read from a form that was sent."""

    rows: list[Row]
    years: Sequence[SchoolYear]
    statements: list[Statement] = field(default_factory=list)

    @classmethod
    def of(cls, recognitions: Sequence[Recognition], years: Sequence[SchoolYear]) -> PlacesTable:
        """The table as it is saved. One query."""
        found = {
            (workplace.recognition_id, workplace.school_year_id): workplace
            for workplace in Workplace.objects.filter(
                recognition__in=[recognition.pk for recognition in recognitions],
                school_year__in=[year.pk for year in years],
            )
        }
        rows = [
            Row(
                recognition,
                [Cell(recognition, year, found.get((recognition.pk, year.pk))) for year in years],
            )
            for recognition in recognitions
        ]
        return cls(rows, years)

    @property
    def cells(self) -> Iterator[Cell]:
        for row in self.rows:
            yield from row.cells

    def read(self, posted: Mapping[str, str]) -> bool:
        """Take what was typed; whether all of it can be read. Unchanged cells say nothing."""
        for cell in self.cells:
            if cell.name not in posted:
                continue
            cell.typed = posted[cell.name].strip()
            seen = posted.get(f"seen-{cell.name}", cell.saved)
            if cell.typed == seen:
                continue
            try:
                self.statements.append(
                    Statement(*cell.key, seen=_number(seen), offered=_number(cell.typed))
                )
            except ValidationError as error:
                cell.error = error.messages[0]
        return not any(cell.error for cell in self.cells)

    def tell(self, wrong: Mapping[tuple[int, int], ValidationError]) -> None:
        """Put what could not be kept beside its cell."""
        for cell in self.cells:
            if error := wrong.get(cell.key):
                cell.error = error.messages[0]


def _number(text: str) -> int | None:
    if not text:
        return None
    if not (text.isascii() and text.isdecimal() and len(text) < 4 and int(text) <= MAX_PLACES):
        raise ValidationError(
            _("Write a number from 0 to %(most)s, or nothing."), params={"most": MAX_PLACES}
        )
    return int(text)
