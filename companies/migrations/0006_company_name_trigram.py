"""Companies are looked for by a part of their name, by anybody."""

from django.contrib.postgres.indexes import GinIndex, OpClass
from django.contrib.postgres.operations import AddIndexConcurrently
from django.db import migrations
from django.db.models.functions import Upper


class Migration(migrations.Migration):
    atomic = False

    dependencies = [
        ("companies", "0005_company_owners"),
    ]

    operations = [
        AddIndexConcurrently(
            model_name="company",
            index=GinIndex(
                OpClass(Upper("name"), name="gin_trgm_ops"), name="company_name_trigram"
            ),
        ),
    ]
