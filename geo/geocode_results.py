"""What geocoders answered, per address: asked once, kept, never replaced by a worse answer."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import timedelta
from typing import TYPE_CHECKING

from django.contrib.gis.db import models
from django.contrib.gis.geos import Point
from django.contrib.postgres.fields import ArrayField
from django.db import transaction
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from geo.coordinates import WGS84
from geo.precision import LocationPrecision, Quality, replaces

if TYPE_CHECKING:
    from geo.geocoders.chain import Outcome


_CHANGING = (
    "address",
    "asked",
    "checked_on",
    "source",
    "precision",
    "score",
    "point",
    "found_on",
)


class GeocodeResult(models.Model):
    """The best point ever found for an address, or that none was found."""

    address_key = models.CharField(_("key of the address"), max_length=255, unique=True)
    address = models.CharField(_("address"), max_length=255)
    source = models.CharField(_("geocoder"), max_length=20, blank=True)
    precision = models.CharField(
        _("precision of the location"),
        max_length=12,
        choices=LocationPrecision,
        default=LocationPrecision.UNKNOWN,
    )
    score = models.FloatField(
        _("score"),
        null=True,
        blank=True,
        help_text=_("How well the address that was found equals the one that was asked, 0 to 1."),
    )
    point = models.PointField(_("location"), srid=WGS84, null=True, blank=True)
    found_on = models.DateTimeField(_("found on"), null=True, blank=True)
    asked = ArrayField(
        models.CharField(max_length=20),
        verbose_name=_("geocoders that answered"),
        default=list,
        blank=True,
    )
    checked_on = models.DateTimeField(_("last asked on"), default=timezone.now)

    class Meta:
        ordering = ("address_key",)
        verbose_name = _("geocoded address")
        verbose_name_plural = _("geocoded addresses")
        constraints = (
            models.CheckConstraint(
                name="geocode_result_found_or_not",
                condition=Q(
                    point__isnull=True,
                    score__isnull=True,
                    found_on__isnull=True,
                    source="",
                    precision=LocationPrecision.UNKNOWN,
                )
                | Q(point__isnull=False, score__isnull=False, found_on__isnull=False)
                & ~Q(source="")
                & ~Q(precision=LocationPrecision.UNKNOWN),
                violation_error_message=_(
                    "A point has a geocoder, a precision, a score and a date; no point has none."
                ),
            ),
            models.CheckConstraint(
                name="geocode_result_score",
                condition=Q(score__isnull=True) | Q(score__gte=0, score__lte=1),
                violation_error_message=_("A score lies between 0 and 1."),
            ),
        )

    def __str__(self) -> str:
        return self.address

    @property
    def quality(self) -> Quality:
        return Quality(
            has_point=self.point is not None,
            precision=LocationPrecision(self.precision),
            score=self.score or 0.0,
        )

    def take(self, outcome: Outcome) -> None:
        """Note who answered, and take the point that was found unless it is a worse one."""
        self.address = str(outcome.address)[:255]
        self.asked = list(outcome.asked)
        finding = outcome.finding
        if finding is None or not replaces(finding.quality, self.quality):
            return
        self.source = finding.source
        self.precision = finding.precision
        self.score = finding.score
        self.point = Point(finding.longitude, finding.latitude, srid=WGS84)
        self.found_on = timezone.now()

    def is_due(self, geocoders: Iterable[str], every: timedelta) -> bool:
        """Whether to ask again about an address that was not found to the door.

        At once when a geocoder has not answered yet (new in the settings, or out of order last
        time), else now and then: registers grow.
        """
        if not set(geocoders) <= set(self.asked):
            return True
        return timezone.now() - self.checked_on >= every


def keep(outcomes: Iterable[Outcome]) -> dict[str, GeocodeResult]:
    """Write what was found and by whom nothing was; the rows of these addresses by their key.

    An outcome without any service that answered says nothing and is left out.
    """
    by_key = {outcome.address.key: outcome for outcome in outcomes if outcome.asked}
    now = timezone.now()
    with transaction.atomic():
        # Whoever came first made the row; from there on it is locked.
        GeocodeResult.objects.bulk_create(
            [
                GeocodeResult(address_key=key, address=str(outcome.address)[:255])
                for key, outcome in sorted(by_key.items())
            ],
            ignore_conflicts=True,
        )
        rows = list(
            GeocodeResult.objects.filter(address_key__in=by_key)
            .order_by("address_key")
            .select_for_update()
        )
        for row in rows:
            row.take(by_key[row.address_key])
            row.checked_on = now
        GeocodeResult.objects.bulk_update(
            rows,
            _CHANGING,
            batch_size=500,
        )
    return {row.address_key: row for row in rows}
