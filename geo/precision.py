"""How sure a point is, and the one rule by which a point takes the place of another."""

from __future__ import annotations

from dataclasses import dataclass

from django.db import models
from django.utils.translation import gettext_lazy as _


class LocationPrecision(models.TextChoices):
    """How near a point is to the door (nauwkeurigheid van de ligging), best first."""

    HOUSE_NUMBER = "house_number", _("house number")
    STREET = "street", _("street")
    POSTAL_CODE = "postal_code", _("postal code")
    MUNICIPALITY = "municipality", _("municipality")
    UNKNOWN = "unknown", _("unknown")


ROUGH = (LocationPrecision.POSTAL_CODE, LocationPrecision.MUNICIPALITY)

#: Metres from a rough point within which the door lies in all likelihood: the radius of a circle as
#: large as the mean postal code or municipality of Flanders (13,522 km2 over 490 and 285).
SPREAD = {LocationPrecision.POSTAL_CODE: 3_000.0, LocationPrecision.MUNICIPALITY: 3_900.0}


class LocationSource(models.TextChoices):
    """Who placed a point (herkomst van de ligging)."""

    MANUAL = "manual", _("set by hand")
    IMPORTED = "imported", _("came with the record")
    GEOCODED = "geocoded", _("found from the address")
    UNKNOWN = "unknown", _("unknown")


#: A point of unknown precision ranks under a street and above a postal code: it may be the door,
#: and a postal code's centre certainly is not.
_RANKS = {
    LocationPrecision.HOUSE_NUMBER: 4,
    LocationPrecision.STREET: 3,
    LocationPrecision.UNKNOWN: 2,
    LocationPrecision.POSTAL_CODE: 1,
    LocationPrecision.MUNICIPALITY: 0,
}


@dataclass(frozen=True)
class Quality:
    """What decides between two points for one address."""

    has_point: bool
    precision: LocationPrecision
    #: How well the address that was found equals the one that was asked, 0 to 1.
    score: float = 1.0
    source: LocationSource = LocationSource.GEOCODED

    @property
    def rank(self) -> tuple[int, float]:
        """Higher is better; no point at all is worst."""
        return (_RANKS[self.precision], self.score) if self.has_point else (-1, 0.0)


def replaces(new: Quality, old: Quality) -> bool:
    """Whether a new point may take the place of the old one, both for the same address.

    Never a worse one: not of a lower precision, nor of the same with a lower score. An equal one
    replaces what its own source gave before, since sources correct themselves, but not another
    source's. What somebody set by hand is replaced by hand only.
    """
    if not new.has_point:
        return False
    if LocationSource.MANUAL in (new.source, old.source):
        return new.source == LocationSource.MANUAL
    return new.rank > old.rank or (new.source == old.source and new.rank == old.rank)
