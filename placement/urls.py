"""Addresses of the coordinator's pages."""

from django.urls import path

from placement import (
    agreement_views,
    approach_views,
    contact_views,
    error_report_views,
    establishment_views,
    school_contact_views,
    search_views,
    shortlist_views,
)

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
    path("shortlists/", shortlist_views.shortlists, name="shortlists"),
    path("shortlists/toevoegen/", shortlist_views.add, name="shortlist-add"),
    path("shortlists/<int:pk>/", shortlist_views.shortlist, name="shortlist"),
    path("shortlists/<int:pk>/verwijderen/", shortlist_views.delete, name="shortlist-delete"),
    path("shortlists/<int:pk>/<int:entry>/plaats/", shortlist_views.place, name="shortlist-place"),
    path("shortlists/<int:pk>/<int:entry>/notitie/", shortlist_views.note, name="shortlist-note"),
    path(
        "shortlists/<int:pk>/<int:entry>/verwijderen/",
        shortlist_views.remove,
        name="shortlist-remove",
    ),
    path("contactnames/", approach_views.board, name="approaches"),
    path("contactnames/lijst/", approach_views.approach_list, name="approach-list"),
    path("contactnames/nieuw/", contact_views.contact, name="contact"),
    path("contactnames/sjablonen/", school_contact_views.overview, name="message-templates"),
    path(
        "contactnames/sjablonen/<str:number>/nieuw/",
        school_contact_views.new,
        name="message-template-new",
    ),
    path("contactnames/sjablonen/<int:pk>/", school_contact_views.edit, name="message-template"),
    path(
        "contactnames/sjablonen/<int:pk>/verwijderen/",
        school_contact_views.delete,
        name="message-template-delete",
    ),
    path(
        "contactnames/instellingen/<str:number>/",
        school_contact_views.settings,
        name="contact-settings",
    ),
    path("contactnames/<int:pk>/", approach_views.approach, name="approach"),
    path("contactnames/<int:pk>/stap/", approach_views.step, name="approach-step"),
    path("contactnames/<int:pk>/wijzigen/", approach_views.edit, name="approach-edit"),
    path("contactnames/<int:pk>/overeenkomst/", agreement_views.make, name="agreement-make"),
    path("overeenkomsten/", agreement_views.agreements, name="agreements"),
    path("overeenkomsten/<int:pk>/", agreement_views.agreement, name="agreement"),
    path("overeenkomsten/<int:pk>/wijzigen/", agreement_views.change, name="agreement-change"),
    path("overeenkomsten/<int:pk>/beeindigen/", agreement_views.end, name="agreement-end"),
]
