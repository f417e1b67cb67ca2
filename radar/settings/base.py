"""Settings shared by every environment. Values from outside come from `environment.py`."""

from pathlib import Path
from typing import Any

from celery.schedules import crontab
from csp.constants import NONCE, SELF
from django.utils.translation import gettext_lazy as _

from radar.settings import environment

BASE_DIR = Path(__file__).resolve().parent.parent.parent
DATA_DIR = Path(environment.DATA_DIR) if environment.DATA_DIR else BASE_DIR / ".local" / "data"

SECRET_KEY = environment.SECRET_KEY
DEBUG = False
ALLOWED_HOSTS = environment.ALLOWED_HOSTS
CSRF_TRUSTED_ORIGINS = environment.CSRF_TRUSTED_ORIGINS
SITE_URL = environment.SITE_URL

INSTALLED_APPS = [
    # Before accounts, whose administration replaces its own.
    "oauth2_provider",
    "figures.forum",
    "figures",
    "placement",
    "matching",
    "companies.review",
    "companies.portal",
    "companies.vacancies",
    "companies",
    "schools",
    "imports",
    "accounts.webhooks",
    "accounts",
    "geo",
    "radar.web",
    "radar.api",
    "django.contrib.admin",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "django.contrib.gis",
    "django.contrib.postgres",
    "django.contrib.humanize",
    "rest_framework",
    "drf_spectacular",
    "drf_spectacular_sidecar",
    "django_celery_beat",
    "django_filters",
    "django_htmx",
    "axes",
    "csp",
    "pgtrigger",
    "pghistory",
    "post_office",
    "auditlog",
    "allauth",
    "allauth.account",
    "allauth.mfa",
    "allauth.socialaccount",
    "allauth.socialaccount.providers.openid_connect",
]

MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.locale.LocaleMiddleware",
    "radar.api.tracing.TraceMiddleware",
    "radar.api.throttling.RateLimitMiddleware",
    "radar.api.language.ApiLanguageMiddleware",
    "radar.api.deprecation.DeprecationMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.auth.middleware.LoginRequiredMiddleware",
    "radar.second_factor.SecondFactorMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "auditlog.middleware.AuditlogMiddleware",
    "pghistory.middleware.HistoryMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "csp.middleware.CSPMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
    "axes.middleware.AxesMiddleware",
]

ROOT_URLCONF = "radar.urls"
WSGI_APPLICATION = "radar.wsgi.application"

TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "csp.context_processors.nonce",
                "radar.web.context.shell",
                "radar.pages.navigation.context",
            ],
        },
    }
]

# Database ---------------------------------------------------------------------------------------

DATABASES: dict[str, dict[str, Any]] = {
    "default": {
        **environment.DATABASE,
        "ENGINE": "django.contrib.gis.db.backends.postgis",
        # The pool replaces persistent connections; psycopg keeps it per process.
        "CONN_MAX_AGE": 0,
        "OPTIONS": {"pool": {"min_size": 1, "max_size": environment.DATABASE_POOL_SIZE}},
    }
}
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

# Redis: cache, Celery ---------------------------------------------------------------------------

REDIS_URL = environment.REDIS_URL
CACHES = {
    "default": {"BACKEND": "django.core.cache.backends.redis.RedisCache", "LOCATION": REDIS_URL}
}

