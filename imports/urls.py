"""Addresses of the imports."""

from django.urls import path

from imports import views

urlpatterns = [
    path("import/", views.overview, name="imports"),
    path("import/<int:pk>/", views.run, name="import-run"),
    path("import/<int:pk>/uitvoeren/", views.perform, name="import-perform"),
    path("import/<int:pk>/afgewezen.csv", views.rejections, name="import-rejections"),
    path("import/<slug:kind>/", views.upload, name="import-upload"),
    path("import/<slug:kind>/sjabloon.xlsx", views.template, name="import-template"),
]
