"""The region's data as a file, for those who look at all of it."""

from __future__ import annotations

from pathlib import Path
from tempfile import TemporaryDirectory

from django.core.exceptions import PermissionDenied
from django.http import HttpResponse
from django.utils import timezone
from django.views.decorators.http import require_safe

from accounts.requests import UserRequest
from matching.region_package import write_region
from radar.web.spreadsheets import attachment
from schools.models import SchoolYear


@require_safe
def region_package(request: UserRequest) -> HttpResponse:
    """The region as a GeoPackage, for administrators and sector consultants."""
    user = request.user
    if not (user.is_superuser or user.sectormemberships.exists()):
        raise PermissionDenied
    today = timezone.localdate()
    with TemporaryDirectory() as folder:
        path = Path(folder) / "regio.gpkg"
        write_region(path, SchoolYear.objects.current(), today)
        content = path.read_bytes()
    return attachment(f"radar-duaal-{today}.gpkg", "application/geopackage+sqlite3", content)
