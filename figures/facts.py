"""Writing the facts of a cube: one statement per kind, in the transaction of the refresh."""

from __future__ import annotations

from datetime import date
from typing import Any

import numpy as np
from django.db import connection
from django.db.models import QuerySet

from companies.models import Recognition, RecognitionStatus
from figures.models import Cube
from matching.opportunities import radar_policy_in_force
from matching.region import load_region
from schools.models import OfferingStatus, SchoolType, SchoolYear
from schools.school_years import school_year_starting

#: Read by all statements below: places as they are called today, programmes with what follows from
#: them, who was offered what, and the agreements that count.
COMMON = """
DROP TABLE IF EXISTS place, subject, follows, followed, agreed;
CREATE TEMPORARY TABLE place ON COMMIT DROP AS
WITH RECURSIVE becomes (id, today) AS (
    SELECT id, id FROM geo_municipality WHERE merged_into_id IS NULL
    UNION ALL
    SELECT m.id, b.today FROM geo_municipality m JOIN becomes b ON m.merged_into_id = b.id
)
SELECT b.id, m.nis_code AS municipality, p.code AS province
FROM becomes b
JOIN geo_municipality m ON m.id = b.today
JOIN geo_province p ON p.id = m.province_id;

CREATE TEMPORARY TABLE subject ON COMMIT DROP AS
SELECT p.id, p.number::text AS programme, p.grade::text AS grade, p.finality,
    p.education_form, p.valid_from, p.valid_until,
    COALESCE(
        (SELECT string_agg(s.slug, '+' ORDER BY s.slug)
         FROM schools_programme_sectors ps JOIN schools_sector s ON s.id = ps.sector_id
         WHERE ps.programme_id = p.id), ''
    ) AS sector
FROM schools_programme p;

-- A programme and what it is or follows: (itself, itself) and (new, old).
CREATE TEMPORARY TABLE follows ON COMMIT DROP AS
SELECT id AS programme, id AS before FROM schools_programme
UNION SELECT to_programme_id, from_programme_id FROM schools_programme_successors;

CREATE TEMPORARY TABLE followed ON COMMIT DROP AS
SELECT campus_id AS campus, programme_id AS programme, school_year_id AS school_year
FROM schools_offering WHERE status = ANY(%(active)s);
CREATE INDEX ON followed (campus, school_year, programme);

CREATE TEMPORARY TABLE agreed ON COMMIT DROP AS
SELECT a.campus_id AS campus, r.programme_id AS programme, w.school_year_id AS school_year,
    w.recognition_id AS recognition, a.pupil_reference AS pupil, a.starts_on
FROM companies_agreement a
JOIN companies_workplace w ON w.id = a.workplace_id
JOIN companies_recognition r ON r.id = w.recognition_id
WHERE a.status <> 'ended_early';
CREATE INDEX ON agreed (recognition);
ANALYZE place, subject, follows, followed, agreed;
"""

