"""What every importer does: read, validate, stage, compare, apply, report.

A format is a subclass of `Importer`. Its columns say how cells become values; `check` sees a whole
row; `reject` sees the whole file in SQL; `plan` says which tables are made equal to what. The rest,
from line ends to the cap on endings, is here and the same for all. Big or odd formats replace a
step: `stage` may COPY raw blocks into tables of its own, as long as `plan` finds them.

One file is one transaction (`imports.runs`). Nothing here commits.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping
from contextlib import AbstractContextManager
from dataclasses import asdict, dataclass, replace
from datetime import date
from itertools import islice
from pathlib import Path
from typing import Any, ClassVar

from django.conf import settings
from django.core.exceptions import ValidationError
from django.utils.formats import number_format
from django.utils.text import format_lazy
from django.utils.translation import gettext_lazy as _

from imports.columns import Column, Layout
from imports.errors import RefusedError, Text
from imports.json_tables import JSON_SUFFIXES, Record, open_json
from imports.progress import Progress, Silent
from imports.rejections import KEPT, Rejections
from imports.staging import Counts, Ending, Example, Merge, Staging, fetch
from imports.tables import Line, Table, open_table
from imports.values import Parser

#: Ending this many records never needs permission: a share says little of a handful.
ALWAYS_MAY_END = 10
#: Rows between two words on the progress.
CHUNK = 1_000
#: Rows that are held in memory before they are copied into the staging table.
BATCH = 5_000

#: A column's name and what is wrong with its value.
Fault = tuple[str, Text | ValidationError]
Values = dict[str, Any]


@dataclass(frozen=True)
class Flag:
    """A choice that whoever starts an import may make."""

    name: str
    label: Text
    default: bool = False


COMPLETE = Flag("complete", _("The file is complete: end what it does not name."))
#: Every importer has this one.
ALLOW_ENDINGS = Flag("allow_endings", _("End as many records as it takes."))


@dataclass(frozen=True)
class Source:
    """A file, the name under which it came, and its hash."""

    path: Path
    name: str
    #: By which the very same file is recognised.
    sha256: str


class Importer:
    """Reads one file of one format into the database.

    Subclasses give `kind`, `title`, `columns` and `plan`, and usually `check` and `reject`.
    """

    kind: ClassVar[str]
    title: ClassVar[Text]
    explanation: ClassVar[Text] = ""
    #: Extensions that the upload screen offers.
    suffixes: ClassVar[tuple[str, ...]] = (".csv", ".xlsx")
    columns: tuple[Column, ...] = ()
    #: Whether there is a template to download and fill in.
    has_template: ClassVar[bool] = False
    #: Columns of the staging table that `check` fills, with their types.
    derived: ClassVar[Mapping[str, str]] = {}
    flags: ClassVar[tuple[Flag, ...]] = ()
    #: More rows than this cannot be meant.
    max_rows: ClassVar[int] = 1_000_000

    def __init__(
        self,
        source: Source,
        options: Mapping[str, bool] | None = None,
        progress: Progress | None = None,
        *,
        today: date,
    ) -> None:
        self.source = source
        self.progress: Progress = progress or Silent()
        self.today = today
        self.rejections = Rejections()
        #: Rejected rows of which nobody can tell which record they are about.
        self.unidentified = 0
        self.rows = 0
        #: The number of the set, of a source whose updates follow each other.
        self.extract: int | None = None
        #: Of the data that it left, where the importer keeps one.
        self.fingerprint = ""
        #: What the reader of the report should know besides the counts.
        self.notes: list[Text] = []
        self.merges: list[Merge] = []
        self.endings: list[Ending] = []
        self.examples: list[Example] = []
        self._options = {
            flag.name: (options or {}).get(flag.name, flag.default) for flag in self.all_flags()
        }
        if readers := self.readers():
            self.columns = tuple(
                replace(column, parse=readers.get(column.name, column.parse))
                for column in self.columns
            )

    @classmethod
    def all_flags(cls) -> tuple[Flag, ...]:
        return (*cls.flags, ALLOW_ENDINGS)

    @classmethod
    def template_columns(cls, today: date) -> tuple[Column, ...]:
        """The columns of the template, in their order."""
        return cls.columns

    def readers(self) -> Mapping[str, Parser]:
        """Parsers of this one import, by column: those that remember what they looked up."""
        return {}

    def is_set(self, flag: Flag) -> bool:
        return self._options[flag.name]

    # The steps -----------------------------------------------------------------------------------

    def load(self) -> None:
        """All steps. Raises RefusedError; then the caller's transaction leaves nothing."""
        self.progress.step(_("Reading and checking"))
        self.stage()
        self.reject()
        self.progress.step(_("Comparing"))
        self.compare()
        self.progress.step(_("Writing"))
        self.apply()

    def open(self) -> AbstractContextManager[Table]:
        """The table in the file."""
        suffix = Path(self.source.name).suffix.lower()
        if suffix in JSON_SUFFIXES and suffix in self.suffixes:
            return open_json(self.source.path, self.source.name, self.columns, self.rows_of)
        return open_table(self.source.path, self.source.name)

    def rows_of(self, record: Record) -> Iterable[Record]:
        """The rows, by the headers of the columns, that a record of a JSON file stands for."""
        return (record,)

    def stage(self) -> None:
        """Read, validate and COPY the rows into the staging table, as a stream."""
        with self.open() as table:
            layout = Layout.of(table.header, self.columns, self.another_column)
            self.note_unread(layout.unread)
            extra = [c for c in layout.columns if c not in self.columns]
            self.staged = self.staging(extra)
            self.staged.create()
            names = tuple(self.staged.columns)
            records = filter(None, (self.validate(line, layout) for line in self.read(table)))
            # Batch by batch: while a COPY is open its connection answers no queries, and to
            # validate a row may take one.
            while batch := list(islice(records, BATCH)):
                with self.staged.copy() as copy:
                    for values in batch:
                        copy.write_row([values.get(name) for name in names])
        if not self.rows:
            raise RefusedError(_("There are no rows below the names of the columns."))
        self.staged.index("line")
        self.staged.analyze()

    def staging(self, extra: Iterable[Column] = ()) -> Staging:
        """The staging table: a column per column of the format, `line` and `rejected`.

        Rejected rows stay in it when their key is known, so that nobody takes the record for
        absent; `plan` leaves them out.
        """
        columns = {column.name: column.type for column in (*self.columns, *extra)}
        return Staging(
            "staged",
            {"line": "integer", "rejected": "boolean", **columns, **self.derived},
        )

    def another_column(self, header: str) -> Column | None:
        """The column for a header that `columns` does not list, such as one per school year."""
        return None

    def note_unread(self, headers: list[str]) -> None:
        """Headers that no column answers to; a typing error hides among them."""
        if headers:
            self.notes.append(
                format_lazy(
                    _("These columns were not read: {columns}."), columns=", ".join(headers[:40])
                )
            )

    def read(self, table: Table) -> Iterator[Line]:
        """The lines of the table, counted."""
        for line in table.lines():
            self.rows += 1
            if self.rows > self.max_rows:
                raise RefusedError(
                    format_lazy(
                        _("The file has more than {max} rows. Split it."),
                        max=number_format(self.max_rows),
                    )
                )
            if self.rows % CHUNK == 0:
                self.progress.advance(CHUNK, table.share())
            yield line
        self.progress.advance(self.rows % CHUNK, 1.0)

    def validate(self, line: Line, layout: Layout) -> Values | None:
        """The values of a row for the staging table, or None when its record is unknown."""
        if line.problem:
            self.unidentified += 1
            self.rejections.add(line.number, [("", "", line.problem)])
            return None
        values: Values = {"line": line.number, "rejected": False}
        cells = {column.name: (column, cell) for column, cell in layout.cells(line.cells)}
        faults: list[Fault] = []
        for column, cell in cells.values():
            try:
                values[column.name] = column.read(cell)
            except ValidationError as error:
                faults.append((column.name, error))
        if not faults:
            faults = list(self.check(values))
        if not faults:
            return values
        self.rejections.add(
            line.number,
            [
                (cells[name][0].header, cells[name][1], why) if name in cells else ("", "", why)
                for name, why in faults
            ],
        )
        return self._held(values)

    def _held(self, values: Values) -> Values | None:
        """What is staged of a rejected row: its key, when that can be read."""
        keys = [column.name for column in self.columns if column.key]
        held = {name: values[name] for name in keys if values.get(name) is not None}
        if not keys or len(held) < len(keys):
            self.unidentified += 1
            return None
        return held | {"line": values["line"], "rejected": True}

    def check(self, values: Values) -> Iterable[Fault]:
        """What is wrong with a row of which each cell by itself is right; fills derived values."""
        return ()

    def reject(self) -> None:
        """Reject rows by what the whole file and the database say: calls of `reject_rows`."""

    def reject_rows(self, query: str, column: str, reason: Text, **params: Any) -> int:
        """Reject the rows of a query, which gives `line`, `value` and what `reason` has in braces.

        Rows that are rejected already are passed over. Gives how many were rejected.
        """
        rows = fetch(
            f"""
            WITH hits AS (
                SELECT DISTINCT ON (q.line) q.* FROM ({query}) q
                JOIN {self.staged.name} s ON s.line = q.line AND NOT s.rejected
                ORDER BY q.line
            ), marked AS (
                UPDATE {self.staged.name} s SET rejected = true
                FROM hits WHERE hits.line = s.line RETURNING s.line
            )
            SELECT (SELECT count(*) FROM marked), to_jsonb(h)
            FROM hits h ORDER BY h.line LIMIT {KEPT}
            """,
            params,
        )
        if not rows:
            return 0
        header = next((c.header for c in self.columns if c.name == column), column)
        for _count, hit in rows:
            details = json.loads(hit)
            told = str(reason).format(**details)
            self.rejections.add(details["line"], [(header, str(details["value"] or ""), told)])
        total: int = rows[0][0]
        self.rejections.count += total - len(rows)
        return total

    def reject_repeated(self, *columns: str, column: str) -> None:
        """Reject rows whose key stands on an earlier line already."""
        keys = ", ".join(f's."{name}"' for name in columns)
        self.reject_rows(
            f"""
            SELECT s.line, s."{column}"::text AS value, s.first FROM (
                SELECT s.*, min(s.line) OVER (PARTITION BY {keys}) AS first
                FROM {self.staged.name} s
            ) s WHERE s.line > s.first
            """,
            column,
            _("Line {first} is about the same record. Keep one of them."),
        )

    def plan(self) -> Iterable[Merge | Ending]:
        """What is made equal to what, and what ends: in the order in which it is compared.

        A table comes after those it refers to.
        """
        raise NotImplementedError

    def compare(self) -> None:
        """Find out what will change, and whether that may be."""
        for part in self.plan():
            part.compare()
            if isinstance(part, Merge):
                self.merges.append(part)
            elif part.ended and self.unidentified:
                self._keep(part)
            else:
                self.endings.append(part)
            self.examples += part.examples()
        for ending in self.endings:
            self._check_share(ending)

    def _keep(self, ending: Ending) -> None:
        """End nothing: the records that seem absent may be those of the rows nobody could read."""
        self.notes.append(
            format_lazy(
                _(
                    "{ended} {records} are not in the file. They stay as they are, because {rows} "
                    "rows could not be read and may be theirs. Correct those rows and import the "
                    "file again."
                ),
                ended=number_format(ending.ended),
                records=ending.model._meta.verbose_name_plural,
                rows=number_format(self.unidentified),
            )
        )
        ending.ended = 0

    def _check_share(self, ending: Ending) -> None:
        """Refuse to end more than the set share, unless somebody said that it may be."""
        cap = settings.IMPORT_MAX_ENDED_SHARE
        if ending.ended <= ALWAYS_MAY_END or ending.share <= cap or self.is_set(ALLOW_ENDINGS):
            return
        raise RefusedError(
            format_lazy(
                _(
                    "This file would end {ended} of {total} {records} ({share} %); more than {cap} "
                    "% is refused. Check that the file is complete. If they have all ended, start "
                    "the import again and allow it."
                ),
                ended=number_format(ending.ended),
                total=number_format(ending.in_scope),
                records=ending.model._meta.verbose_name_plural,
                share=number_format(100 * ending.share, 0),
                cap=number_format(100 * cap, 0),
            )
        )

    def apply(self) -> None:
        """Write what was planned: what is new first, what ends last."""
        for part in self._parts():
            part.apply()

    def _parts(self) -> list[Merge | Ending]:
        return [*self.merges, *self.endings]

    # The report ----------------------------------------------------------------------------------

    def tables(self) -> dict[str, Counts]:
        """What becomes of each table's records, by the model's label."""
        found: dict[str, Counts] = {}
        for part in self._parts():
            label = part.model._meta.label_lower
            found[label] = found.get(label, Counts()) + part.counts
        return found

    def counts(self) -> Counts:
        """The sum over the tables."""
        return sum(self.tables().values(), Counts())

    def report(self) -> dict[str, Any]:
        """The fields of `ImportRun` that tell what was done."""
        return {
            **asdict(self.counts()),
            "rejected": self.rejections.count,
            "extract": self.extract,
            "fingerprint": self.fingerprint,
            "tables": [{"table": t, **asdict(counts)} for t, counts in self.tables().items()],
            "examples": [asdict(example) for example in self.examples],
        }
