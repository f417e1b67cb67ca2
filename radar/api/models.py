"""What the API itself keeps: the feed of changes."""

from __future__ import annotations

from django.db import models
from django.db.models import Func
from django.db.models.functions import Cast


class FeedEntry(models.Model):
    """A statement created, changed or deleted the item with this key; triggers write these rows.

    An entry says that something happened to a key, not what: whoever reads the feed is given the
    item as it is by then. Ordered by transaction, so that nothing settled comes in between later
    (docs/adr/0008-change-feed.md).
    """

    class Kind(models.TextChoices):
        CREATED = "created"
        CHANGED = "changed"
        DELETED = "deleted"

    transaction = models.BigIntegerField(
        db_default=Cast(
            Cast(Func(function="pg_current_xact_id"), models.TextField()), models.BigIntegerField()
        )
    )
    resource = models.CharField(max_length=20)
    key = models.CharField(max_length=40)
    kind = models.CharField(max_length=7, choices=Kind)
    at = models.DateTimeField(db_default=Func(function="clock_timestamp"))

    class Meta:
        indexes = (
            models.Index(fields=("resource", "transaction", "id"), name="feed_position"),
            models.Index(fields=("at",), name="feed_age"),
        )

    def __str__(self) -> str:
        return f"{self.resource}/{self.key} {self.kind}"


class IdempotentCall(models.Model):
    """A call that a client made under a key of its own, and what we answered."""

    caller = models.CharField(max_length=255)
    key = models.CharField(max_length=100)
    fingerprint = models.CharField(max_length=64)
    status = models.PositiveSmallIntegerField(default=0)
    body = models.JSONField(default=dict)
    headers = models.JSONField(default=dict)
    at = models.DateTimeField(auto_now_add=True, db_index=True)

    class Meta:
        constraints = (
            models.UniqueConstraint(fields=("caller", "key"), name="idempotent_call_unique"),
        )

    def __str__(self) -> str:
        return f"{self.caller} {self.key}"
