"""The audit log: who changed and who saw personal data.

Changes are noted by django-auditlog for every model that its app registers with `watch`; bulk
writes (imports) are not, they have a history of their own. That somebody saw personal data is
noted by the page that shows it, with `seen`.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from auditlog.models import LogEntry
from auditlog.registry import auditlog
from django.contrib.contenttypes.models import ContentType
from django.db import models

from accounts.models import User


def watch(model: type[models.Model], *fields: str, masked: Iterable[str] = ()) -> None:
    """Note changes of a model: of all fields, or of those named; masked ones without values."""
    auditlog.register(model, include_fields=list(fields), mask_fields=list(masked))


def seen(user: User, records: Iterable[models.Model], where: str) -> None:
    """Note that a user saw the personal data in these records, on a page called `where`.

    One statement, whatever their number; records of one model.
    """
    shown = list(records)
    if not shown:
        return
    kind = ContentType.objects.get_for_model(shown[0])
    LogEntry.objects.bulk_create(
        LogEntry(
            content_type=kind,
            object_pk=str(record.pk),
            object_id=record.pk,
            object_repr=str(record)[:200],
            action=LogEntry.Action.ACCESS,
            actor=user,
            actor_email=user.email,
            additional_data={"where": where},
        )
        for record in shown
    )


def seen_by_client(client_id: str, kind: type[models.Model], where: dict[str, Any]) -> None:
    """Note that an API client asked for personal data of a kind: what it asked, not each record."""
    LogEntry.objects.create(
        content_type=ContentType.objects.get_for_model(kind),
        object_pk="",
        object_repr=str(kind._meta.verbose_name_plural),
        action=LogEntry.Action.ACCESS,
        additional_data={"client": client_id, **where},
    )
