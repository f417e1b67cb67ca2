"""White spots: municipalities where companies of a sector wait for a school, and the other way.

Per programme: a workplace without any campus that offers its programme within reach, and a campus
that offers a programme of the sector without any recognised workplace within reach. Distances are
straight lines (hemelsbreed) in the plane of Lambert 2008.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db import connection, transaction
from django.utils.translation import gettext_lazy as _

from schools.models import OfferingStatus, SchoolYear, Sector

#: The reach, in kilometres, when nobody says another; and those to choose from.
REACH_KM = 25
REACHES = (10, 15, 25, 40)

#: Workplaces by municipality: how many there are, how many are out of reach of a school, and the
#: programmes of those.
_COMPANIES = """
    WITH offers AS MATERIALIZED (
        SELECT o.programme_id, ST_Collect(ST_Transform(c.point, 3812)) AS points
        FROM schools_offering o
        JOIN schools_campus c ON c.id = o.campus_id
        JOIN schools_school s ON s.id = c.school_id
        WHERE o.school_year_id = %(year)s AND o.status = ANY(%(active)s)
            AND c.point IS NOT NULL AND c.closed_on IS NULL AND s.closed_on IS NULL
        GROUP BY o.programme_id
    ), excluded AS MATERIALIZED (
        SELECT establishment_id, company_id FROM companies_exclusion
        WHERE valid_from <= %(today)s AND (valid_until IS NULL OR valid_until >= %(today)s)
    ), spots AS MATERIALIZED (
        SELECT r.programme_id, r.point, e.municipality_id, e.id AS establishment_id
        FROM companies_recognition r
        JOIN companies_establishment e ON e.id = r.establishment_id
        JOIN companies_company k ON k.id = e.company_id
        WHERE r.status = 'recognised' AND r.valid_from <= %(today)s AND r.valid_until >= %(today)s
            AND (r.sector_id = %(sector)s OR (%(fallback)s AND r.sector_id IS NULL))
            AND r.point IS NOT NULL AND e.municipality_id IS NOT NULL
            AND e.stopped_on IS NULL AND k.stopped_on IS NULL
            AND NOT EXISTS (SELECT FROM excluded x WHERE x.establishment_id = e.id)
            AND NOT EXISTS (SELECT FROM excluded x WHERE x.company_id = k.id)
    ), judged AS (
        SELECT s.*, COALESCE(ST_DWithin(o.points, s.point, %(reach)s), false) AS reached
        FROM spots s LEFT JOIN offers o ON o.programme_id = s.programme_id
    )
    SELECT m.name, p.name, ST_X(m.point), ST_Y(m.point), count(*),
        count(*) FILTER (WHERE NOT reached),
        count(DISTINCT establishment_id) FILTER (WHERE NOT reached),
        array_agg(DISTINCT g.title ORDER BY g.title) FILTER (WHERE NOT reached)
    FROM judged j
    JOIN geo_municipality m ON m.id = j.municipality_id
    JOIN geo_province p ON p.id = m.province_id
    JOIN schools_programme g ON g.id = j.programme_id
    GROUP BY m.id, p.id
    HAVING count(*) FILTER (WHERE NOT reached) > 0
    ORDER BY 6 DESC, m.name, m.id
