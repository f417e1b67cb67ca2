"""The accounts that exist were made by an administrator, who knew whose address it is."""

from django.conf import settings
from django.db import migrations


def confirm(apps, schema_editor):
    User = apps.get_model("accounts", "User")
    EmailAddress = apps.get_model("account", "EmailAddress")
    EmailAddress.objects.bulk_create(
        (
            EmailAddress(user=user, email=user.email.lower(), verified=True, primary=True)
            for user in User.objects.filter(emailaddress__isnull=True).iterator()
        ),
        batch_size=1000,
    )


class Migration(migrations.Migration):
    dependencies = [
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
        ("account", "0009_emailaddress_unique_primary_email"),
        ("accounts", "0003_user_language"),
    ]

    operations = [migrations.RunPython(confirm, migrations.RunPython.noop, elidable=True)]