# Celery names a unix socket in its own way.
CELERY_BROKER_URL = REDIS_URL.replace("unix://", "redis+socket://").replace(
    "?db=", "?virtual_host="
)
CELERY_RESULT_BACKEND = CELERY_BROKER_URL
#: For how many days the outbox keeps what was sent.
MAIL_DAYS = 90
CELERY_BEAT_SCHEDULER = "django_celery_beat.schedulers:DatabaseScheduler"
CELERY_BEAT_SCHEDULE = {
    # At night: new and changed addresses, and those that no geocoder knew a while ago.
    "geocode-addresses": {
        "task": "geo.geocode_addresses",
        "schedule": crontab(hour="3", minute="30"),
    },
    "prune-feed": {"task": "api.prune_feed", "schedule": crontab(hour="2", minute="20")},
    "prune-idempotent-calls": {
        "task": "api.prune_idempotent_calls",
        "schedule": crontab(minute="40"),
    },
    "clear-expired-tokens": {
        "task": "accounts.clear_expired_tokens",
        "schedule": crontab(hour="2", minute="10"),
    },
    "apply-retention": {
        "task": "accounts.apply_retention",
        "schedule": crontab(hour="2", minute="30"),
    },
    # What could not be sent when it was written is tried again; what went is kept a while.
    "send-queued-mail": {"task": "post_office.tasks.send_queued_mail", "schedule": 300.0},
    "cleanup-mail": {
        "task": "post_office.tasks.cleanup_mail",
        "schedule": crontab(hour="2", minute="50"),
        "kwargs": {"days": MAIL_DAYS},
    },
    "prune-travel-times": {
        "task": "geo.prune_travel_times",
        "schedule": crontab(hour="4", minute="10"),
    },
    "expire-recognitions": {
        "task": "companies.expire_recognitions",
        "schedule": crontab(hour="0", minute="20"),
    },
    # Twice a year, before schools look for places and before the programming.
    "ask-to-confirm-places": {
        "task": "portal.ask_to_confirm_places",
        "schedule": crontab(hour="7", minute="10", day_of_month="15", month_of_year="1,5"),
    },
    "remind-of-renewals": {
        "task": "portal.remind_of_renewals",
        "schedule": crontab(hour="7", minute="10"),
    },
    # Just after midnight agreements start and end; silence is known before the working day.
    "keep-agreements-in-step": {
        "task": "companies.keep_agreements_in_step",
        "schedule": crontab(hour="0", minute="10"),
    },
    "mark-silent": {"task": "companies.mark_silent", "schedule": crontab(hour="6", minute="0")},
    "send-reminders": {
        "task": "placement.send_reminders",
        "schedule": crontab(hour="7", minute="0"),
    },
    # Before the working day: what is new in the searches that people keep.
    "search-digests": {
        "task": "placement.send_search_digests",
        "schedule": crontab(hour="6", minute="30"),
    },
    # Every minute: programmes whose data changed; the first after midnight, all of them.
    "tend-webhooks": {"task": "webhooks.tend", "schedule": 15.0},
    "prune-webhooks": {"task": "webhooks.prune", "schedule": crontab(hour="2", minute="30")},
    "refresh-radar": {"task": "matching.refresh_radar", "schedule": 60.0},
    "tend-match-jobs": {"task": "matching.tend_match_jobs", "schedule": 60.0},
    "tend-allocation-jobs": {"task": "matching.tend_allocation_jobs", "schedule": 60.0},
    # Every minute, if data changed and the last time was a while ago; and every night.
    "refresh-figures": {"task": "figures.refresh_if_stale", "schedule": 60.0},
    "refresh-figures-at-night": {
        "task": "figures.refresh",
        "schedule": crontab(hour="4", minute="10"),
    },
}
CELERY_TASK_ACKS_LATE = True
CELERY_TASK_REJECT_ON_WORKER_LOST = True
CELERY_WORKER_PREFETCH_MULTIPLIER = 1
CELERY_BROKER_CONNECTION_RETRY_ON_STARTUP = True
CELERY_TIMEZONE = "Europe/Brussels"

# People -----------------------------------------------------------------------------------------

AUTH_USER_MODEL = "accounts.User"
AUTHENTICATION_BACKENDS = [
    "axes.backends.AxesStandaloneBackend",
    "django.contrib.auth.backends.ModelBackend",
]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": f"django.contrib.auth.password_validation.{name}"}
    for name in (
        "UserAttributeSimilarityValidator",
        "MinimumLengthValidator",
        "CommonPasswordValidator",
        "NumericPasswordValidator",
    )
]
LOGIN_URL = "login"
LOGIN_REDIRECT_URL = "home"
LOGOUT_REDIRECT_URL = "home"

