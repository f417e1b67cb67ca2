"""What the KBO said last, in tables of our own (`companies_kbo_…`), so that an update has a base.

A full set replaces it. An update does as its makers prescribe: per file it takes away all rows of
the numbers in `…_delete.csv`, then adds those of `…_insert.csv`. Either way the mirror is then a
full set, and everything after it asks the mirror; so an update leads where the next full set would.

The tables are unlogged: they hold nothing that cannot be downloaded again. A server that crashes
empties them, the number of the extract included, and asks for a full set.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from companies.imports.kbo_files import FILES
from imports.staging import execute, fetch, make_table


@dataclass(frozen=True)
class Loaded:
    """Which extract the mirror holds."""

    extract: int
    #: Whether our own tables were given the known records only.
    known_only: bool


#: Per file, what the mirror keeps of the staged rows, `s`.
_KEPT: Mapping[str, str] = {
    "enterprise": "SELECT s.number, s.status FROM kbo_enterprise s WHERE NOT s.rejected",
    "establishment": (
        "SELECT s.number, s.enterprise FROM kbo_establishment s "
        "WHERE NOT s.rejected AND s.enterprise IS NOT NULL"
    ),
    "denomination": (
        "SELECT s.number, s.language, s.typeofdenomination, btrim(s.denomination) "
        "FROM kbo_denomination s WHERE btrim(s.denomination) <> '' AND s.number IS NOT NULL"
    ),
    # The first one, where there are several.
    "address": """
        SELECT DISTINCT ON (s.number) s.number, s.zipcode,
            COALESCE(NULLIF(s.municipalitynl, ''), s.municipalityfr),
            COALESCE(NULLIF(s.streetnl, ''), s.streetfr), s.housenumber, s.box
        FROM kbo_address s WHERE s.number IS NOT NULL ORDER BY s.number, s.line
    """,
    "contact": (
        "SELECT s.number, s.contacttype, btrim(s.value) FROM kbo_contact s "
        "WHERE btrim(s.value) <> '' AND s.number IS NOT NULL"
    ),
    "activity": (
        "SELECT s.number, s.naceversion, s.nacecode FROM kbo_activity s "
        "WHERE s.number IS NOT NULL AND s.nacecode IS NOT NULL"
    ),
}
#: Of these there is one row per number: a new one is instead of the old.
_SINGLE = ("enterprise", "establishment", "address")


def loaded() -> Loaded | None:
    """What the mirror holds; None when it is empty."""
    rows = fetch("SELECT number, known_only FROM companies_kbo_extract")
    return Loaded(*rows[0]) if rows else None


def note(now: Loaded) -> None:
    """Write down which extract the mirror holds."""
    execute("DELETE FROM companies_kbo_extract")
    execute(
        "INSERT INTO companies_kbo_extract VALUES (%(extract)s, %(known_only)s)",
        {"extract": now.extract, "known_only": now.known_only},
    )


def replace() -> None:
    """Make the mirror equal to the full set that is staged."""
    for file in FILES:
        mirror = _mirror_of(file.name)
        # An index grown row by row costs more than one made afterwards.
        execute(f"DROP INDEX {mirror}_number")
        execute(f"TRUNCATE {mirror}")
        execute(f"INSERT INTO {mirror} {_KEPT[file.name]}")
        execute(f"CREATE INDEX {mirror}_number ON {mirror} (number)")
        execute(f"ANALYZE {mirror}")


def update() -> None:
    """Change the mirror by the update that is staged."""
    for file in FILES:
        mirror, gone = _mirror_of(file.name), f"SELECT number FROM {file.table}_deleted"
        if file.name in _SINGLE:
            gone += f" UNION SELECT number FROM {file.table} WHERE NOT rejected"
        execute(f"DELETE FROM {mirror} WHERE number IN ({gone})")
        execute(f"INSERT INTO {mirror} {_KEPT[file.name]}")
        execute(f"ANALYZE {mirror}")


def note_touched(*, everything: bool) -> None:
    """The numbers of which an update says something, in `kbo_touched`; of a full set, none.

    With `everything`, what is compared is the whole mirror and nobody asks which they were.
    """
    tables = [] if everything else [t for f in FILES for t in (f.table, f"{f.table}_deleted")]
    query = " UNION ".join(f"SELECT number FROM {table}" for table in tables)
    make_table("kbo_touched", query or "SELECT NULL::text AS number WHERE false")


def _mirror_of(name: str) -> str:
    return f"companies_kbo_{name}"
