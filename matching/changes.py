"""Which programmes' data changed: what the engine reads anew, and what it computes anew."""

from __future__ import annotations

from datetime import timedelta

from django.db import models
from django.db.models import Max, Q
from django.db.models.functions import Now
from django.utils import timezone

from matching.refreshes import RadarRefresh, RefreshStatus
from schools.models import Programme

#: Changes that a refresh took into account are kept this long.
KEPT = timedelta(days=2)


class ChangeQuerySet(models.QuerySet["Change"]):
    def stamp(self) -> str:
        """A text that differs whenever committed data that a ranking depends on differs.

        The number of rows is part of it: a transaction that commits late may have taken a lower
        number than one that was seen already.
        """
        found = self.aggregate(last=Max("pk"), n=models.Count("pk"))
        return f"{found['last'] or 0}-{found['n']}"

    def pending(self) -> ChangeQuerySet:
        """Changes that no refresh took into account, or only one that came to nothing."""
        lost = (RefreshStatus.FAILED, RefreshStatus.ABANDONED)
        return self.filter(Q(refresh__isnull=True) | Q(refresh__status__in=lost))

    def prune(self) -> int:
        """Delete what was taken into account a while ago; the last change stays, for the stamp."""
        last = self.aggregate(last=Max("pk"))["last"] or 0
        old = self.filter(
            pk__lt=last, at__lt=timezone.now() - KEPT, refresh__status=RefreshStatus.DONE
        )
        return old.delete()[0]


class Change(models.Model):
    """A statement changed what the engine computes for a programme; triggers write these rows.

    Without a programme, every programme is concerned. Rows become visible when the change does,
    and nobody waits for another's: that is why this is a list and not a counter. `refresh` is the
    refresh of the stored radar that read the data after the change.
    """

    programme = models.ForeignKey(
        Programme, on_delete=models.CASCADE, null=True, related_name="+", db_constraint=False
    )
    at = models.DateTimeField(db_default=Now())
    refresh = models.ForeignKey(
        RadarRefresh, on_delete=models.CASCADE, null=True, related_name="changes"
    )

    objects = ChangeQuerySet.as_manager()

    def __str__(self) -> str:
        return f"{self.pk}"
