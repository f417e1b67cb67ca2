"""What the KBO said last, for updates to change. Unlogged: a crash empties it, a full set fills it."""

from django.db import migrations

TABLES = {
    "extract": "number integer NOT NULL, known_only boolean NOT NULL",
    "enterprise": "number text NOT NULL, status text",
    "establishment": "number text NOT NULL, enterprise text NOT NULL",
    "denomination": "number text NOT NULL, language text, type text, name text NOT NULL",
    "address": (
        "number text NOT NULL, postal_code text, town text, street text, house_number text, box text"
    ),
    "contact": "number text NOT NULL, type text NOT NULL, value text NOT NULL",
    "activity": "number text NOT NULL, version text NOT NULL, code text NOT NULL",
}


class Migration(migrations.Migration):
    dependencies = [
        ("companies", "0003_nace"),
    ]

    operations = [
        migrations.RunSQL(
            f"CREATE UNLOGGED TABLE companies_kbo_{name} ({columns})",
            f"DROP TABLE companies_kbo_{name}",
        )
        for name, columns in TABLES.items()
    ] + [
        migrations.RunSQL(
            f"CREATE INDEX companies_kbo_{name}_number ON companies_kbo_{name} (number)",
            migrations.RunSQL.noop,
        )
        for name in TABLES
        if name != "extract"
    ]
