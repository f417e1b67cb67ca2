"""Addresses of logging in and out and of one's own account: of allauth's pages those in use."""

from allauth.account import views as account
from allauth.mfa.base import views as second_factor
from allauth.mfa.recovery_codes import views as recovery_codes
from allauth.mfa.totp import views as app
from allauth.socialaccount import views as single_sign_on
from django.contrib.auth.views import LogoutView
from django.urls import path, re_path

from accounts.privacy_views import delete_my_account, my_data, privacy
from accounts.views import LoginView, PasswordSetView

# allauth names two of them its own way.
urlpatterns = [
    path("aanmelden/", LoginView.as_view(), name="login"),
    path("aanmelden/", LoginView.as_view(), name="account_login"),
    path("aanmelden/tweede-stap/", second_factor.authenticate, name="mfa_authenticate"),
    path(
        "aanmelden/geannuleerd/",
        single_sign_on.login_cancelled,
        name="socialaccount_login_cancelled",
    ),
    path("aanmelden/mislukt/", single_sign_on.login_error, name="socialaccount_login_error"),
    path("aanmelden/eerste-keer/", single_sign_on.signup, name="socialaccount_signup"),
    path("afmelden/", LogoutView.as_view(), name="logout"),
    path("afmelden/", LogoutView.as_view(), name="account_logout"),
    path("registreren/", account.signup, name="account_signup"),
    path(
        "registreren/bevestigen/",
        account.email_verification_sent,
        name="account_email_verification_sent",
    ),
    path("wachtwoord-vergeten/", account.password_reset, name="account_reset_password"),
    path(
        "wachtwoord-vergeten/verstuurd/",
        account.password_reset_done,
        name="account_reset_password_done",
    ),
    path(
        "wachtwoord-vergeten/klaar/",
        account.password_reset_from_key_done,
        name="account_reset_password_from_key_done",
    ),
    re_path(
        r"^wachtwoord-vergeten/(?P<uidb36>[0-9A-Za-z]+)-(?P<key>.+)/$",
        account.password_reset_from_key,
        name="account_reset_password_from_key",
    ),
    path("profiel/geblokkeerd/", account.account_inactive, name="account_inactive"),
    path("profiel/bevestigen/", account.reauthenticate, name="account_reauthenticate"),
    path("profiel/e-mailadres/", account.email, name="account_email"),
    path("profiel/wachtwoord/", account.password_change, name="account_change_password"),
    path("profiel/wachtwoord/kiezen/", PasswordSetView.as_view(), name="account_set_password"),
    path("profiel/tweede-stap/", second_factor.index, name="mfa_index"),
    path(
        "profiel/tweede-stap/bevestigen/", second_factor.reauthenticate, name="mfa_reauthenticate"
    ),
    path("profiel/tweede-stap/aanzetten/", app.activate_totp, name="mfa_activate_totp"),
    path("profiel/tweede-stap/uitzetten/", app.deactivate_totp, name="mfa_deactivate_totp"),
    path(
        "profiel/herstelcodes/",
        recovery_codes.view_recovery_codes,
        name="mfa_view_recovery_codes",
    ),
    path(
        "profiel/herstelcodes/nieuwe/",
        recovery_codes.generate_recovery_codes,
        name="mfa_generate_recovery_codes",
    ),
    path(
        "profiel/herstelcodes/downloaden/",
        recovery_codes.download_recovery_codes,
        name="mfa_download_recovery_codes",
    ),
    path(
        "profiel/eenmalige-aanmelding/",
        single_sign_on.connections,
        name="socialaccount_connections",
    ),
    path("privacy/", privacy, name="privacy"),
    path("privacy/mijn-gegevens.json", my_data, name="my-data"),
    path("privacy/account-verwijderen/", delete_my_account, name="delete-account"),
]
