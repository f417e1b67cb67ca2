"""The zip of KBO Open Data: which files it holds, and each of them into a staging table by COPY.

Source: FPS Economy, "Cookbook KBO Open Data". A full set holds `enterprise.csv` and so on; an
update set holds `enterprise_delete.csv` and `enterprise_insert.csv`. Values are quoted and
separated by commas. Real sets have tens of millions of rows, so that no file is ever held in
memory: what comes out of the zip goes to PostgreSQL block by block.
"""

from __future__ import annotations

import codecs
import csv
import re
import zipfile
import zlib
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path, PurePosixPath

import psycopg
from django.db import DatabaseError, connection
from django.utils.text import format_lazy
from django.utils.translation import gettext_lazy as _

from companies.imports.kbo_files import FILES, KboFile
from imports.errors import RefusedError
from imports.progress import Progress
from imports.staging import execute

BLOCK = 1 << 20
#: CSV shrinks to a tenth or so; what shrinks to less than a hundredth is no data.
MAX_RATIO = 100
#: A ratio says nothing of a small file.
SMALL = 1 << 20
MAX_BYTES = 64 << 30
MAX_LINE = 1 << 16
MAX_META = 1 << 16
MAX_EXTRACT = 1_000_000


@dataclass(frozen=True)
class Meta:
    """What `meta.csv` says of the set."""

    is_update: bool
    extract: int


class Archive:
    """An opened set. Raises RefusedError for whatever is no set, or no safe one."""

    def __init__(self, archive: zipfile.ZipFile, progress: Progress) -> None:
        self._archive = archive
        self._progress = progress
        self._members: dict[str, zipfile.ZipInfo] = {}
        for info in archive.infolist():
            if self._members.setdefault(self._file_name(info), info) is not info:
                raise RefusedError(
                    format_lazy(
                        _("{name} is in this zip twice. Download the set again."),
                        name=info.filename[:100],
                    )
                )
        if sum(info.file_size for info in archive.infolist()) > MAX_BYTES:
            raise RefusedError(_("The files in this zip are too large together."))
        self.meta = self._read_meta()
        suffix = "_insert" if self.meta.is_update else ""
        self._names = {file: f"{file.name}{suffix}.csv" for file in FILES}
        self._deletions = (
            {file: f"{file.name}_delete.csv" for file in FILES} if self.meta.is_update else {}
        )
        needed = [*self._names.values(), *self._deletions.values()]
        if missing := [name for name in needed if name not in self._members]:
            raise RefusedError(
                format_lazy(
                    _("These files are not in the zip: {missing}. Download the set again."),
                    missing=", ".join(missing),
                )
            )
        self._total = sum(self._members[name].file_size for name in needed) or 1
        self._read = 0
        self.rows = 0

    @staticmethod
    def _file_name(info: zipfile.ZipInfo) -> str:
        path = PurePosixPath(info.filename.replace("\\", "/"))
        if path.is_absolute() or ".." in path.parts or ":" in info.filename:
            raise RefusedError(
                format_lazy(
                    _("This zip holds a file outside of itself ({name}). Do not trust it."),
                    name=info.filename[:100],
                )
            )
        if info.flag_bits & 1:
            raise RefusedError(_("The files in this zip have a password. Take it off."))
        if info.file_size > SMALL and info.file_size > MAX_RATIO * max(info.compress_size, 1):
            raise RefusedError(
                format_lazy(
                    _("{name} unpacks to far more than data does. Do not trust this zip."),
                    name=path.name[:100],
                )
            )
        return path.name.lower()

    def _read_meta(self) -> Meta:
        if "meta.csv" not in self._members:
            raise RefusedError(
                _("There is no meta.csv in this zip. Choose the zip of KBO Open Data as it is.")
            )
        with self._archive.open(self._members["meta.csv"]) as stream:
            try:
                text = stream.read(MAX_META).decode("utf-8-sig")
                values = {row[0]: row[1] for row in csv.reader(text.splitlines()) if len(row) > 1}
                found = Meta(values["ExtractType"] == "update", int(values["ExtractNumber"]))
                if not 0 < found.extract <= MAX_EXTRACT:
                    raise ValueError("no number of an extract")
                return found
            except (
                ValueError,
                KeyError,
                csv.Error,
                OSError,
                zlib.error,
                zipfile.BadZipFile,
            ) as error:
                raise RefusedError(
                    _("meta.csv does not say which extract this is. Download the set again.")
                ) from error

    def stage(self) -> None:
        """Every file into its table, `kbo_enterprise` and so on."""
        for file, name in self._names.items():
            self._copy(file, file.table, name)
        for file, name in self._deletions.items():
            gone = KboFile(file.name, file.columns[:1], derived={"number": file.derived["number"]})
            self._copy(gone, f"{file.table}_deleted", name)

    def _copy(self, file: KboFile, table: str, name: str) -> None:
        try:
            with self._archive.open(self._members[name]) as stream:
                columns = _columns(stream.readline(MAX_LINE), file, name)
                _create(table, columns, file.derived)
                where = f" WHERE {file.keep}" if file.keep else ""
                names = ", ".join(f'"{column}"' for column in columns)
                with (
                    connection.cursor() as cursor,
                    cursor.copy(
                        f"COPY {table} ({names}) FROM STDIN (FORMAT csv, ENCODING 'UTF8'){where}"
                    ) as copy,
                ):
                    while block := stream.read(BLOCK):
                        copy.write(block)
                        rows = block.count(b"\n")
                        self.rows += rows
                        self._read += len(block)
                        self._progress.advance(rows, min(1.0, self._read / self._total))
        except (zipfile.BadZipFile, zlib.error, EOFError, OSError) as error:
            raise RefusedError(
                format_lazy(_("{name} is damaged. Download the set again."), name=name)
            ) from error
        except (DatabaseError, psycopg.Error) as error:
            raise _as_refusal(error, name) from error
        execute(f"ANALYZE {table}")


