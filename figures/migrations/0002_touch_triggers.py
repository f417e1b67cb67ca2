"""Triggers that note in `figures_touch` that data changed which only the figures count.

What a ranking depends on is in `matching_change` already; these tables are not. One note per
statement, whatever its rows.
"""

from django.db import migrations

TABLES = (
    "companies_agreement",
    "companies_approach",
    "geo_municipality",
    "geo_province",
    "placement_pupilrequest",
    "schools_programme",
    "schools_programme_sectors",
    "schools_programme_successors",
    "schools_school",
    "schools_sector",
)

FUNCTION = """
CREATE FUNCTION figures_touch() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    INSERT INTO figures_touch DEFAULT VALUES;
    RETURN NULL;
END $$;
"""


def install(table: str) -> migrations.RunSQL:
    """The operation that has a table's statements noted."""
    return migrations.RunSQL(
        f"CREATE TRIGGER {table}_figures AFTER INSERT OR UPDATE OR DELETE OR TRUNCATE ON {table} "
        "FOR EACH STATEMENT EXECUTE FUNCTION figures_touch();",
        f"DROP TRIGGER {table}_figures ON {table};",
    )


class Migration(migrations.Migration):
    dependencies = [
        ("figures", "0001_cube"),
        ("companies", "0001_initial"),
        ("geo", "0001_initial"),
        ("placement", "0001_pupil_requests"),
        ("schools", "0001_initial"),
    ]

    operations = [
        migrations.RunSQL(FUNCTION, "DROP FUNCTION figures_touch();"),
        *map(install, TABLES),
    ]
