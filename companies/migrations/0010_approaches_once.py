"""Of two open approaches of one campus to one establishment, the older one is withdrawn."""

from django.db import migrations

WITHDRAW = """
    UPDATE companies_approach SET status = 'withdrawn'
    WHERE id IN (
        SELECT id FROM (
            SELECT id, row_number() OVER (
                PARTITION BY campus_id, establishment_id, programme_id
                ORDER BY sent_on DESC NULLS LAST, id DESC
            ) AS nth
            FROM companies_approach
            WHERE status IN ('planned', 'sent', 'answered', 'interview')
        ) AS found
        WHERE nth > 1
    )
"""


class Migration(migrations.Migration):
    dependencies = [("companies", "0009_approach_steps")]

    operations = [migrations.RunSQL(WITHDRAW, migrations.RunSQL.noop)]
