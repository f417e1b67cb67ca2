"""Addresses of the companies' own pages that need no account."""

from django.urls import path

from companies import answer_views

urlpatterns = [
    path("antwoord/bedankt/", answer_views.thanks, name="answer-thanks"),
    path("antwoord/<str:token>/", answer_views.answer, name="answer"),
]
