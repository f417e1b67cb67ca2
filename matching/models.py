"""What the engine itself keeps: which programmes' data changed."""

from __future__ import annotations

from django.db import models
from django.db.models import Max
from django.db.models.functions import Now

from schools.models import Programme


class ChangeManager(models.Manager["Change"]):
    def stamp(self) -> str:
        """A text that differs whenever committed data that a ranking depends on differs.

        The number of rows is part of it: a transaction that commits late may have taken a lower
        number than one that was seen already.
        """
        found = self.aggregate(last=Max("pk"), n=models.Count("pk"))
        return f"{found['last'] or 0}-{found['n']}"


class Change(models.Model):
    """A statement changed what the engine computes for a programme; triggers write these rows.

    Without a programme, every programme is concerned. Rows become visible when the change does,
    and nobody waits for another's: that is why this is a list and not a counter.
    """

    programme = models.ForeignKey(
        Programme, on_delete=models.CASCADE, null=True, related_name="+", db_constraint=False
    )
    at = models.DateTimeField(db_default=Now())

    objects = ChangeManager()

    def __str__(self) -> str:
        return f"{self.pk}"