#: `%(policy)s` is the fingerprint of the radar's policy.
OFFERINGS = """
WITH years AS (
    SELECT MIN(school_year_id) AS first, MAX(school_year_id) AS last FROM schools_offering
),
listed AS (
    SELECT campus_id AS campus, programme_id AS programme, school_year_id AS school_year, status,
        pupils, status = ANY(%(active)s) AS is_active,
        EXISTS (
            SELECT 1 FROM followed f JOIN follows l ON l.before = f.programme
            WHERE f.campus = o.campus_id AND l.programme = o.programme_id
            AND f.school_year = o.school_year_id - 1
        ) AS was_active
    FROM schools_offering o
    UNION ALL
    -- There the year before, and this year not even mentioned, nor what followed it.
    SELECT f.campus, f.programme, f.school_year + 1, 'stopped', NULL, FALSE, TRUE
    FROM followed f, years
    WHERE f.school_year < years.last
    AND NOT EXISTS (
        SELECT 1 FROM schools_offering o JOIN follows l ON l.programme = o.programme_id
        WHERE o.campus_id = f.campus AND l.before = f.programme
        AND o.school_year_id = f.school_year + 1
    )
),
placed AS (
    SELECT campus, programme, school_year, COUNT(DISTINCT pupil) AS n
    FROM agreed GROUP BY campus, programme, school_year
),
looking AS (
    SELECT campus_id AS campus, programme_id AS programme, school_year_id AS school_year,
        COUNT(*) FILTER (WHERE status = 'open') AS n
    FROM placement_pupilrequest GROUP BY 1, 2, 3
),
radar AS (
    SELECT f.campus_id AS campus, s.programme_id AS programme, s.school_year_id AS school_year,
        f.per_pupil_low, f.per_pupil_high, f.places_high
    FROM matching_radarfigure f
    JOIN matching_radarsheet s ON s.id = f.sheet_id
    JOIN matching_radarrefresh r ON r.id = s.refresh_id
    WHERE s.is_current AND r.policy = %(policy)s AND f.offered
)
INSERT INTO figures_offeringfact (
    cube_id, school_year, province, municipality, sector, grade, education_form, finality,
    programme, network, campus, school, status, is_active, change, pupils, to_place,
    per_pupil_low, per_pupil_high, places_in_reach, point
)
SELECT %(cube)s, o.school_year, COALESCE(place.province, ''), COALESCE(place.municipality, ''),
    subject.sector, subject.grade,
    CASE s.type WHEN %(syntra)s THEN 'Syntra' WHEN %(buso)s THEN 'BuSO'
        ELSE subject.education_form END,
    subject.finality, subject.programme, s.network, c.id, s.id, o.status, o.is_active,
    CASE
        WHEN o.school_year = years.first THEN ''
        WHEN o.is_active AND o.was_active THEN 'continued'
        WHEN o.is_active THEN 'new'
        WHEN o.was_active THEN 'stopped'
        ELSE ''
    END,
    CASE WHEN o.is_active THEN o.pupils END,
    CASE
        WHEN NOT o.is_active THEN NULL
        WHEN looking.n IS NOT NULL THEN looking.n
        WHEN o.pupils IS NOT NULL THEN GREATEST(o.pupils - COALESCE(placed.n, 0), 0)
    END,
    radar.per_pupil_low, radar.per_pupil_high, radar.places_high, c.point
FROM listed o
CROSS JOIN years
JOIN schools_campus c ON c.id = o.campus
JOIN schools_school s ON s.id = c.school_id
JOIN subject ON subject.id = o.programme
LEFT JOIN place ON place.id = c.municipality_id
LEFT JOIN placed ON placed.campus = o.campus AND placed.programme = o.programme
    AND placed.school_year = o.school_year
LEFT JOIN looking ON looking.campus = o.campus AND looking.programme = o.programme
    AND looking.school_year = o.school_year
LEFT JOIN radar ON o.is_active AND radar.campus = o.campus AND radar.programme = o.programme
    AND radar.school_year = o.school_year
"""

#: `{usable}` is a query of recognitions (`id`), `lonely` holds (recognition, is_lonely).
SUPPLY = """
INSERT INTO figures_supplyfact (
    cube_id, school_year, province, municipality, sector, grade, education_form, finality,
    programme, recognition, establishment, company, offered, taken, pupils, is_lonely, point
)
SELECT %s, %s, COALESCE(place.province, ''), COALESCE(place.municipality, ''), subject.sector,
    subject.grade, subject.education_form, subject.finality, subject.programme, r.id, e.id,
    e.company_id, w.places_offered, COALESCE(w.places_taken, 0), COALESCE(training.n, 0),
    lonely.is_lonely, e.point
FROM companies_recognition r
JOIN companies_establishment e ON e.id = r.establishment_id
JOIN subject ON subject.id = r.programme_id
LEFT JOIN place ON place.id = e.municipality_id
LEFT JOIN companies_workplace w ON w.recognition_id = r.id AND w.school_year_id = %s
LEFT JOIN (
    SELECT recognition, COUNT(DISTINCT pupil) AS n FROM agreed WHERE school_year = %s
    GROUP BY recognition
) training ON training.recognition = r.id
LEFT JOIN lonely ON lonely.recognition = r.id
WHERE r.id IN ({usable})
"""

LONELY = """
DROP TABLE IF EXISTS lonely;
CREATE TEMPORARY TABLE lonely (recognition bigint PRIMARY KEY, is_lonely boolean) ON COMMIT DROP
"""

