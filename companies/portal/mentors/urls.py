"""Addresses of a company's mentors."""

from django.urls import path

from companies.portal.mentors import views

urlpatterns = [
    path("onderneming/mentoren/", views.mentors, name="company-mentors"),
    path("onderneming/mentoren/nieuw/", views.mentor, name="company-mentor-new"),
    path("onderneming/mentoren/<int:pk>/", views.mentor, name="company-mentor"),
    path(
        "onderneming/mentoren/<int:pk>/verwijderen/",
        views.remove_mentor,
        name="company-mentor-remove",
    ),
]
