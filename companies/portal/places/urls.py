"""Addresses of a company's places."""

from django.urls import path

from companies.portal.places import views

urlpatterns = [
    path("onderneming/plaatsen/", views.places, name="company-places"),
    path("onderneming/plaatsen/kopie/", views.copy, name="company-places-copy"),
    path("onderneming/plaatsen/bevestigen/", views.confirm_places, name="company-places-confirm"),
    path("plaatsen-bevestigen/<str:link>/", views.confirm_by_link, name="confirm-places"),
]
