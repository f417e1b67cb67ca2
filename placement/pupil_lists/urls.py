"""Addresses of lists of pupils."""

from django.urls import path

from placement.pupil_lists import views

urlpatterns = [
    path("", views.check, name="pupil-list"),
    path("bewaren/", views.write, name="pupil-list-write"),
    path("sjabloon.xlsx", views.template, name="pupil-list-template"),
]
