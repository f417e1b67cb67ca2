"""Every environment variable the project reads, in one place, with its default.

`radar/settings/base.py` and its siblings import from here; nothing else in the project reads
the environment. `.env.example` lists the same names, and a test holds the two together.
"""

from datetime import time

from environs import Env, validate

env = Env()

SECRET_KEY: str = env.str("SECRET_KEY", "")
ALLOWED_HOSTS: list[str] = env.list("ALLOWED_HOSTS", ["localhost", "127.0.0.1", "[::1]"])
CSRF_TRUSTED_ORIGINS: list[str] = env.list("CSRF_TRUSTED_ORIGINS", [])
SITE_URL: str = env.str("SITE_URL", "http://localhost:8000")
HTTPS: bool = env.bool("HTTPS", True)

DATABASE = env.dj_db_url("DATABASE_URL", "postgis://radar@localhost/radar")
DATABASE_POOL_SIZE: int = env.int("DATABASE_POOL_SIZE", 8)
REDIS_URL: str = env.str("REDIS_URL", "redis://localhost:6379/0")
DATA_DIR: str = env.str("DATA_DIR", "")

TRUSTED_PROXIES: int = env.int("TRUSTED_PROXIES", 0)

OIDC_ISSUER: str = env.str("OIDC_ISSUER", "")
OIDC_CLIENT_ID: str = env.str("OIDC_CLIENT_ID", "")
OIDC_CLIENT_SECRET: str = env.str("OIDC_CLIENT_SECRET", "")
OIDC_NAME: str = env.str("OIDC_NAME", "ACM/IDM")
OIDC_SCOPES: list[str] = env.list("OIDC_SCOPES", ["openid", "profile", "email", "vo"])
OIDC_ORGANISATION_CLAIM: str = env.str("OIDC_ORGANISATION_CLAIM", "vo_orgcode")
OIDC_ROLES_CLAIM: str = env.str("OIDC_ROLES_CLAIM", "radarduaal_rol_3d")
OIDC_ROLES: dict[str, str] = env.dict(
    "OIDC_ROLES",
    {
        "RadarDuaal-trajectbegeleider": "coordinator",
        "RadarDuaal-bedrijfsbeheerder": "company_owner",
        "RadarDuaal-bedrijfsgebruiker": "company_member",
        "RadarDuaal-sectorconsulent": "consultant",
    },
)
OIDC_SECTORS: dict[str, str] = env.dict("OIDC_SECTORS", {})
OIDC_HAS_SECOND_FACTOR: bool = env.bool("OIDC_HAS_SECOND_FACTOR", True)

EMAIL = env.dj_email_url("EMAIL_URL", "console:")
DEFAULT_FROM_EMAIL: str = env.str("DEFAULT_FROM_EMAIL", "Radar Duaal <radar@localhost>")

API_KEY_HEADER: str = env.str("API_KEY_HEADER", "X-IBM-Client-Id")
API_KEY_REQUIRED: bool = env.bool("API_KEY_REQUIRED", False)
WEBHOOK_HOSTS: list[str] = env.list("WEBHOOK_HOSTS", [])
WEBHOOK_PRIVATE_HOSTS: list[str] = env.list("WEBHOOK_PRIVATE_HOSTS", [])

IMPORT_MAX_ENDED_SHARE: float = env.float("IMPORT_MAX_ENDED_SHARE", 0.1)
IMPORT_MAX_MEGABYTES: int = env.int("IMPORT_MAX_MEGABYTES", 1024)

EDUCATION_API_URL: str = env.str("EDUCATION_API_URL", "https://onderwijs.api.vlaanderen.be")
EDUCATION_API_KEY: str = env.str("EDUCATION_API_KEY", "")
EDUCATION_API_TIMEOUT: float = env.float("EDUCATION_API_TIMEOUT", 30.0)
EDUCATION_API_RETRIES: int = env.int("EDUCATION_API_RETRIES", 5)

VDAB_API_URL: str = env.str(
    "VDAB_API_URL", "https://api.vdab.be/services/openservices/vacatures/v4.2.0"
)
VDAB_TOKEN_URL: str = env.str(
    "VDAB_TOKEN_URL", "https://op-derden.vdab.be/isam/sps/oauth/oauth20/token"
)
VDAB_API_KEY: str = env.str("VDAB_API_KEY", "")
VDAB_CLIENT_ID: str = env.str("VDAB_CLIENT_ID", "")
VDAB_CLIENT_SECRET: str = env.str("VDAB_CLIENT_SECRET", "")
VDAB_TIMEOUT: float = env.float("VDAB_TIMEOUT", 30.0)

CLAMD_ADDRESS: str = env.str("CLAMD_ADDRESS", "")
DOCUMENT_MAX_MEGABYTES: int = env.int("DOCUMENT_MAX_MEGABYTES", 10)
DOCUMENT_KEPT_DAYS: int = env.int("DOCUMENT_KEPT_DAYS", 90)
DRAFT_KEPT_DAYS: int = env.int("DRAFT_KEPT_DAYS", 180)

MAP_TILE_URL: str = env.str("MAP_TILE_URL", "")
MAP_TILE_ATTRIBUTION: str = env.str("MAP_TILE_ATTRIBUTION", "")

GEOCODERS: list[str] = env.list(
    "GEOCODERS",
    ["gazetteer"],
    validate=validate.ContainsOnly(["flemish", "nominatim", "photon", "gazetteer"]),
)
GEOCODER_USER_AGENT: str = env.str("GEOCODER_USER_AGENT", "radar-duaal")
GEOCODER_TIMEOUT: float = env.float("GEOCODER_TIMEOUT", 5.0)
GEOCODER_RETRIES: int = env.int("GEOCODER_RETRIES", 2)
GEOCODER_RETRY_WAIT: float = env.float("GEOCODER_RETRY_WAIT", 5.0)
GEOCODER_DELAYS: dict[str, float] = env.dict(
    "GEOCODER_DELAYS", {"flemish": 0.1, "nominatim": 1.0, "photon": 1.0}, subcast_values=float
)
FLEMISH_GEOLOCATION_URL: str = env.str("FLEMISH_GEOLOCATION_URL", "https://geo.api.vlaanderen.be")
NOMINATIM_URL: str = env.str("NOMINATIM_URL", "https://nominatim.openstreetmap.org")
PHOTON_URL: str = env.str("PHOTON_URL", "https://photon.komoot.io")

VALHALLA_URL: str = env.str("VALHALLA_URL", "")
VALHALLA_CONFIG: str = env.str("VALHALLA_CONFIG", "")
VALHALLA_PAIRS: int = env.int("VALHALLA_PAIRS", 250)
VALHALLA_TIMEOUT: float = env.float("VALHALLA_TIMEOUT", 5.0)
VALHALLA_RETRIES: int = env.int("VALHALLA_RETRIES", 1)
VALHALLA_FAILURES: int = env.int("VALHALLA_FAILURES", 3)
VALHALLA_REST: float = env.float("VALHALLA_REST", 60.0)
GTFS_PATH: list[str] = env.list("GTFS_PATH", [])
WORK_STARTS_AT: time = env.time("WORK_STARTS_AT", time(8, 0))
REACH_CACHE_DAYS: int = env.int("REACH_CACHE_DAYS", 90)

LOG_LEVEL: str = env.str("LOG_LEVEL", "INFO")