# Accounts by django-allauth: an e-mail address that was confirmed, a password, a second factor.
ACCOUNT_ADAPTER = "accounts.adapters.AccountAdapter"
ACCOUNT_USER_MODEL_USERNAME_FIELD = None
ACCOUNT_LOGIN_METHODS = {"email"}
ACCOUNT_SIGNUP_FIELDS = ["email*", "password1*"]
ACCOUNT_FORMS = {
    "login": "accounts.forms.LoginForm",
    "signup": "accounts.forms.SignupForm",
    "reset_password": "accounts.forms.ResetPasswordForm",
    "reset_password_from_key": "accounts.forms.NewPasswordForm",
    "change_password": "accounts.forms.ChangePasswordForm",
    "set_password": "accounts.forms.SetPasswordForm",
    "add_email": "accounts.forms.AddEmailForm",
    "confirm_email_verification_code": "accounts.forms.ConfirmEmailForm",
    "reauthenticate": "accounts.forms.ReauthenticateForm",
}
ACCOUNT_EMAIL_VERIFICATION = "mandatory"
# A code is typed where one is, so that a claim or an invitation goes on where it was.
ACCOUNT_EMAIL_VERIFICATION_BY_CODE_ENABLED = True
ACCOUNT_EMAIL_VERIFICATION_SUPPORTS_RESEND = True
ACCOUNT_EMAIL_UNKNOWN_ACCOUNTS = False
ACCOUNT_EMAIL_NOTIFICATIONS = True
ACCOUNT_CHANGE_EMAIL = True
ACCOUNT_SESSION_REMEMBER = True
ACCOUNT_LOGIN_ON_PASSWORD_RESET = False
ACCOUNT_REAUTHENTICATION_TIMEOUT = 900
# Wrong passwords are counted by axes alone (below); of these, `login_failed` counts second factors.
ACCOUNT_RATE_LIMITS = {"login_failed": "5/5m/key"}
# So many reverse proxies add to X-Forwarded-For before us; both counters read the address from it.
ALLAUTH_TRUSTED_PROXY_COUNT = environment.TRUSTED_PROXIES

MFA_SUPPORTED_TYPES = ["totp", "recovery_codes"]
MFA_TOTP_ISSUER = "Radar Duaal"
MFA_FORMS = {
    "authenticate": "accounts.forms.SecondFactorForm",
    "reauthenticate": "accounts.forms.SecondFactorAgainForm",
    "activate_totp": "accounts.forms.ActivateSecondFactorForm",
}
# Consultants and administrators need a second factor, whatever they want to see.
SECOND_FACTOR_REQUIRED = True

# Single sign-on by OpenID Connect (docs/single-sign-on.md). Without an issuer there is none.
SOCIALACCOUNT_ADAPTER = "accounts.single_sign_on.SingleSignOnAdapter"
SOCIALACCOUNT_FORMS = {"signup": "accounts.forms.SingleSignOnSignupForm"}
# The provider is the government's own: an address that it confirmed is the account of that address.
SOCIALACCOUNT_EMAIL_AUTHENTICATION = True
SOCIALACCOUNT_EMAIL_AUTHENTICATION_AUTO_CONNECT = True
SOCIALACCOUNT_OPENID_CONNECT_URL_PREFIX = ""
SINGLE_SIGN_ON_NAME = environment.OIDC_NAME
SINGLE_SIGN_ON_ORGANISATION_CLAIM = environment.OIDC_ORGANISATION_CLAIM
SINGLE_SIGN_ON_ROLES_CLAIM = environment.OIDC_ROLES_CLAIM
SINGLE_SIGN_ON_ROLES = environment.OIDC_ROLES
SINGLE_SIGN_ON_SECTORS = environment.OIDC_SECTORS
# Whether the provider asks for a second factor itself, so that we need not.
SINGLE_SIGN_ON_HAS_SECOND_FACTOR = environment.OIDC_HAS_SECOND_FACTOR
SOCIALACCOUNT_PROVIDERS: dict[str, Any] = {}
if environment.OIDC_ISSUER:
    SOCIALACCOUNT_PROVIDERS["openid_connect"] = {
        "OAUTH_PKCE_ENABLED": True,
        "SCOPE": environment.OIDC_SCOPES,
        "APPS": [
            {
                "provider_id": "sso",
                "name": environment.OIDC_NAME,
                "client_id": environment.OIDC_CLIENT_ID,
                "secret": environment.OIDC_CLIENT_SECRET,
                "settings": {"server_url": environment.OIDC_ISSUER},
            }
        ],
    }

# Ten wrong passwords for one account from one address: wait fifteen minutes.
AXES_VERBOSE = False
AXES_FAILURE_LIMIT = 10
AXES_COOLOFF_TIME = 0.25
AXES_LOCKOUT_PARAMETERS = [["username", "ip_address"]]
AXES_USERNAME_CALLABLE = "accounts.throttling.attempted_account"
AXES_CLIENT_IP_CALLABLE = "accounts.throttling.client_address"
AXES_RESET_ON_SUCCESS = True
AXES_LOCKOUT_TEMPLATE = "accounts/locked_out.html"

# Privacy ----------------------------------------------------------------------------------------

