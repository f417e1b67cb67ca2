"""Travel times as an engine gave them, kept per pair of places: the table behind the chain."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import timedelta

import numpy as np
from django.conf import settings
from django.db import models
from django.db.models import Q
from django.db.models.functions import Now
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from numpy.typing import NDArray

from geo.reach.provider import Answer, Floats, Mode

#: Places are told apart to this part of a degree: about a metre.
PARTS = 100_000


def place_keys(points: Floats) -> NDArray[np.int64]:
    """One number (n,) per point of (n, 2): points within a metre or so share it."""
    east, north = np.rint((points + np.array([180.0, 90.0])) * PARTS).astype(np.int64).T
    return np.asarray(east * (180 * PARTS + 1) + north)


class TravelTimeQuerySet(models.QuerySet["TravelTime"]):
    def between(self, edition: str, mode: Mode, origin: Floats, destinations: Floats) -> Answer:
        """What is kept from one point (2,) to m points: an answer (m,). One query."""
        keys = place_keys(destinations)
        found = dict(
            self.filter(
                edition=edition,
                mode=mode,
                origin=int(place_keys(origin[None, :])[0]),
                destination__in=np.unique(keys).tolist(),
            )
            .order_by()
            .values_list("destination", "minutes")
        )
        known = np.array([key in found for key in keys.tolist()], dtype=bool)
        minutes = np.array([found.get(key) for key in keys.tolist()], dtype=np.float64)
        return Answer(minutes, known)

    def keep(
        self, edition: str, mode: Mode, origin: Floats, destinations: Floats, minutes: Floats
    ) -> None:
        """Keep what an engine answered from one point (2,) to m points; NaN: out of its reach."""
        key = int(place_keys(origin[None, :])[0])
        rows = dict(zip(place_keys(destinations).tolist(), minutes.tolist(), strict=True))
        TravelTime.objects.bulk_create(
            (
                TravelTime(
                    edition=edition,
                    mode=mode,
                    origin=key,
                    destination=destination,
                    minutes=None if np.isnan(value) else value,
                )
                for destination, value in rows.items()
            ),
            ignore_conflicts=True,
            batch_size=5000,
        )

    def prune(self, editions: Iterable[str] | None) -> int:
        """Delete what is older than the settings keep it, or of none of these editions if given."""
        gone = Q(computed_at__lt=timezone.now() - timedelta(days=settings.REACH_CACHE_DAYS))
        if editions is not None:
            gone |= ~Q(edition__in=list(editions))
        return self.filter(gone).delete()[0]


class TravelTime(models.Model):
    """Reistijd: what one edition of an engine answered for two places and a mode.

    `minutes` is empty where it knows no way. Places are numbers (`place_keys`), so that the rows of
    one search are one short range of the index.
    """

    edition = models.CharField(_("engine and its data"), max_length=80)
    mode = models.CharField(_("mode"), max_length=10, choices=Mode)
    origin = models.BigIntegerField(_("from"))
    destination = models.BigIntegerField(_("to"))
    minutes = models.FloatField(_("minutes"), null=True)
    computed_at = models.DateTimeField(_("computed"), db_default=Now())

    objects = TravelTimeQuerySet.as_manager()

    class Meta:
        verbose_name = _("travel time")
        verbose_name_plural = _("travel times")
        constraints = (
            models.UniqueConstraint(
                fields=("edition", "mode", "origin", "destination"),
                name="travel_time_once_per_pair",
                violation_error_message=_("This travel time is known already."),
            ),
            models.CheckConstraint(
                name="travel_time_not_negative",
                condition=Q(minutes__isnull=True) | Q(minutes__gte=0),
                violation_error_message=_("Minutes are 0 or more."),
            ),
            models.CheckConstraint(
                name="travel_time_mode_known",
                condition=Q(mode__in=Mode.values),
                violation_error_message=_("This mode is unknown."),
            ),
        )

    def __str__(self) -> str:
        return f"{self.mode} {self.origin} {self.destination}"
