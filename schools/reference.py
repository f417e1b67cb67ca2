"""Loads sectors, programmes and their aliases from `fixtures/`."""

from __future__ import annotations

from typing import Any

from django.db import transaction

from geo.reference import Loaded, ReferenceDataError, Row, day, rows_of, synchronise
from schools.models import Programme, ProgrammeAlias, Sector


def load_sectors() -> Loaded:
    """Sectorale partnerschappen, and the fallback."""
    return synchronise(
        Sector,
        ("slug",),
        [
            {
                "slug": row["slug"],
                "name": row["name"],
                "is_confirmed": row["confirmed"] == "true",
                "is_fallback": row["is_fallback"] == "true",
            }
            for row in rows_of("sectors.csv")
        ],
    )


def load_programmes() -> Loaded:
    """Duale opleidingen with their sectors and, for those that ended, their successors."""
    rows = list(rows_of("programmes.csv"))

    def values(row: Row) -> dict[str, Any]:
        return {
            "number": int(row["number"]),
            "number_status": row["number_status"],
            "group_number": row["group_number"],
            "title": row["title"],
            "grade": int(row["grade"]),
            "year_type": row["year_type"],
            "education_form": row["education_form"],
            "finality": row["finality"],
            "domain": row["domain"],
            "valid_from": day(row["valid_from"]),
            "valid_until": day(row["valid_until"]),
        }

    loaded = synchronise(Programme, ("number",), [values(row) for row in rows])
    sectors = {sector.slug: sector for sector in Sector.objects.all()}
    programmes = {p.number: p for p in Programme.objects.prefetch_related("sectors", "successors")}
    for row in rows:
        programme = programmes[int(row["number"])]
        slugs = row["sectors"].split()
        numbers = [int(number) for number in row["successors"].split()]
        if unknown := [s for s in slugs if s not in sectors]:
            raise ReferenceDataError(
                f"programmes.csv, {programme.number}: unknown sectors {unknown}"
            )
        if lost := [n for n in numbers if n not in programmes]:
            raise ReferenceDataError(
                f"programmes.csv, {programme.number}: unknown successors {lost}"
            )
        # set() asks the database each time; most rows are as they should be.
        if {s.slug for s in programme.sectors.all()} != set(slugs):
            programme.sectors.set([sectors[slug] for slug in slugs])
        if {p.number for p in programme.successors.all()} != set(numbers):
            programme.successors.set([programmes[number] for number in numbers])
    return loaded


def load_aliases() -> Loaded:
    """Other names under which people look for a programme."""
    programmes = dict(Programme.objects.values_list("number", "pk"))
    wanted = []
    for row in rows_of("programme_aliases.csv"):
        if int(row["number"]) not in programmes:
            raise ReferenceDataError(f"programme_aliases.csv: unknown programme {row['number']}")
        wanted.append(
            {
                "programme_id": programmes[int(row["number"])],
                "name": row["alias"],
                "kind": row["kind"],
            }
        )
    return synchronise(ProgrammeAlias, ("programme_id", "name"), wanted)


@transaction.atomic
def load() -> list[Loaded]:
    """All reference data of this app, or nothing if a file is wrong."""
    return [load_sectors(), load_programmes(), load_aliases()]
