"""Addresses of the ranked workplaces."""

from django.urls import path

from matching.views import matches

urlpatterns = [path("leerwerkplekken/", matches, name="matches")]
