"""Settings of `./dev up`: debug pages, a key that is no secret, plain http."""

from radar.settings.base import *  # noqa: F403
from radar.settings.base import STORAGES

DEBUG = True
SECRET_KEY = "for-development-only-and-nowhere-else"  # noqa: S105
ALLOWED_HOSTS = ["*"]
STORAGES = STORAGES | {
    "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"}
}
WHITENOISE_USE_FINDERS = True
WHITENOISE_AUTOREFRESH = True

# The demo logins are printed with their password and have no telephone to hold a second factor.
SECOND_FACTOR_REQUIRED = False
