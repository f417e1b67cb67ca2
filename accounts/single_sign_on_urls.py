"""To the provider of single sign-on and back: one address in every language, which it knows."""

from django.urls import path

from accounts.single_sign_on_views import callback, login

urlpatterns = [
    path("aanmelden/<str:provider_id>/login/", login, name="openid_connect_login"),
    path("aanmelden/<str:provider_id>/login/callback/", callback, name="openid_connect_callback"),
]
