"""Addresses of what a company sees of the schools."""

from django.urls import path

from placement.for_companies import views

urlpatterns = [
    path("onderneming/scholen/", views.schools_near, name="company-schools"),
    path(
        "onderneming/scholen/<int:recognition>/<str:campus>/",
        views.tell_school,
        name="company-tell-school",
    ),
]
