"""Addresses of the coordinator's pages."""

from django.urls import path

from placement import error_report_views, establishment_views, search_views

urlpatterns = [
    path("leerwerkplekken/", search_views.search, name="matches"),
    path(
        "leerwerkplekken/vestigingen/<str:number>/",
        establishment_views.establishment,
        name="establishment",
    ),
    path(
        "leerwerkplekken/vestigingen/<str:number>/fout-melden/",
        error_report_views.error_report,
        name="error-report",
    ),
    path("foutmeldingen/", error_report_views.error_reports, name="error-reports"),
    path("foutmeldingen/<int:pk>/", error_report_views.settle_error, name="error-report-settle"),
    path("opleidingen/zoeken/", search_views.programme_names, name="programme-names"),
]