#: Per school year, province and programme that existed at its start. The order of the reasons is
#: that of `figures.gaps`: what happened this year goes before what happened once.
GAPS = """
WITH known AS (
    SELECT school_year, province, programme,
        bool_or(is_active AND (pupils > 0 OR pupils IS NULL)) AS is_followed,
        bool_or(is_active OR (status = 'stopped')) AS had_no_pupils,
        bool_or(status = 'refused') AS is_refused,
        bool_or(status = 'requested') AS is_requested
    FROM figures_offeringfact WHERE cube_id = %(cube)s
    GROUP BY school_year, province, programme
),
cells AS (
    SELECT y.school_year, p.province, subject.*, k.is_followed, k.had_no_pupils, k.is_refused,
        k.is_requested, bool_or(k.is_followed) OVER earlier AS was_followed,
        bool_or(k.is_refused) OVER earlier AS was_refused
    FROM (SELECT DISTINCT school_year FROM known) y
    CROSS JOIN (SELECT code AS province FROM geo_province) p
    CROSS JOIN subject
    LEFT JOIN known k ON k.school_year = y.school_year AND k.province = p.province
        AND k.programme = subject.programme
    WINDOW earlier AS (
        PARTITION BY p.province, subject.id ORDER BY y.school_year
        ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING
    )
),
advised AS (
    SELECT s.school_year_id AS school_year, s.programme_id AS programme, place.province,
        COUNT(*) AS n
    FROM matching_radarfigure f
    JOIN matching_radarsheet s ON s.id = f.sheet_id
    JOIN matching_radarrefresh r ON r.id = s.refresh_id
    JOIN schools_campus c ON c.id = f.campus_id
    JOIN place ON place.id = c.municipality_id
    WHERE s.is_current AND r.policy = %(policy)s AND f.advice = 'open'
    GROUP BY s.school_year_id, s.programme_id, place.province
),
served AS (
    SELECT DISTINCT s.school_year_id AS school_year
    FROM matching_radarsheet s JOIN matching_radarrefresh r ON r.id = s.refresh_id
    WHERE s.is_current AND r.policy = %(policy)s
)
INSERT INTO figures_gapfact (
    cube_id, school_year, province, municipality, sector, grade, education_form, finality,
    programme, reason, could_open
)
SELECT %(cube)s, c.school_year, c.province, '', c.sector, c.grade, c.education_form, c.finality,
    c.programme,
    CASE
        WHEN c.is_followed THEN ''
        WHEN c.is_requested THEN 'pending'
        WHEN c.had_no_pupils THEN 'no_pupils'
        WHEN c.is_refused THEN 'refused'
        WHEN c.was_followed THEN 'stopped'
        WHEN c.was_refused THEN 'refused'
        ELSE 'never_requested'
    END,
    CASE WHEN served.school_year IS NOT NULL THEN COALESCE(advised.n, 0) END
FROM cells c
LEFT JOIN served ON served.school_year = c.school_year
LEFT JOIN advised ON advised.school_year = c.school_year AND advised.programme = c.id
    AND advised.province = c.province
WHERE (c.valid_from IS NULL OR c.valid_from <= make_date(c.school_year, 9, 1))
AND (c.valid_until IS NULL OR c.valid_until >= make_date(c.school_year, 9, 1))
"""

TERMS = """
WITH terms AS (
    SELECT r.*, NOT EXISTS (
            SELECT 1 FROM companies_recognition b
            WHERE b.establishment_id = r.establishment_id AND b.programme_id = r.programme_id
            AND b.valid_from < r.valid_from
        ) AS is_first,
        EXISTS (
            SELECT 1 FROM companies_recognition n
            WHERE n.establishment_id = r.establishment_id AND n.programme_id = r.programme_id
            AND n.status IN ('recognised', 'expired') AND n.valid_from > r.valid_from
        ) AS is_renewed,
        (SELECT MIN(starts_on) FROM agreed WHERE agreed.recognition = r.id) - r.valid_from AS days
    FROM companies_recognition r
    WHERE r.valid_from IS NOT NULL AND r.status IN ('recognised', 'expired', 'lifted')
),
told AS (
    SELECT t.*, TRUE AS has_begun, valid_from AS at FROM terms t WHERE is_first
    UNION ALL
    SELECT t.*, FALSE, valid_until FROM terms t
    WHERE status <> 'lifted' AND valid_until < %(today)s
)
INSERT INTO figures_termfact (
    cube_id, school_year, province, municipality, sector, grade, education_form, finality,
    programme, recognition, has_begun, days, is_renewed
)
SELECT %(cube)s, EXTRACT(YEAR FROM t.at - INTERVAL '8 months'), COALESCE(place.province, ''),
    COALESCE(place.municipality, ''), subject.sector, subject.grade, subject.education_form,
    subject.finality, subject.programme, t.id, t.has_begun,
    CASE WHEN t.has_begun AND t.days IS NOT NULL THEN GREATEST(t.days, 0) END, t.is_renewed
FROM told t
JOIN companies_establishment e ON e.id = t.establishment_id
JOIN subject ON subject.id = t.programme_id
LEFT JOIN place ON place.id = e.municipality_id
"""

