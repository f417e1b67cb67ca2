"""Addresses of the engine's pages."""

from django.urls import path

from matching.radar_views import radar
from matching.region_views import region_package
from matching.views import matches

urlpatterns = [
    path("leerwerkplekken/", matches, name="matches"),
    path("radar/", radar, name="radar"),
    path("regio.gpkg", region_package, name="region-package"),
]
