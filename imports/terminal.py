"""An import on the terminal: its progress while it runs, and what came of it."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from django.core.management.base import OutputWrapper
from rich.console import Console
from rich.progress import (
    BarColumn,
    Progress,
    ProgressColumn,
    Task,
    TaskProgressColumn,
    TextColumn,
    TimeRemainingColumn,
)
from rich.text import Text as RichText

from imports.errors import Text
from imports.models import ImportRun, RunStatus

#: Rejected rows shown on the terminal.
SHOWN = 20


class RowRate(ProgressColumn):
    """Rows so far, and per second."""

    def render(self, task: Task) -> RichText:
        rows = task.fields["rows"]
        rate = rows / task.elapsed if task.elapsed else 0
        return RichText(f"{rows:,} rows, {rate:,.0f}/s" if rows else "")


class Bar:
    """The progress of an import on the terminal."""

    def __init__(self, progress: Progress) -> None:
        self._progress = progress
        self._task = progress.add_task("", total=None, rows=0)
        self._rows = 0

    def step(self, name: Text) -> None:
        self._progress.update(self._task, description=str(name), total=None, completed=0)

    def advance(self, rows: int, share: float | None) -> None:
        self._rows += rows
        self._progress.update(
            self._task,
            rows=self._rows,
            total=None if share is None else 1.0,
            completed=share or 0.0,
        )


@contextmanager
def progress_bar(*, quiet: bool = False) -> Iterator[Bar]:
    """A bar on the error output that goes when it is done."""
    with Progress(
        TextColumn("{task.description:<24}"),
        BarColumn(),
        TaskProgressColumn(),
        RowRate(),
        TimeRemainingColumn(),
        console=Console(stderr=True, quiet=quiet),
        transient=True,
    ) as progress:
        yield Bar(progress)


def write_report(run: ImportRun, out: OutputWrapper) -> None:
    """The counts of a run, by table, and the first of the rows it rejected."""
    if run.is_dry_run:
        out.write("Dry run: nothing was changed.")
    for name in ("added", "changed", "ended", "unchanged", "rejected"):
        out.write(f"{name:<10} {getattr(run, name):>9,}")
        for table in run.tables:
            if table.get(name):
                out.write(f"  {table['table']:<28} {table[name]:>9,}")
    for rejection in run.rejections.all()[:SHOWN]:
        place = f"line {rejection.line}, {rejection.column}".rstrip(", ")
        out.write(f"{place}: {rejection.value} {rejection.reason}")
    if run.message and run.status == RunStatus.DONE:
        out.write(run.message)
