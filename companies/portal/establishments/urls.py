"""Addresses of a company's establishments."""

from django.urls import path

from companies.portal.establishments import views

urlpatterns = [
    path("onderneming/vestigingen/", views.establishments, name="company-establishments"),
    path(
        "onderneming/vestigingen/<str:number>/",
        views.establishment,
        name="company-establishment",
    ),
]