@contextmanager
def open_archive(path: Path, progress: Progress) -> Iterator[Archive]:
    """The set at a path."""
    try:
        archive = zipfile.ZipFile(path)
    except (zipfile.BadZipFile, NotImplementedError, ValueError) as error:
        raise RefusedError(
            _("This is no zip, or a damaged one. Choose the zip of KBO Open Data as it is.")
        ) from error
    with archive:
        yield Archive(archive, progress)


def _columns(header: bytes, file: KboFile, name: str) -> list[str]:
    """The columns of a file, lower case as PostgreSQL has them."""
    try:
        text = header.removeprefix(codecs.BOM_UTF8).decode("utf-8")
        columns = [cell.strip().lower() for cell in next(csv.reader([text]), [])]
    except (UnicodeDecodeError, csv.Error):
        columns = []
    missing = [column for column in file.columns if column.lower() not in columns]
    if missing or len(set(columns)) < len(columns) or not all(map(_is_name, columns)):
        raise RefusedError(
            format_lazy(
                _("{name} lacks these columns: {missing}. Download the set again."),
                name=name,
                missing=", ".join(missing or file.columns),
            )
        )
    return columns


def _is_name(column: str) -> bool:
    return bool(re.fullmatch(r"[a-z]{1,40}", column, re.ASCII))


def _create(table: str, columns: list[str], derived: Mapping[str, str]) -> None:
    """A table with the file's columns as text, the number of the line, and what is derived."""
    parts = [
        # The header is line 1.
        "line integer GENERATED ALWAYS AS IDENTITY (START 2 MINVALUE 2 CACHE 1000)",
        "rejected boolean NOT NULL DEFAULT false",
        *(f'"{column}" text' for column in columns),
        *(f"{name} text GENERATED ALWAYS AS ({sql}) STORED" for name, sql in derived.items()),
    ]
    execute(f"DROP TABLE IF EXISTS pg_temp.{table}")
    execute(f"CREATE TEMPORARY TABLE {table} ({', '.join(parts)}) ON COMMIT DROP")


def _as_refusal(error: Exception, name: str) -> RefusedError:
    """What PostgreSQL says of a line it cannot read, with the line as the file counts it."""
    cause = error.__cause__ if isinstance(error.__cause__, psycopg.Error) else error
    # The second: a line that is too long for PostgreSQL to hold.
    if not isinstance(cause, psycopg.DataError | psycopg.errors.ProgramLimitExceeded):
        raise error
    found = re.search(r", line (\d+)", cause.diag.context or "")
    return RefusedError(
        format_lazy(
            _(
                "{name} cannot be read from line {line}: it is cut off, is not in UTF-8, or has "
                "another number of columns there. Download the set again."
            ),
            name=name,
            line=int(found[1]) + 1 if found else 2,
        )
    )
