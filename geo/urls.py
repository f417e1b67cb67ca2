"""Addresses of the map's own data."""

from django.urls import path

from geo.views import outlines

urlpatterns = [path("kaart/grenzen.geojson", outlines, name="outlines")]
