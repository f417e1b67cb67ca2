"""What every located thing has: an address, a point, and how sure the point is."""

from typing import ClassVar

from django.contrib.gis.db import models
from django.contrib.gis.geos import Point
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from geo.models import Municipality, postal_code_shape
from geo.postal_addresses import PostalAddress
from geo.precision import ROUGH, LocationPrecision, LocationSource, Quality, replaces

__all__ = ["ROUGH", "Located", "LocationPrecision", "LocationSource"]


class Located(models.Model):
    """An address in Flanders or Brussels with a WGS 84 point and the precision of that point."""

    street = models.CharField(_("street"), max_length=120, blank=True)
    house_number = models.CharField(_("house number"), max_length=20, blank=True)
    box = models.CharField(_("box"), max_length=20, blank=True)
    postal_code = models.CharField(
        _("postal code"), max_length=4, blank=True, validators=[postal_code_shape]
    )
    municipality = models.ForeignKey(
        Municipality,
        on_delete=models.PROTECT,
        related_name="+",
        null=True,
        blank=True,
        verbose_name=_("municipality"),
    )
    point = models.PointField(_("location"), srid=4326, null=True, blank=True)
    precision = models.CharField(
        _("precision of the location"),
        max_length=12,
        choices=LocationPrecision,
        default=LocationPrecision.UNKNOWN,
    )
    # The database's own default keeps writers alive that do not know the column yet.
    location_source = models.CharField(
        _("source of the location"),
        max_length=8,
        choices=LocationSource,
        default=LocationSource.UNKNOWN,
        db_default=LocationSource.UNKNOWN,
        help_text=_("No import and no geocoding moves a location that was set by hand."),
    )

    class Meta:
        abstract = True
        constraints: ClassVar[tuple[models.BaseConstraint, ...]] = (
            models.CheckConstraint(
                name="%(class)s_precision_with_point",
                condition=Q(point__isnull=False) | Q(precision=LocationPrecision.UNKNOWN),
                violation_error_message=_("A precision needs a location."),
            ),
        )

    @property
    def address(self) -> str:
        """The address on one line, as a Belgian letter has it; empty when nothing is known."""
        door = " ".join(part for part in (self.street, self.house_number) if part)
        if self.box:
            door = f"{door} bus {self.box}"
        town = self.municipality.name if self.municipality else ""
        place = " ".join(part for part in (self.postal_code, town) if part)
        return ", ".join(part for part in (door, place) if part)

    @property
    def postal_address(self) -> PostalAddress:
        """The address as a geocoder is asked for it."""
        today = self.municipality.today if self.municipality else None
        names = (today.name, self.municipality.name) if self.municipality and today else ()
        return PostalAddress(
            street=self.street,
            house_number=self.house_number,
            postal_code=self.postal_code,
            municipalities=tuple(dict.fromkeys(names)),
            nis_code=today.nis_code if today else "",
        )

    def locate(
        self,
        point: Point,
        precision: LocationPrecision,
        source: LocationSource,
        *,
        moved: bool = False,
    ) -> bool:
        """Take a point if it may replace the present one; True if something changed. Not saved.

        `moved` says that the address changed, so that the present point is another place's: then
        a worse one replaces it too, but for one that was set by hand.
        """
        new = Quality(has_point=True, precision=precision, source=source)
        old = Quality(
            has_point=self.point is not None and not moved,
            precision=LocationPrecision(self.precision),
            source=LocationSource(self.location_source),
        )
        if not replaces(new, old):
            return False
        changed = (self.point, self.precision, self.location_source) != (point, precision, source)
        self.point, self.precision, self.location_source = point, precision, source
        return changed

    @property
    def is_rough(self) -> bool:
        """True when the point is a postal code's or a municipality's ("ligging bij benadering")."""
        return self.precision in ROUGH
