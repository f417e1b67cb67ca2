"""The rows of a search: a ranked pair with what this school knows of the company."""

from __future__ import annotations

from dataclasses import dataclass

from matching.presentation import Row, Rows
from placement.search_facts import Place
from placement.search_results import Search
from radar.web.paging import LazyRows


@dataclass(frozen=True)
class SearchRow(Row):
    """A row with its place as the search looked at it."""

    place: Place


class SearchRows(LazyRows[SearchRow]):
    """The rows of a search, read from the database for the slice that is asked."""

    def __init__(self, search: Search) -> None:
        self.search = search
        self._rows = Rows(search.ranking)

    def __len__(self) -> int:
        return len(self._rows)

    def read(self, asked: slice) -> list[SearchRow]:
        return [
            SearchRow(row.pair, row.below, row.ranking, self.search.place(row.pair.recognition.pk))
            for row in self._rows[asked]
        ]
