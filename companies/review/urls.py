"""Addresses of the sector review."""

from django.urls import path

from companies.review import dashboard_views, exclusion_views, views

RECORD = "beoordeling/<int:pk>/"
COMPANY = "beoordeling/onderneming/<str:number>/"

urlpatterns = [
    path("beoordeling/", views.inbox, name="review"),
    path("beoordeling/dashboard/", dashboard_views.dashboard, name="review-dashboard"),
    path("beoordeling/witte-vlekken/", dashboard_views.white_spots, name="review-white-spots"),
    path("beoordeling/samen/<slug:slug>/", views.bulk, name="review-bulk"),
    path(RECORD, views.record, name="review-record"),
    path(f"{RECORD}overdragen/", views.carry_over_one, name="review-carry-over"),
    path(f"{RECORD}<slug:slug>/", views.decide, name="review-decide"),
    path(COMPANY, exclusion_views.company, name="review-company"),
    path(f"{COMPANY}uitsluiten/", exclusion_views.exclude_one, name="review-exclude"),
    path(
        f"{COMPANY}uitsluitingen/<int:pk>/beeindigen/",
        exclusion_views.end,
        name="review-end-exclusion",
    ),
]
