"""Addresses of the engine's pages."""

from django.urls import path

from matching.radar_views import radar
from matching.views import matches

urlpatterns = [
    path("leerwerkplekken/", matches, name="matches"),
    path("radar/", radar, name="radar"),
]
