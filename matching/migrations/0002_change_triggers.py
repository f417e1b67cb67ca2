"""Triggers that note in `matching_change` which programmes a statement concerns.

They are statement-level, with transition tables: one note per programme and statement, however many
rows. PostgreSQL wants one trigger for each kind of statement then.
"""

from django.db import migrations

#: Per table, the programmes that its changed rows (`changed`) concern.
CONCERNS = {
    "companies_recognition": "SELECT DISTINCT programme_id FROM changed",
    "companies_workplace": """
        SELECT DISTINCT r.programme_id
        FROM changed c JOIN companies_recognition r ON r.id = c.recognition_id""",
    "schools_offering": "SELECT DISTINCT programme_id FROM changed",
    "companies_establishment": """
        SELECT DISTINCT r.programme_id
        FROM changed c JOIN companies_recognition r ON r.establishment_id = c.id""",
    "companies_company": """
        SELECT DISTINCT r.programme_id
        FROM changed c
        JOIN companies_establishment e ON e.company_id = c.id
        JOIN companies_recognition r ON r.establishment_id = e.id""",
    "companies_exclusion": """
        SELECT DISTINCT r.programme_id
        FROM changed c
        JOIN companies_establishment e ON e.id = c.establishment_id OR e.company_id = c.company_id
        JOIN companies_recognition r ON r.establishment_id = e.id""",
    "schools_campus": "SELECT NULL::bigint FROM changed LIMIT 1",
}
ROWS = {
    "INSERT": ("NEW TABLE AS new_rows", "SELECT * FROM new_rows"),
    "DELETE": ("OLD TABLE AS old_rows", "SELECT * FROM old_rows"),
    "UPDATE": (
        "OLD TABLE AS old_rows NEW TABLE AS new_rows",
        "SELECT * FROM old_rows UNION ALL SELECT * FROM new_rows",
    ),
}


def install(table: str, event: str) -> tuple[str, str]:
    """The SQL that installs one trigger, and the SQL that takes it away."""
    name = f"{table}_change_{event.lower()}"
    transition, rows = ROWS[event]
    return (
        f"""
        CREATE FUNCTION {name}() RETURNS trigger LANGUAGE plpgsql AS $$
        BEGIN
            INSERT INTO matching_change (programme_id)
            WITH changed AS ({rows}) {CONCERNS[table]};
            RETURN NULL;
        END $$;
        CREATE TRIGGER {name} AFTER {event} ON {table}
        REFERENCING {transition} FOR EACH STATEMENT EXECUTE FUNCTION {name}();
        """,
        f"DROP TRIGGER {name} ON {table}; DROP FUNCTION {name}();",
    )


class Migration(migrations.Migration):
    dependencies = [
        ("matching", "0001_initial"),
        ("companies", "0001_initial"),
        ("schools", "0001_initial"),
    ]

    operations = [migrations.RunSQL(*install(table, event)) for table in CONCERNS for event in ROWS]
