"""Checks of addresses."""

from django.utils.translation import gettext_lazy as _

from geo.models import GeocodeResult
from radar.web.quality import Check, Column

CHECKS = (
    Check(
        "onvindbare-adressen",
        _("Addresses that no geocoder knows"),
        _("They are asked again later. Correct them where they are written wrong."),
        lambda: GeocodeResult.objects.filter(point__isnull=True),
        (
            Column(_("address"), lambda result: result.address, "address"),
            Column(_("last asked on"), lambda result: result.checked_on.date(), "checked_on"),
        ),
    ),
)
