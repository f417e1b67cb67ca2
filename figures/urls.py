"""Addresses of the figures."""

from django.urls import path

from figures.views import overview, records, table

urlpatterns = [
    path("cijfers/", overview, name="figures"),
    path("cijfers/<slug:slug>/", table, name="figures-table"),
    path("cijfers/<slug:slug>/achter/", records, name="figures-records"),
]
