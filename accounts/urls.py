"""Addresses of logging in and out."""

from django.contrib.auth.views import LogoutView
from django.urls import path

from accounts.views import LoginView

urlpatterns = [
    path("aanmelden/", LoginView.as_view(), name="login"),
    path("afmelden/", LogoutView.as_view(), name="logout"),
]
