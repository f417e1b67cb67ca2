"""Rows that were left out, gathered while a file is read."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any, TextIO

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

from imports.errors import Text
from imports.models import ImportRejection, ImportRun
from radar.web.spreadsheets import write_csv

#: A file of which all is wrong needs no million reasons.
KEPT = 10_000


@dataclass
class Rejections:
    """Counts every rejected row and keeps the first ten thousand reasons."""

    #: Lines, each once however much is wrong with it.
    count: int = 0
    kept: list[ImportRejection] = field(default_factory=list)

    def add(self, line: int, reasons: Iterable[tuple[str, str, Text | ValidationError]]) -> None:
        """Reject a line for one or more reasons: column, value, and what is wrong with it."""
        self.count += 1
        if len(self.kept) < KEPT:
            for column, value, reason in reasons:
                told = reason.messages if isinstance(reason, ValidationError) else [str(reason)]
                self.kept.append(
                    ImportRejection(
                        line=line,
                        column=column[:100],
                        value=value.replace("\0", "")[:200],
                        reason=" ".join(told),
                    )
                )

    def save(self, run: ImportRun) -> None:
        """Write the reasons, in the order of their lines."""
        for rejection in self.kept:
            rejection.run = run
        ImportRejection.objects.bulk_create(
            sorted(self.kept, key=lambda rejection: rejection.line), batch_size=1000
        )


def rejection_table(run: ImportRun) -> tuple[list[str], Iterable[tuple[Any, ...]]]:
    """The rejected rows of a run as a table: its header and its rows."""
    rows = run.rejections.values_list("line", "column", "value", "reason")
    return [_("line"), _("column"), _("value"), _("reason")], rows.iterator()


def write_rejections(run: ImportRun, stream: TextIO) -> None:
    """The rejected rows of a run as CSV."""
    write_csv(stream, *rejection_table(run))
