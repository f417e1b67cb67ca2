"""Staging tables and what is done with them, all of it in SQL over whole sets.

A file goes into a temporary table by COPY (`Staging`). A `Merge` compares its rows with a table of
ours and writes what differs; an `Ending` ends what a complete file no longer names. Each makes a
plan first, so that a dry run and the cap on endings know the outcome before anything is written.

SQL here is put together from names in code, never from values of a file: those are in the tables.
Every statement is given parameters, so a literal per cent sign is written twice.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import asdict, dataclass, field
from typing import Any

from django.db import connection, models
from psycopg import Copy

#: How many examples of each kind of change a run remembers, per table.
EXAMPLES = 10

Params = Mapping[str, Any]


def execute(sql: str, params: Params | None = None) -> int:
    """Run a statement; gives the number of rows it touched."""
    with connection.cursor() as cursor:
        cursor.execute(sql, dict(params or {}))
        return cursor.rowcount


def fetch(sql: str, params: Params | None = None) -> list[tuple[Any, ...]]:
    """Run a query; gives its rows."""
    with connection.cursor() as cursor:
        cursor.execute(sql, dict(params or {}))
        return cursor.fetchall()


def _names(columns: Sequence[str], of: str = "") -> str:
    prefix = f"{of}." if of else ""
    return ", ".join(f'{prefix}"{name}"' for name in columns)


def make_table(name: str, query: str, params: Params | None = None) -> None:
    """A temporary table with the rows of a query."""
    execute(f"DROP TABLE IF EXISTS pg_temp.{name}")
    execute(f"CREATE TEMPORARY TABLE {name} ON COMMIT DROP AS {query}", params)
    execute(f"ANALYZE {name}")


@dataclass(frozen=True)
class Staging:
    """A temporary table: its name, and its columns with their PostgreSQL types."""

    name: str
    columns: Mapping[str, str]

    def create(self) -> None:
        columns = ", ".join(f'"{name}" {kind}' for name, kind in self.columns.items())
        execute(f"DROP TABLE IF EXISTS pg_temp.{self.name}")
        execute(f"CREATE TEMPORARY TABLE {self.name} ({columns}) ON COMMIT DROP")

    @contextmanager
    def copy(self) -> Iterator[Copy]:
        """A COPY into the table: `write_row` takes values, `write` blocks in COPY's text format.

        Until it ends the connection answers no queries: one that is asked waits for ever.
        """
        names = _names(tuple(self.columns))
        with (
            connection.cursor() as cursor,
            cursor.copy(f"COPY {self.name} ({names}) FROM STDIN") as copy,
        ):
            yield copy

    def index(self, *columns: str) -> None:
        """An index over columns."""
        execute(f"CREATE INDEX ON {self.name} ({_names(columns)})")

    def analyze(self) -> None:
        """Statistics: of a fresh table the planner knows nothing."""
        execute(f"ANALYZE {self.name}")


@dataclass(frozen=True)
class Counts:
    """What becomes of the records of a table."""

    added: int = 0
    changed: int = 0
    ended: int = 0
    unchanged: int = 0

    def __add__(self, other: Counts) -> Counts:
        mine, yours = asdict(self), asdict(other)
        return Counts(**{name: mine[name] + yours[name] for name in mine})


@dataclass(frozen=True)
class Example:
    """A record that is added, changed or ended; of a changed one, the values before and after."""

    table: str
    action: str
    label: str
    values: list[tuple[str, str, str]] = field(default_factory=list)


def _column(model: type[models.Model], name: str) -> models.Field[Any, Any]:
    return next(f for f in model._meta.concrete_fields if f.column == name)


def _type(model: type[models.Model], name: str) -> str:
    found = _column(model, name)
    kind = found.rel_db_type(connection) if found.is_relation else found.db_type(connection)
    return str(kind)


@dataclass(kw_only=True)
class Merge:
    """Makes the records of a table equal to the rows of a query over staging tables.

    The query's columns are named as the table's. `match` says which rows are the same record, with
    `s` for the query and `t` for the table; no two rows may be the same record. After `compare` the
    temporary table `plan` holds every row with its `action` (added, changed or unchanged) and its
    `target_id`, the primary key that the record has or is to have, so that the merge of a table
    that refers to it can be compared before this one is applied.
    """

    model: type[models.Model]
    query: str
    match: str
    #: Columns that are compared, and written where they differ.
    values: Sequence[str] = ()
    #: Columns that are written for a new record only.
    initial: Sequence[str] = ()
    #: Of the values, those of which an empty one leaves what is there.
    kept_when_empty: Sequence[str] = ()
    #: Columns of the query that the plan repeats, for the label and for other merges.
    carried: Sequence[str] = ()
    #: What a person calls the record, as SQL over the plan, `p`.
    label: str = "p.target_id::text"
    #: How a column is shown, as SQL over `{}`, where its text does not do: a foreign key, a point.
    shown: Mapping[str, str] = field(default_factory=dict)
    params: Params = field(default_factory=dict)
    counts: Counts = field(init=False, default=Counts())

    @property
    def table(self) -> str:
        return self.model._meta.db_table

    @property
    def plan(self) -> str:
        return f"plan_{self.table}"

    def compare(self) -> None:
        """Make the plan, and count. Nothing of ours changes."""
        params = dict(self.params)
        columns, differences = [], []
        for name in (*self.values, *self.initial):
            kind = _type(self.model, name)
            params[f"empty_{name}"] = _column(self.model, name).get_default()
            given = f's."{name}"::{kind}'
            default = f"%(empty_{name})s::{kind}"
            if name in self.kept_when_empty or name in self.initial:
                # A record that is there has its column; a new one has the model's default.
                default = f'CASE WHEN t.id IS NULL THEN {default} ELSE t."{name}" END'
            value = f"COALESCE({given}, {default})"
            columns.append(f'{value} AS "{name}"')
            if name in self.values:
                differences.append(f'{value} IS DISTINCT FROM t."{name}"')
        make_table(
            self.plan,
            f"""
            SELECT {"".join(f's."{name}", ' for name in self.carried)}
                COALESCE(
                    t.id, nextval(pg_get_serial_sequence('{self.table}', 'id')::regclass)
                ) AS target_id,
                CASE WHEN t.id IS NULL THEN 'added'
                    WHEN {" OR ".join(differences) or "false"} THEN 'changed'
                    ELSE 'unchanged' END AS action,
                {", ".join(columns)}
            FROM ({self.query}) s LEFT JOIN {self.table} t ON {self.match}
            """,
            params,
        )
        execute(f"CREATE INDEX ON {self.plan} (target_id)")
        found = fetch(f"SELECT action, count(*) FROM {self.plan} GROUP BY action")
        self.counts = Counts(**dict(found))

    def examples(self) -> list[Example]:
        """Some of the records that will be added or changed. Before `apply` only."""
        found = []
        for action in ("added", "changed"):
            if not getattr(self.counts, action):
                continue
            compared = self.values if action == "changed" else ()
            asked = "".join(
                f', p."{name}" IS DISTINCT FROM t."{name}"'
                f", ({self._text(name, 't')}), ({self._text(name, 'p')})"
                for name in compared
            )
            for label, *rest in fetch(
                f"SELECT {self.label}{asked} FROM {self.plan} p "
                f"LEFT JOIN {self.table} t ON t.id = p.target_id "
                f"WHERE p.action = %(action)s ORDER BY p.target_id LIMIT {EXAMPLES}",
                {"action": action},
            ):
                values = [
                    (name, rest[3 * i + 1] or "", rest[3 * i + 2] or "")
                    for i, name in enumerate(compared)
                    if rest[3 * i]
                ]
                found.append(Example(self.model._meta.label_lower, action, label or "", values))
        return found

    def _text(self, name: str, of: str) -> str:
        return self.shown.get(name, "{}::text").format(f'{of}."{name}"')

    def apply(self) -> None:
        """Write what the plan says."""
        written = (*self.values, *self.initial)
        # COPY and INSERT know none of the model's defaults, only those of the database itself.
        others = {
            str(f.column): f.get_default()
            for f in self.model._meta.concrete_fields
            if f.column not in written and not f.primary_key and not f.has_db_default()
        }
        if self.counts.added:
            execute(
                f"""
                INSERT INTO {self.table} ({_names(("id", *written, *others))})
                SELECT {
                    ", ".join(
                        [
                            _names(("target_id", *written), "p"),
                            *(f"%({n})s::{_type(self.model, n)}" for n in others),
                        ]
                    )
                }
                FROM {self.plan} p WHERE p.action = 'added'
                """,
                others,
            )
        if self.counts.changed:
            execute(
                f"""
                UPDATE {self.table} t
                SET {", ".join(f'"{name}" = p."{name}"' for name in self.values)}
                FROM {self.plan} p WHERE p.action = 'changed' AND t.id = p.target_id
                """
            )


@dataclass(kw_only=True)
class Ending:
    """Ends the records that a complete file does not name any more."""

    model: type[models.Model]
    #: Which records the file speaks of and have not ended yet, as SQL over the table, `t`.
    scope: str
    #: Which of them end, as SQL over `t`.
    absent: str
    #: What ending is: columns and their new values, as SQL over `t`.
    changes: Mapping[str, str]
    #: What a person calls the record, as SQL over `t`.
    label: str = "t.id::text"
    params: Params = field(default_factory=dict)
    #: How many records `scope` holds, and how many of them end.
    in_scope: int = field(init=False, default=0)
    ended: int = field(init=False, default=0)

    @property
    def table(self) -> str:
        return self.model._meta.db_table

    @property
    def plan(self) -> str:
        return f"ending_{self.table}"

    @property
    def counts(self) -> Counts:
        return Counts(ended=self.ended)

    @property
    def share(self) -> float:
        """Which share of the records in scope ends."""
        return self.ended / self.in_scope if self.in_scope else 0.0

    def compare(self) -> None:
        """Make the plan, and count."""
        make_table(
            self.plan,
            f"SELECT t.id, ({self.absent}) AS ends FROM {self.table} t WHERE {self.scope}",
            self.params,
        )
        ((self.in_scope, self.ended),) = fetch(
            f"SELECT count(*), count(*) FILTER (WHERE ends) FROM {self.plan}"
        )

    def examples(self) -> list[Example]:
        """Some of the records that will end."""
        if not self.ended:
            return []
        return [
            Example(self.model._meta.label_lower, "ended", label or "")
            for (label,) in fetch(
                f"SELECT {self.label} FROM {self.table} t JOIN {self.plan} e ON e.id = t.id "
                f"WHERE e.ends ORDER BY t.id LIMIT {EXAMPLES}"
            )
        ]

    def apply(self) -> None:
        """Write what the plan says."""
        if self.ended:
            execute(
                f"""
                UPDATE {self.table} t
                SET {", ".join(f'"{name}" = {value}' for name, value in self.changes.items())}
                FROM {self.plan} e WHERE e.ends AND e.id = t.id
                """,
                self.params,
            )
