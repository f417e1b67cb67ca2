"""Triggers that write an entry of the change feed for each item that a statement touches.

They are statement-level, with transition tables. An update counts where a row differs, and where
what another resource says of the row differs: its key, mostly.
"""

from django.db import migrations

#: Per table: the resource and the key of a row `r` of it.
KEYS = {
    "schools_school": ("schools", "r.number"),
    "schools_campus": (
        "campuses",
        "(SELECT s.number FROM schools_school s WHERE s.id = r.school_id) || '-' || r.site_number",
    ),
    "schools_offering": ("offerings", "r.id::text"),
    "companies_company": ("companies", "r.enterprise_number"),
    "companies_establishment": ("establishments", "r.unit_number"),
    "companies_recognition": ("recognitions", "r.id::text"),
    "companies_workplace": ("workplaces", "r.id::text"),
}
CAMPUS = "s.number || '-' || c.site_number"
#: Per table: the columns that others tell of, and the keys of those others.
TOLD = {
    "schools_school": [
        # The number is part of a campus's key: the old one is gone, the new one is new.
        (
            "number",
            "campuses",
            "SELECT o.number || '-' || c.site_number AS key FROM schools_campus c WHERE c.school_id = n.id",
        ),
        (
            "number",
            "campuses",
            "SELECT n.number || '-' || c.site_number AS key FROM schools_campus c WHERE c.school_id = n.id",
        ),
        (
            "number",
            "offerings",
            "SELECT f.id::text AS key FROM schools_offering f JOIN schools_campus c ON c.id = f.campus_id WHERE c.school_id = n.id",
        ),
    ],
    "schools_campus": [
        (
            "school_id, site_number",
            "offerings",
            "SELECT f.id::text AS key FROM schools_offering f WHERE f.campus_id = n.id",
        ),
    ],
    "companies_company": [
        (
            "enterprise_number",
            "establishments",
            "SELECT e.unit_number AS key FROM companies_establishment e WHERE e.company_id = n.id",
        ),
    ],
    "companies_establishment": [
        (
            "unit_number, point",
            "recognitions",
            "SELECT x.id::text AS key FROM companies_recognition x WHERE x.establishment_id = n.id",
        ),
        (
            "point",
            "workplaces",
            "SELECT w.id::text AS key FROM companies_workplace w JOIN companies_recognition x ON x.id = w.recognition_id WHERE x.establishment_id = n.id",
        ),
    ],
    "companies_recognition": [
        (
            "establishment_id",
            "workplaces",
            "SELECT w.id::text AS key FROM companies_workplace w WHERE w.recognition_id = n.id",
        ),
    ],
    "schools_programme": [
        (
            "number",
            "offerings",
            "SELECT f.id::text AS key FROM schools_offering f WHERE f.programme_id = n.id",
        ),
        (
            "number",
            "recognitions",
            "SELECT x.id::text AS key FROM companies_recognition x WHERE x.programme_id = n.id",
        ),
    ],
    "schools_sector": [
        (
            "slug",
            "companies",
            "SELECT c.enterprise_number AS key FROM companies_company c WHERE c.sector_id = n.id",
        ),
        (
            "slug",
            "recognitions",
            "SELECT x.id::text AS key FROM companies_recognition x WHERE x.sector_id = n.id",
        ),
    ],
    "geo_municipality": [
        (
            "nis_code",
            "campuses",
            f"SELECT {CAMPUS} AS key FROM schools_campus c JOIN schools_school s ON s.id = c.school_id WHERE c.municipality_id = n.id",
        ),
        (
            "nis_code",
            "establishments",
            "SELECT e.unit_number AS key FROM companies_establishment e WHERE e.municipality_id = n.id",
        ),
    ],
}
TRANSITION = {
    "INSERT": "NEW TABLE AS new_rows",
    "DELETE": "OLD TABLE AS old_rows",
    "UPDATE": "OLD TABLE AS old_rows NEW TABLE AS new_rows",
}
KINDS = {"INSERT": "created", "UPDATE": "changed", "DELETE": "deleted"}


def touched(table: str, event: str) -> list[str]:
    """The queries of (resource, key) that the rows of a statement touch."""
    pairs = "old_rows o JOIN new_rows n ON n.id = o.id"
    found = []
    if table in KEYS:
        resource, key = KEYS[table]
        rows = {
            "INSERT": ["SELECT * FROM new_rows"],
            "DELETE": ["SELECT * FROM old_rows"],
            "UPDATE": [
                f"SELECT o.* FROM {pairs} WHERE o *<> n",
                f"SELECT n.* FROM {pairs} WHERE o *<> n",
            ],
        }[event]
        found += [f"SELECT '{resource}' AS resource, {key} AS key FROM ({r}) r" for r in rows]
    if event == "UPDATE":
        for columns, resource, keys in TOLD.get(table, []):
            differ = " OR ".join(
                f"o.{column}::text IS DISTINCT FROM n.{column}::text"
                for column in columns.split(", ")
            )
            found.append(
                f"SELECT '{resource}', k.key FROM {pairs} CROSS JOIN LATERAL ({keys}) k WHERE {differ}"
            )
    return found


def install(table: str, event: str) -> tuple[str, str]:
    """The SQL that installs one trigger, and the SQL that takes it away."""
    name = f"{table}_feed_{event.lower()}"
    return (
        f"""
        CREATE FUNCTION {name}() RETURNS trigger LANGUAGE plpgsql AS $$
        BEGIN
            INSERT INTO api_feedentry (resource, key, kind)
            SELECT DISTINCT resource, key, '{KINDS[event]}'
            FROM ({" UNION ALL ".join(touched(table, event))}) t (resource, key)
            WHERE key IS NOT NULL;
            RETURN NULL;
        END $$;
        CREATE TRIGGER {name} AFTER {event} ON {table}
        REFERENCING {TRANSITION[event]} FOR EACH STATEMENT EXECUTE FUNCTION {name}();
        """,
        f"DROP TRIGGER {name} ON {table}; DROP FUNCTION {name}();",
    )


class Migration(migrations.Migration):
    dependencies = [
        ("api", "0001_feed"),
        ("companies", "0002_location_source"),
        ("geo", "0001_initial"),
        ("schools", "0003_campus_closed_on"),
    ]

    operations = [
        migrations.RunSQL(*install(table, event))
        for table in {**KEYS, **TOLD}
        for event in TRANSITION
        if table in KEYS or event == "UPDATE"
    ]