# Who changed and who saw personal data; what is registered says `accounts.audit`.
AUDITLOG_DISABLE_REMOTE_ADDR = True
AUDITLOG_DISABLE_ON_RAW_SAVE = True
# For how many days what is kept (accounts/retention.py has the rules that use them).
RETENTION_DAYS = {
    "approach_notes": 730,
    "pupil_references": 365,
    "pupil_requests": 30,
    "closed_claims": 365,
    "ended_invitations": 90,
    "request_documents": environment.DOCUMENT_KEPT_DAYS,
    "request_drafts": environment.DRAFT_KEPT_DAYS,
    "unconfirmed_accounts": 30,
    "login_attempts": 90,
    "audit_log": 730,
    "mails": MAIL_DAYS,
}

# Language and time ------------------------------------------------------------------------------

# Dutch without a prefix, English under /en/: a shared link opens in the language it was seen in.
LANGUAGE_CODE = "nl"
LANGUAGES = [("nl", _("Dutch")), ("en", _("English"))]
FORMAT_MODULE_PATH = "radar.formats"
LOCALE_PATHS = [BASE_DIR / "radar" / "locale"]
TIME_ZONE = "Europe/Brussels"
USE_TZ = True
USE_THOUSAND_SEPARATOR = True

# Debian 12 ships GDAL 3.6, which cannot block network access by itself. GDAL reads only files that
# an administrator names on the command line here, never what a visitor sends.
SILENCED_SYSTEM_CHECKS = ["gis.W001"]

# Static files: our own in radar/web/static, libraries straight from node_modules ------------------

NODE_MODULES = BASE_DIR / "node_modules"
STATIC_URL = "/static/"
STATIC_ROOT = DATA_DIR / "static"
STATICFILES_DIRS = [
    (f"vendor/{name}", NODE_MODULES / path)
    for name, path in {
        "bootstrap": "bootstrap/dist",
        "htmx": "htmx.org/dist",
        "maplibre": "maplibre-gl/dist",
        "chart": "chart.js/dist",
        "font-display": "@fontsource-variable/bricolage-grotesque",
        "font-text": "@fontsource-variable/source-sans-3",
    }.items()
]
MEDIA_ROOT = DATA_DIR / "media"
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {"BACKEND": "whitenoise.storage.CompressedManifestStaticFilesStorage"},
}

# Security ---------------------------------------------------------------------------------------

CONTENT_SECURITY_POLICY: dict[str, Any] = {
    "DIRECTIVES": {
        "default-src": [SELF],
        "script-src": [SELF, NONCE],
        "style-src": [SELF, NONCE],
        "img-src": [SELF, "data:", "blob:"],
        "worker-src": [SELF, "blob:"],
        "connect-src": [SELF],
        "font-src": [SELF],
        "object-src": ["'none'"],
        "base-uri": [SELF],
        "form-action": [SELF],
        "frame-ancestors": ["'none'"],
    }
}
X_FRAME_OPTIONS = "DENY"
SECURE_REFERRER_POLICY = "same-origin"
SESSION_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = "Lax"

# API --------------------------------------------------------------------------------------------

