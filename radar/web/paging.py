"""Pages of long lists whose rows are read from many tables."""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Sequence
from typing import Any, TypeVar, overload

from django.core.paginator import Page, Paginator
from django.db.models import QuerySet

Row = TypeVar("Row")


class LazyRows(Sequence[Row]):
    """Rows that are read for the slice that is asked: a page, of thousands."""

    @abstractmethod
    def read(self, asked: slice) -> list[Row]:
        """The rows of a slice."""

    @overload
    def __getitem__(self, index: int) -> Row: ...
    @overload
    def __getitem__(self, index: slice) -> list[Row]: ...
    def __getitem__(self, index: int | slice) -> Row | list[Row]:
        if isinstance(index, slice):
            return self.read(index)
        return self.read(slice(index, index + 1))[0]


class KeyPaginator(Paginator):
    """Finds the keys of a page first, and then reads those rows with all that they name.

    The database sorts a whole list to cut a page of it: keys alone make that quick, where rows
    joined with five tables do not. One query more than a plain `Paginator`.
    """

    object_list: QuerySet[Any]

    def page(self, number: int | str) -> Page[Any]:
        number = self.validate_number(number)
        first = (number - 1) * self.per_page
        keys = list(self.object_list.values_list("pk", flat=True)[first : first + self.per_page])
        # What was deleted since is left out.
        rows = self.object_list.order_by().in_bulk(keys)
        return Page([rows[key] for key in keys if key in rows], number, self)
