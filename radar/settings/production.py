"""Settings of the containers. `manage.py check --deploy` is clean under these."""

from django.core.exceptions import ImproperlyConfigured

from radar.settings import environment
from radar.settings.base import *  # noqa: F403

if not environment.SECRET_KEY:
    raise ImproperlyConfigured("Set SECRET_KEY: a long random string, the same for every process.")

SECURE_SSL_REDIRECT = environment.HTTPS
SESSION_COOKIE_SECURE = environment.HTTPS
CSRF_COOKIE_SECURE = environment.HTTPS
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")
SECURE_HSTS_SECONDS = 31_536_000 if environment.HTTPS else 0
SECURE_HSTS_INCLUDE_SUBDOMAINS = environment.HTTPS
SECURE_HSTS_PRELOAD = environment.HTTPS