REST_FRAMEWORK: dict[str, Any] = {
    "DEFAULT_AUTHENTICATION_CLASSES": [
        "accounts.api.authentication.ClientToken",
        "radar.api.authentication.BrowserSession",
    ],
    "DEFAULT_PERMISSION_CLASSES": ["radar.api.access.MayCall"],
    "DEFAULT_THROTTLE_CLASSES": ["radar.api.throttling.ClientThrottle"],
    "DEFAULT_RENDERER_CLASSES": ["rest_framework.renderers.JSONRenderer"],
    "DEFAULT_PARSER_CLASSES": ["radar.api.parsers.BoundedJSONParser"],
    "DEFAULT_SCHEMA_CLASS": "drf_spectacular.openapi.AutoSchema",
    "EXCEPTION_HANDLER": "radar.api.problems.problem_response",
    "COERCE_DECIMAL_TO_STRING": False,
    # What is wanted is said by `Accept`, and by no parameter.
    "URL_FORMAT_OVERRIDE": None,
}
# Beside the token, as VDAB has it: this header names the client (its client id).
API_KEY_HEADER = environment.API_KEY_HEADER
API_KEY_REQUIRED = environment.API_KEY_REQUIRED
# Webhooks go to public hosts only: to any, or to these and names below them. Those of our own
# network (host, or host:port) have to be named, and may do without TLS.
WEBHOOK_HOSTS = environment.WEBHOOK_HOSTS
WEBHOOK_PRIVATE_HOSTS = environment.WEBHOOK_PRIVATE_HOSTS
OAUTH2_PROVIDER_APPLICATION_MODEL = "accounts.ApiClient"
OAUTH2_PROVIDER: dict[str, Any] = {
    "SCOPES_BACKEND_CLASS": "accounts.oauth.ClientScopes",
    "OAUTH2_VALIDATOR_CLASS": "accounts.oauth.ClientValidator",
    "ACCESS_TOKEN_EXPIRE_SECONDS": 900,
    "ALLOWED_REDIRECT_URI_SCHEMES": ["https"],
    "REFRESH_TOKEN_REUSE_PROTECTION": True,
    **{
        f"COMPLIANT_BCP_RFC9700_{rule}": True
        for rule in (
            "IMPLICIT_GRANT",
            "PASSWORD_GRANT",
            "PKCE_METHOD",
            "ACCESS_TOKEN_TRANSPORT",
            "AUTHZ_RESPONSE_ISS",
            "TOKEN_STORAGE",
            "REFRESH_TOKEN",
            "REDIRECT_URI_SCHEME",
            "REDIRECT_URI_MATCHING",
            "PKCE_REQUIRED",
        )
    },
}
SPECTACULAR_SETTINGS = {
    "TITLE": "Radar Duaal API",
    "DESCRIPTION": "Recognised workplaces for dual learning in Flanders and Brussels, "
    "and the ranked pairings of campuses and establishments.",
    "VERSION": "1.0.0",
    "OAS_VERSION": "3.1.0",
    "SCHEMA_PATH_PREFIX": "/api/v1",
    "SERVE_INCLUDE_SCHEMA": False,
    # The page for reading, from our own server.
    "SWAGGER_UI_DIST": "SIDECAR",
    "SWAGGER_UI_FAVICON_HREF": "SIDECAR",
    "SWAGGER_UI_SETTINGS": {"validatorUrl": None},
    "ENUM_NAME_OVERRIDES": {
        "RecognitionStatus": "companies.api.writing.STATUSES",
        "RecognitionDecision": "companies.api.writing.DECISIONS",
        "OfferingStatus": "schools.api.writing.STATUSES",
        "TravelMode": "geo.reach.provider.Mode.values",
        "TravelSource": "geo.reach.provider.Source.values",
        "JobStatus": "matching.jobs.JobStatus.values",
    },
    "POSTPROCESSING_HOOKS": [
        "drf_spectacular.hooks.postprocess_schema_enums",
        "radar.api.schema.close_bodies",
        "radar.api.schema.describe_problems",
    ],
}

# Imports ----------------------------------------------------------------------------------------

# The share of its records that a file may end without somebody allowing it.
IMPORT_MAX_ENDED_SHARE = environment.IMPORT_MAX_ENDED_SHARE
# What the upload screen takes.
IMPORT_MAX_BYTES = environment.IMPORT_MAX_MEGABYTES << 20

# The education ministry's API. Without a key nothing is fetched.
EDUCATION_API_URL = environment.EDUCATION_API_URL
EDUCATION_API_KEY = environment.EDUCATION_API_KEY
EDUCATION_API_TIMEOUT = environment.EDUCATION_API_TIMEOUT
EDUCATION_API_RETRIES = environment.EDUCATION_API_RETRIES
if EDUCATION_API_KEY:
    CELERY_BEAT_SCHEDULE |= {
        # On week nights the schools that changed, on Sunday all: schools, programmes, offerings.
        "fetch-education-changes": {
            "task": "schools.fetch_education",
            "schedule": crontab(hour="1", minute="15", day_of_week="1-6"),
            "kwargs": {"changes_only": True},
        },
        "fetch-education": {
            "task": "schools.fetch_education",
            "schedule": crontab(hour="1", minute="15", day_of_week="0"),
        },
    }

# VDAB's vacancies, as a sign of demand. Without credentials nothing is read.
VDAB_API_URL = environment.VDAB_API_URL
VDAB_TOKEN_URL = environment.VDAB_TOKEN_URL
VDAB_API_KEY = environment.VDAB_API_KEY
VDAB_CLIENT_ID = environment.VDAB_CLIENT_ID
VDAB_CLIENT_SECRET = environment.VDAB_CLIENT_SECRET
VDAB_TIMEOUT = environment.VDAB_TIMEOUT
VDAB_CONFIGURED = all((VDAB_API_KEY, VDAB_CLIENT_ID, VDAB_CLIENT_SECRET))
if VDAB_CONFIGURED:
    CELERY_BEAT_SCHEDULE |= {
        "fetch-vacancies": {"task": "vacancies.fetch", "schedule": crontab(minute="25")},
    }

# Documents of requests for recognition ----------------------------------------------------------

