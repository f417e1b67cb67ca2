"""Settings of the test suite: as production where it can be, fast where it must be."""

from radar.settings.base import *  # noqa: F403
from radar.settings.base import DATABASES, POST_OFFICE, STORAGES

SECRET_KEY = "for-tests-only"  # noqa: S105
ALLOWED_HOSTS = ["testserver", "localhost"]
PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
STORAGES = STORAGES | {
    "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"}
}
WHITENOISE_USE_FINDERS = True
WHITENOISE_AUTOREFRESH = True
# A pool keeps connections open, and a test database with open connections cannot be dropped.
DATABASES["default"]["OPTIONS"] = {}
CELERY_TASK_ALWAYS_EAGER = True
CELERY_TASK_EAGER_PROPAGATES = True
POST_OFFICE = POST_OFFICE | {
    "BACKENDS": {"default": "django.core.mail.backends.locmem.EmailBackend"},
    # Sending closes the connection, and with it the transaction that a test runs in: mails stay in
    # the outbox, where tests read them.
    "CELERY_ENABLED": False,
}

# Most tests log somebody in and look at something else; those of the second factor ask for it.
SECOND_FACTOR_REQUIRED = False