"""

#: Offerings of the sector's programmes by municipality, those without a workplace in reach.
_SCHOOLS = """
    WITH offers AS MATERIALIZED (
        SELECT o.programme_id, o.pupils, c.municipality_id, c.id AS campus_id,
            ST_Transform(c.point, 3812) AS point
        FROM schools_offering o
        JOIN schools_programme_sectors ps ON ps.programme_id = o.programme_id
        JOIN schools_campus c ON c.id = o.campus_id
        JOIN schools_school s ON s.id = c.school_id
        WHERE ps.sector_id = %(sector)s AND o.school_year_id = %(year)s
            AND o.status = ANY(%(active)s) AND c.point IS NOT NULL
            AND c.municipality_id IS NOT NULL
            AND c.closed_on IS NULL AND s.closed_on IS NULL
    ), judged AS (
        SELECT o.*, EXISTS (
            SELECT FROM companies_recognition r
            JOIN companies_establishment e ON e.id = r.establishment_id
            JOIN companies_company k ON k.id = e.company_id
            WHERE r.programme_id = o.programme_id AND r.status = 'recognised'
                AND ST_DWithin(r.point, o.point, %(reach)s)
                AND r.valid_from <= %(today)s AND r.valid_until >= %(today)s
                AND e.stopped_on IS NULL AND k.stopped_on IS NULL
        ) AS reached
        FROM offers o
    )
    SELECT m.name, p.name, ST_X(m.point), ST_Y(m.point), count(*),
        count(*) FILTER (WHERE NOT reached),
        COALESCE(sum(pupils) FILTER (WHERE NOT reached), 0),
        array_agg(DISTINCT g.title ORDER BY g.title) FILTER (WHERE NOT reached)
    FROM judged j
    JOIN geo_municipality m ON m.id = j.municipality_id
    JOIN geo_province p ON p.id = m.province_id
    JOIN schools_programme g ON g.id = j.programme_id
    GROUP BY m.id, p.id
    HAVING count(*) FILTER (WHERE NOT reached) > 0
    ORDER BY 6 DESC, m.name, m.id
"""


@dataclass(frozen=True)
class Spot:
    """A municipality with what is out of reach there.

    Of companies: recognitions, and their establishments. Of schools: offerings, and their pupils.
    """

    municipality: str
    province: str
    longitude: float | None
    latitude: float | None
    total: int
    unreached: int
    weight: int
    programmes: list[str]


@dataclass(frozen=True)
class WhiteSpots:
    companies: list[Spot]
    schools: list[Spot]


def white_spots(
    sector: Sector, school_year: SchoolYear, today: date, reach_km: float = REACH_KM
) -> WhiteSpots:
    """The white spots of a sector, the largest first. Four statements."""
    params = {
        "sector": sector.pk,
        "fallback": sector.is_fallback,
        "year": school_year.pk,
        "active": [status.value for status in OfferingStatus.active()],
        "today": today,
        "reach": reach_km * 1000,
    }
    return WhiteSpots(_ask(_COMPANIES, params), _ask(_SCHOOLS, params))


def _ask(query: str, params: dict[str, Any]) -> list[Spot]:
    with transaction.atomic(), connection.cursor() as cursor:
        # Compiling the query takes four times as long as running it.
        cursor.execute("SET LOCAL jit = off")
        cursor.execute(query, params)
        return [Spot(*row) for row in cursor.fetchall()]


#: Dots on the map, at most: the largest.
MOST_DOTS = 100


def map_data(found: WhiteSpots) -> dict[str, Any]:
    """The map (js/map.js): companies out of reach as dots by their rank, schools as rings."""
    most = max((spot.unreached for spot in found.companies), default=1)
    return {
        "dots": [
            [
                spot.longitude,
                spot.latitude,
                rank,
                1 + min(4, int(5 * spot.unreached / (most + 1))),
                f"{spot.municipality} ({spot.unreached})",
            ]
            for rank, spot in enumerate(found.companies[:MOST_DOTS], 1)
            if spot.longitude is not None
        ],
        "rivals": [
            [spot.longitude, spot.latitude, f"{spot.municipality} ({spot.unreached})"]
            for spot in found.schools
            if spot.longitude is not None
        ],
        "page": 1,
        "perPage": 25,
    }


HEADS = (
    _("what is out of reach"),
    _("municipality"),
    _("province"),
    _("out of reach"),
    _("of"),
    _("establishments or pupils"),
    _("programmes"),
)


def cells(found: WhiteSpots) -> list[list[Any]]:
    """The white spots as rows for a spreadsheet, under `HEADS`."""
    both = ((_("companies"), found.companies), (_("offerings"), found.schools))
    return [
        [
            str(kind),
            spot.municipality,
            spot.province,
            spot.unreached,
            spot.total,
            spot.weight,
            ", ".join(spot.programmes),
        ]
        for kind, spots in both
        for spot in spots
    ]
