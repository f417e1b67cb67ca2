"""The audit log: who changed and who saw personal data.

Changes are noted by django-auditlog for every model that its app registers with `watch`; bulk
writes (imports) are not, they have a history of their own. That somebody saw personal data is
noted by the page that shows it, with `seen`.
"""

from __future__ import annotations

from collections.abc import Iterable

from auditlog.models import LogEntry
from auditlog.registry import auditlog
from django.contrib.contenttypes.models import ContentType
from django.db import models
from django.dispatch import receiver

from accounts.models import User
from radar.api.disclosure import personal_data_read


def watch(model: type[models.Model], *fields: str, masked: Iterable[str] = ()) -> None:
    """Note changes of a model: of all fields, or of those named; masked ones without values."""
    auditlog.register(model, include_fields=list(fields), mask_fields=list(masked))


def seen(user: User, records: Iterable[models.Model], where: str) -> None:
    """Note that a user saw the personal data in these records, on a page called `where`.

    One statement, whatever their number; none when there are no records.
    """
    kind_of = ContentType.objects.get_for_model
    LogEntry.objects.bulk_create(
        LogEntry(
            content_type=kind_of(record),
            object_pk=str(record.pk),
            object_id=record.pk,
            object_repr=str(record)[:200],
            action=LogEntry.Action.ACCESS,
            actor=user,
            actor_email=user.email,
            additional_data={"where": where},
        )
        for record in records
    )


def forget(model: type[models.Model], pk: int, name: str) -> None:
    """Take the person out of what the log says of her record, now called `name`.

    Who changed or saw it, and when, stays.
    """
    kind = ContentType.objects.get_for_model(model)
    LogEntry.objects.filter(content_type=kind, object_id=pk).update(object_repr=name, changes=None)


@receiver(personal_data_read)
def seen_by_client(sender: type[models.Model], client_id: str, asked: str, **_: object) -> None:
    """Note that an API client read personal data of a kind: what it asked, not each record."""
    LogEntry.objects.create(
        content_type=ContentType.objects.get_for_model(sender),
        object_pk="",
        object_repr=str(sender._meta.verbose_name_plural),
        action=LogEntry.Action.ACCESS,
        additional_data={"client": client_id, "asked": asked},
    )
