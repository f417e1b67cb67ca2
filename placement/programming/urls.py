"""Addresses of the programming."""

from django.urls import path

from placement.programming import views

urlpatterns = [
    path("", views.dossiers, name="dossiers"),
    path("<int:pk>/", views.dossier, name="dossier"),
    path("<int:pk>/bewaren/", views.edit, name="dossier-edit"),
    path("<int:pk>/indienen/", views.submit, name="dossier-submit"),
    path("<int:pk>/intrekken/", views.withdraw, name="dossier-withdraw"),
    path("<int:pk>/advies/", views.advise, name="dossier-advise"),
    path("<int:pk>/dossier.pdf", views.print_dossier, name="dossier-pdf"),
]
