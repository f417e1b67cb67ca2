"""Imports as an administrator reads them: sources with their age, a run with its outcome."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property
from typing import Any

from django.apps import apps
from django.core.exceptions import FieldDoesNotExist
from django.db.models import Max
from django.utils.functional import Promise
from django.utils.text import capfirst
from django.utils.translation import gettext_lazy as _

from imports.frame import Importer
from imports.models import ImportRejection, ImportRun, RunStatus
from imports.progress import State
from imports.registry import importer_of, importers
from imports.runs import is_under_way

#: Rejected rows on the page; the download has them all.
SHOWN = 20

ACTIONS: dict[str, str | Promise] = {
    "added": _("new"),
    "changed": _("changed"),
    "ended": _("ended"),
}


@dataclass(frozen=True)
class Source:
    """A kind of import, and when it last brought something in."""

    kind: str
    title: str
    explanation: str
    has_template: bool
    last_import: datetime | None

    @classmethod
    def of(cls, importer: type[Importer], last_import: datetime | None = None) -> Source:
        # Templates call what can be called, so they get the words and not the class.
        return cls(
            importer.kind,
            str(importer.title),
            str(importer.explanation),
            importer.has_template,
            last_import,
        )


def sources() -> list[Source]:
    """Every kind of import with the time of its last effective run, in one query."""
    last = dict(
        ImportRun.objects.effective().order_by().values_list("kind").annotate(Max("finished_at"))
    )
    return [Source.of(importer, last.get(kind)) for kind, importer in importers().items()]


@dataclass(frozen=True)
class TableCounts:
    """What became of the records of one table."""

    name: str
    added: int
    changed: int
    ended: int
    unchanged: int


@dataclass(frozen=True)
class Example:
    """A record that is added, changed or ended: its name, and its values before and after."""

    action: str | Promise
    record: str
    values: list[tuple[str, str | None, str | None]]


class Report:
    """A run and all that its page says of it."""

    def __init__(self, run: ImportRun) -> None:
        self.run = run

    @property
    def title(self) -> str:
        """What was imported; an importer may have gone since."""
        try:
            return str(importer_of(self.run.kind).title)
        except KeyError:
            return self.run.kind

    @cached_property
    def is_cut_off(self) -> bool:
        """Whether it says that it is running while no worker is at it."""
        return self.run.status == RunStatus.RUNNING and not is_under_way(self.run.kind)

    @property
    def is_under_way(self) -> bool:
        """Whether the page should go on asking."""
        return not self.run.is_over and not self.is_cut_off

    @cached_property
    def progress(self) -> State | None:
        return State.of(self.run.pk) if self.run.status == RunStatus.RUNNING else None

    @property
    def needs_permission(self) -> bool:
        """Whether it was refused for what it would end."""
        return self.run.status == RunStatus.REFUSED and self.run.ended > 0

    @property
    def changes_nothing(self) -> bool:
        return not (self.run.added or self.run.changed or self.run.ended)

    @cached_property
    def performance(self) -> ImportRun | None:
        """The import that followed this dry run."""
        return self.run.performances.order_by("pk").first() if self.run.is_dry_run else None

    @property
    def same_file(self) -> ImportRun | None:
        return self.run.earlier_with_the_same_file() if self.run.is_dry_run else None

    @property
    def tables(self) -> list[TableCounts]:
        return [
            TableCounts(
                capfirst(str(apps.get_model(counts["table"])._meta.verbose_name_plural)),
                *(counts.get(name, 0) for name in ("added", "changed", "ended", "unchanged")),
            )
            for counts in self.run.tables
        ]

    @property
    def examples(self) -> Iterator[Example]:
        for example in self.run.examples:
            model = apps.get_model(example["table"])
            yield Example(
                ACTIONS[example["action"]],
                example["label"],
                [(_field(model, name), old, new) for name, old, new in example["values"]],
            )

    @property
    def rejected(self) -> list[ImportRejection]:
        return list(self.run.rejections.all()[:SHOWN])

    @property
    def messages(self) -> list[str]:
        return [line for line in self.run.message.splitlines() if line.strip()]


def _field(model: Any, name: str) -> str:
    """The name of a column on screen."""
    try:
        return str(model._meta.get_field(name.removesuffix("_id")).verbose_name)
    except FieldDoesNotExist:
        return name
