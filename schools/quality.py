"""Checks of schools, campuses, programmes and sectors."""

from __future__ import annotations

from django.db.models import Exists, OuterRef, QuerySet
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from geo.precision import ROUGH
from radar.web.quality import Check, Column
from schools.models import Campus, Programme, Sector

_CAMPUS = (
    Column(_("campus"), str, "school__name"),
    Column(_("number"), lambda campus: campus.key, "school__number"),
    Column(_("address"), lambda campus: campus.address, "postal_code"),
)


def _campuses() -> QuerySet[Campus]:
    return Campus.objects.open().select_related("school", "municipality")


def _at_one_address() -> QuerySet[Campus]:
    """Open campuses of different schools with the same postal code, street and house number."""
    neighbours = (
        Campus.objects.open()
        .filter(
            postal_code=OuterRef("postal_code"),
            street__iexact=OuterRef("street"),
            house_number__iexact=OuterRef("house_number"),
        )
        .exclude(school=OuterRef("school"))
    )
    return _campuses().exclude(street="").filter(Exists(neighbours))


CHECKS = (
    Check(
        "vestigingsplaatsen-zonder-ligging",
        _("Campuses without a location"),
        _("No workplace is found for them. Correct the address, or set the location by hand."),
        lambda: _campuses().filter(point__isnull=True),
        _CAMPUS,
    ),
    Check(
        "vestigingsplaatsen-bij-benadering",
        _("Campuses with a rough location"),
        _("Their point is that of a postal code or a municipality, so distances may be wrong."),
        lambda: _campuses().filter(point__isnull=False, precision__in=ROUGH),
        (*_CAMPUS, Column(_("precision"), lambda c: c.get_precision_display(), "precision")),
    ),
    Check(
        "vestigingsplaatsen-op-een-adres",
        _("Campuses of several schools at one address"),
        _("Often right, as schools share buildings; sometimes one school under two numbers."),
        _at_one_address,
        _CAMPUS,
    ),
    Check(
        "sectoren-zonder-opleidingen",
        _("Sectors without programmes"),
        _("They have nothing to decide on. Give them their programmes."),
        lambda: Sector.objects.filter(programmes__isnull=True, is_fallback=False),
        (Column(_("sector"), str, "name"),),
    ),
    Check(
        "opleidingen-zonder-sector",
        _("Programmes without a sector"),
        _("Requests for them go to the fallback."),
        lambda: Programme.objects.valid_on(timezone.localdate()).filter(sectors__isnull=True),
        (
            Column(_("programme"), str, "title"),
            Column(_("number"), lambda programme: programme.number, "number"),
        ),
    ),
    Check(
        "opleidingen-zonder-opvolger",
        _("Ended programmes without a successor"),
        _("Their recognitions cannot be carried over."),
        lambda: Programme.objects.filter(
            valid_until__lt=timezone.localdate(), successors__isnull=True
        ),
        (
            Column(_("programme"), str, "title"),
            Column(_("number"), lambda programme: programme.number, "number"),
            Column(_("valid until"), lambda programme: programme.valid_until, "valid_until"),
        ),
    ),
)
