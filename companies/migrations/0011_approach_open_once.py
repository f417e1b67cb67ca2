from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("companies", "0010_approaches_once")]

    operations = [
        migrations.AddConstraint(
            model_name="approach",
            constraint=models.UniqueConstraint(
                condition=models.Q(("status__in", ("planned", "sent", "answered", "interview"))),
                fields=("campus", "establishment", "programme"),
                name="approach_open_once",
                violation_error_message="This establishment is being approached for this programme already.",
            ),
        ),
    ]
