"""Addresses of requests and recognitions, for companies and the schools that ask for them."""

from django.urls import path

from companies.portal.requests import views

REQUEST = "erkenningen/aanvraag/<int:pk>/"
RECOGNITION = "erkenningen/<int:pk>/"

urlpatterns = [
    path("erkenningen/", views.overview, name="recognitions"),
    path("erkenningen/aanvragen/", views.start, name="request-start"),
    path("erkenningen/documenten/<uuid:key>/", views.document, name="request-document"),
    path(REQUEST, views.resume, name="request"),
    path(f"{REQUEST}weggooien/", views.discard, name="request-discard"),
    path(
        f"{REQUEST}mentoren/<int:mentor>/verwijderen/",
        views.remove_mentor,
        name="request-remove-mentor",
    ),
    path(
        f"{REQUEST}documenten/<int:document>/verwijderen/",
        views.remove_document,
        name="request-remove-document",
    ),
    path(f"{REQUEST}<slug:slug>/", views.step, name="request-step"),
    path(RECOGNITION, views.recognition, name="recognition"),
    path(f"{RECOGNITION}verlengen/", views.renew, name="recognition-renew"),
    path(f"{RECOGNITION}beroep/", views.lodge_appeal, name="recognition-appeal"),
    path(f"{RECOGNITION}overdragen/", views.carry, name="recognition-carry-over"),
]