CONTACTS = """
INSERT INTO figures_contactfact (
    cube_id, school_year, province, municipality, sector, grade, education_form, finality,
    programme, is_answered, has_agreed, days
)
SELECT %(cube)s, EXTRACT(YEAR FROM a.sent_on - INTERVAL '8 months'), COALESCE(place.province, ''),
    COALESCE(place.municipality, ''), subject.sector, subject.grade, subject.education_form,
    subject.finality, subject.programme, a.answered_on IS NOT NULL, a.status = 'agreed',
    a.answered_on - a.sent_on
FROM companies_approach a
JOIN companies_establishment e ON e.id = a.establishment_id
JOIN subject ON subject.id = a.programme_id
LEFT JOIN place ON place.id = e.municipality_id
WHERE a.sent_on IS NOT NULL AND a.status <> 'withdrawn'
"""


#: Only once all vacancies were read: before that, some would pass for all.
VACANCIES = """
INSERT INTO figures_vacancyfact (
    cube_id, school_year, province, municipality, sector, grade, education_form, finality,
    programme, vacancy, point
)
SELECT %(cube)s, %(this_year)s, COALESCE(place.province, ''), COALESCE(place.municipality, ''),
    subject.sector, subject.grade, subject.education_form, subject.finality, subject.programme,
    v.id, m.point
FROM vacancies_vacancy v
JOIN (SELECT DISTINCT code, programme_id FROM vacancies_occupationlink) l ON l.code = v.code
JOIN subject ON subject.id = l.programme_id
LEFT JOIN place ON place.id = v.municipality_id
LEFT JOIN geo_municipality m ON m.id = v.municipality_id
WHERE EXISTS (SELECT 1 FROM vacancies_vacancysync WHERE read_until IS NOT NULL)
"""


def fill(cube: Cube) -> None:
    """Write every fact of an empty cube. Must run inside a transaction, which drops the rest."""
    values = {
        "cube": cube.pk,
        "today": cube.day,
        "active": [str(status) for status in OfferingStatus.active()],
        "policy": radar_policy_in_force().fingerprint,
        "syntra": SchoolType.SYNTRA.value,
        "buso": SchoolType.BUSO.value,
        "this_year": school_year_starting(cube.day),
    }
    _run(COMMON, values)
    _run(OFFERINGS, values)
    _supply(cube)
    for statement in (GAPS, TERMS, CONTACTS, VACANCIES):
        _run(statement, values)


def _run(statement: str, values: dict[str, Any]) -> None:
    with connection.cursor() as cursor:
        # One by one, so that each may have parameters.
        for part in statement.split(";\n"):
            cursor.execute(part, values if "%(" in part else None)


def _supply(cube: Cube) -> None:
    for year in SchoolYear.objects.order_by("starts_in"):
        _write_lonely(year, cube.day)
        usable, parameters = _usable(year, cube.day).values("pk").query.sql_with_params()
        with connection.cursor() as cursor:
            cursor.execute(
                SUPPLY.replace("{usable}", usable),
                [cube.pk, year.pk, year.pk, year.pk, *parameters],
            )


def _usable(year: SchoolYear, today: date) -> QuerySet[Recognition]:
    """Recognitions that count in a school year.

    In this one and the next, those under which a pupil can train in what is left of it, as the
    radar has them; in a year that is over, those that were in force on a day of it.
    """
    if not year.has_ended(today):
        return Recognition.objects.usable_in(year, today).order_by()
    return Recognition.objects.filter(
        status__in=(
            RecognitionStatus.RECOGNISED,
            RecognitionStatus.EXPIRED,
            RecognitionStatus.LIFTED,
        ),
        valid_from__lte=year.end,
        valid_until__gte=year.start,
        establishment__municipality__isnull=False,
    ).order_by()


def _write_lonely(year: SchoolYear, today: date) -> None:
    """Which recognitions no campus within the radar's reach offers a programme for."""
    # 30 MB that only the worker needs, and no web process.
    from scipy.spatial import cKDTree

    _run(LONELY, {})
    if year.has_ended(today):
        return
    region = load_region(year, today)
    reach = radar_policy_in_force().decay.catchment
    is_lonely = np.ones(len(region.recognition_ids), dtype=bool)
    for programme in np.unique(region.offered_programme):
        homes = region.campuses[region.campus[region.offered_programme == programme]]
        rows = np.flatnonzero(region.programme == programme)
        metres, _ = cKDTree(homes).query(region.establishments[region.at[rows]])
        is_lonely[rows] = metres > reach
    with (
        connection.connection.cursor() as cursor,
        cursor.copy("COPY lonely (recognition, is_lonely) FROM STDIN") as copy,
    ):
        for row in zip(region.recognition_ids.tolist(), is_lonely.tolist(), strict=True):
            copy.write_row(row)
