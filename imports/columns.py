"""The columns of a format: what a header is called, how its cells are read, what to say of it."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any

from django.core.exceptions import ValidationError
from django.utils.text import format_lazy
from django.utils.translation import gettext_lazy as _

from imports.errors import RefusedError, Text
from imports.values import Parser, plain


@dataclass(frozen=True)
class Column:
    """A column of a file, and of the staging table that its values go into."""

    #: In code and in the staging table.
    name: str
    #: In the file, in the language of its makers.
    header: str
    parse: Parser
    #: Its type in the staging table.
    type: str = "text"
    #: Whether the file must have it and each row must fill it.
    required: bool = False
    #: Whether it is part of what identifies a record.
    key: bool = False
    explanation: Text = ""
    example: str = ""
    #: Other headers under which it is found.
    also: tuple[str, ...] = ()
    #: The words that may be written, for the template to offer.
    choices: tuple[str, ...] = ()
    #: Whether words such as "niet van toepassing" are text like any other.
    verbatim: bool = False

    def read(self, cell: str) -> Any:
        """The value of a cell, None when it is empty. Raises ValidationError."""
        text = cell.strip() if self.verbatim else plain(cell)
        if text:
            return self.parse(text)
        if self.required:
            raise ValidationError(_("This cell may not be empty."))
        return None


def simplified(header: str) -> str:
    """A header without case, spaces, underscores and such: `E-mail ` is `email`."""
    return re.sub(r"[\W_]+", "", header.casefold())


@dataclass
class Layout:
    """Which column of a format stands where in a file."""

    columns: list[Column]
    #: For each of them, its place in a row.
    places: list[int]
    #: Headers that no column answers to.
    unread: list[str] = field(default_factory=list)

    @classmethod
    def of(
        cls,
        header: Sequence[str],
        columns: Sequence[Column],
        another: Callable[[str], Column | None] = lambda header: None,
    ) -> Layout:
        """Find the columns in a header; `another` may know a header that is not listed.

        Raises RefusedError when a required one is missing or one is there twice.
        """
        known = {
            simplified(name): column for column in columns for name in (column.header, *column.also)
        }
        layout = cls([], [])
        for place, title in enumerate(header):
            column = known.get(simplified(title)) or another(title.strip())
            if column is None:
                if title.strip():
                    layout.unread.append(title.strip())
            elif column.name in (found.name for found in layout.columns):
                raise RefusedError(
                    format_lazy(
                        _("The column “{header}” is there twice. Keep one of them."),
                        header=column.header,
                    )
                )
            else:
                layout.columns.append(column)
                layout.places.append(place)
        missing = [c.header for c in columns if c.required and c not in layout.columns]
        if missing:
            raise RefusedError(
                format_lazy(
                    _(
                        "These columns are missing: {missing}. The first line must hold the names "
                        "of the columns; this file has: {found}."
                    ),
                    missing=", ".join(missing),
                    found=", ".join(title.strip() for title in header[:40]) or "–",
                )
            )
        return layout

    def cells(self, row: Sequence[str]) -> Iterator[tuple[Column, str]]:
        """Each column with its cell of a row."""
        for column, place in zip(self.columns, self.places, strict=True):
            yield column, row[place]