# Where ClamAV listens, `host:port` or a socket's path; without it documents are not scanned.
CLAMD_ADDRESS = environment.CLAMD_ADDRESS
DOCUMENT_MAX_BYTES = environment.DOCUMENT_MAX_MEGABYTES << 20

# Mail, map, logs --------------------------------------------------------------------------------

# Every mail waits in the outbox, which the administration shows, and goes out by Celery.
EMAIL_BACKEND = "post_office.EmailBackend"
POST_OFFICE = {
    "BACKENDS": {"default": environment.EMAIL["EMAIL_BACKEND"]},
    "CELERY_ENABLED": True,
    "MAX_RETRIES": 5,
    # Who sends keeps others off; two installations on one machine do not wait for each other.
    "LOCK_FILE_NAME": "mail-" + str(DATA_DIR).strip("/").replace("/", "-"),
    "MESSAGE_ID_ENABLED": True,
    "MESSAGE_ID_FQDN": SITE_URL.split("//")[-1].split(":")[0],
}
EMAIL_HOST = environment.EMAIL["EMAIL_HOST"]
EMAIL_PORT = environment.EMAIL["EMAIL_PORT"]
EMAIL_HOST_USER = environment.EMAIL["EMAIL_HOST_USER"]
EMAIL_HOST_PASSWORD = environment.EMAIL["EMAIL_HOST_PASSWORD"]
EMAIL_USE_TLS = environment.EMAIL.get("EMAIL_USE_TLS", False)
EMAIL_USE_SSL = environment.EMAIL.get("EMAIL_USE_SSL", False)
DEFAULT_FROM_EMAIL = environment.DEFAULT_FROM_EMAIL

MAP_TILE_URL = environment.MAP_TILE_URL
MAP_TILE_ATTRIBUTION = environment.MAP_TILE_ATTRIBUTION
if MAP_TILE_URL:
    _origin = "/".join(MAP_TILE_URL.split("/")[:3])
    CONTENT_SECURITY_POLICY["DIRECTIVES"]["connect-src"].append(_origin)
    CONTENT_SECURITY_POLICY["DIRECTIVES"]["img-src"].append(_origin)

# Addresses to points: only the gazetteer needs no network ----------------------------------------

GEOCODERS = environment.GEOCODERS
GEOCODER_USER_AGENT = environment.GEOCODER_USER_AGENT
GEOCODER_TIMEOUT = environment.GEOCODER_TIMEOUT
GEOCODER_RETRIES = environment.GEOCODER_RETRIES
GEOCODER_RETRY_WAIT = environment.GEOCODER_RETRY_WAIT
GEOCODER_DELAYS = environment.GEOCODER_DELAYS
FLEMISH_GEOLOCATION_URL = environment.FLEMISH_GEOLOCATION_URL
NOMINATIM_URL = environment.NOMINATIM_URL
PHOTON_URL = environment.PHOTON_URL

# Travel times: without an engine they are estimated ----------------------------------------------

VALHALLA_URL = environment.VALHALLA_URL
VALHALLA_CONFIG = environment.VALHALLA_CONFIG
VALHALLA_PAIRS = environment.VALHALLA_PAIRS
VALHALLA_TIMEOUT = environment.VALHALLA_TIMEOUT
VALHALLA_RETRIES = environment.VALHALLA_RETRIES
VALHALLA_FAILURES = environment.VALHALLA_FAILURES
VALHALLA_REST = environment.VALHALLA_REST
GTFS_PATH = environment.GTFS_PATH
WORK_STARTS_AT = environment.WORK_STARTS_AT
REACH_CACHE_DAYS = environment.REACH_CACHE_DAYS
if GTFS_PATH:
    # A new file is read by a worker; who has the timetable of before open serves it until then.
    CELERY_BEAT_SCHEDULE["prepare-timetable"] = {
        "task": "geo.prepare_timetable",
        "schedule": crontab(minute="*/10"),
    }

LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "filters": {"trace": {"()": "radar.api.tracing.TraceFilter"}},
    "formatters": {"line": {"format": "%(asctime)s %(levelname)s %(trace)s %(name)s: %(message)s"}},
    "handlers": {
        "console": {"class": "logging.StreamHandler", "formatter": "line", "filters": ["trace"]}
    },
    "root": {"handlers": ["console"], "level": environment.LOG_LEVEL},
    # They tell each of their steps.
    "loggers": {name: {"level": "WARNING"} for name in ("cafein", "fontTools", "weasyprint")},
}
