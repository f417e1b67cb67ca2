"""The radar as it was last computed: writing sheets, and reading what is served."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass, fields
from datetime import datetime
from itertools import islice
from typing import Any

import psycopg.sql as sql
from django.db import connection, transaction
from django.utils import timezone

from matching.opportunities import Advice, Opportunity, RadarPolicy, Reason
from matching.refreshes import RadarFigure, RadarRefresh, RadarSheet
from matching.region import Region
from matching.region_radar import region_opportunities
from schools.models import Campus, Programme, SchoolYear

#: Lines sent to the database at a time.
LINES = 2_000
#: The columns of a figure that are the fields of an opportunity.
COLUMNS = [item.name for item in fields(Opportunity) if item.name != "programme"]


@dataclass(frozen=True)
class Stored:
    """Opportunities with their campuses (primary keys), and when the oldest was computed."""

    campuses: list[int]
    opportunities: list[Opportunity]
    computed_at: datetime


def fill(
    refresh: RadarRefresh,
    school_year: SchoolYear,
    programmes: Sequence[int],
    region: Region,
    policy: RadarPolicy,
) -> int:
    """Compute sheets of a refresh and write them, in one transaction; how many were filled.

    Sheets that are filled already are left as they are, and two who fill the same ones take turns:
    doing it twice is doing it once.
    """
    with transaction.atomic():
        empty = refresh.sheets.filter(
            school_year=school_year, programme__in=programmes, computed_at__isnull=True
        )
        sheets = dict(
            empty.select_for_update(of=("self",)).order_by("pk").values_list("programme", "pk")
        )
        if not sheets:
            return 0
        _copy(sheets, region.of_programmes(sheets), policy)
        now = timezone.now()
        RadarSheet.objects.filter(pk__in=sheets.values()).update(
            computed_at=now, stamp=region.stamp
        )
        RadarRefresh.objects.filter(pk=refresh.pk).update(heard_at=now)
    return len(sheets)


def _copy(sheets: dict[int, int], region: Region, policy: RadarPolicy) -> None:
    """Write the figures of a region, each into the sheet of its programme."""
    query = sql.SQL("COPY {} ({}) FROM STDIN").format(
        sql.Identifier(RadarFigure._meta.db_table),
        sql.SQL(", ").join(map(sql.Identifier, ["sheet_id", "campus_id", *COLUMNS])),
    )
    with (
        # The driver's own cursor: Django's knows no COPY.
        connection.connection.cursor() as cursor,
        cursor.copy(query) as copy,
    ):
        # Lines made by hand: one in the driver's own way takes longer than all that it says.
        lines = (
            _line(sheets[item.programme], campus, item)
            for campus, item in region_opportunities(region, policy)
        )
        while some := list(islice(lines, LINES)):
            copy.write("".join(some))


def _line(sheet: int, campus: int, item: Opportunity) -> str:
    """A figure as a line of PostgreSQL's text format; none of its values needs an escape."""
    values = (getattr(item, name) for name in COLUMNS)
    return "\t".join(map(_text, (sheet, campus, *values))) + "\n"


def _text(value: Any) -> str:
    if value is None:
        return "\\N"
    return f"{{{','.join(map(str, value))}}}" if isinstance(value, tuple) else str(value)


def of_campus(campus: Campus, school_year: SchoolYear, policy: RadarPolicy) -> Stored | None:
    """What is stored of a campus; None when nothing is."""
    return _read(RadarFigure.objects.served(school_year, policy.fingerprint).filter(campus=campus))


def of_programme(
    programme: Programme, school_year: SchoolYear, policy: RadarPolicy
) -> Stored | None:
    """What is stored of a programme at every campus; None when nothing is."""
    served = RadarFigure.objects.served(school_year, policy.fingerprint)
    return _read(served.filter(sheet__programme=programme))


def of_pairs(
    pairs: Collection[tuple[int, int]], school_year: SchoolYear, policy: RadarPolicy
) -> Stored | None:
    """What is stored of pairs of a campus and a programme (primary keys); None when nothing is."""
    served = RadarFigure.objects.served(school_year, policy.fingerprint).filter(
        campus__in={campus for campus, _programme in pairs},
        sheet__programme__in={programme for _campus, programme in pairs},
    )
    return _read(row for row in served if (row.campus_id, row.sheet.programme_id) in set(pairs))


def _read(figures: Any) -> Stored | None:
    rows = list(figures)
    if not rows:
        return None
    return Stored(
        campuses=[row.campus_id for row in rows],
        opportunities=[_opportunity(row) for row in rows],
        computed_at=min(row.sheet.computed_at for row in rows),
    )


def _opportunity(row: RadarFigure) -> Opportunity:
    values = {name: getattr(row, name) for name in COLUMNS}
    return Opportunity(
        **values
        | {
            "programme": row.sheet.programme_id,
            "rivals": tuple(row.rivals),
            "advice": Advice(row.advice),
            "reasons": tuple(map(Reason, row.reasons)),
        }
    )
