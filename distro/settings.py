"""Django's settings for Distro. What an operator can change comes from the environment (README, "Settings")."""

from __future__ import annotations

import os
import sys
from pathlib import Path
from urllib.parse import urlsplit

from distro import env, first_start
from distro.demo import addresses

BASE_DIR = Path(__file__).resolve().parent.parent
VAR_DIR = Path(os.environ.get("DISTRO_VAR_DIR") or BASE_DIR / "var")
ENV_FILE = Path(os.environ.get("DISTRO_ENV_FILE") or BASE_DIR / ".env")
if sys.argv[1:2] == ["demo"]:
    first_start.write_env_file(ENV_FILE)
    addresses.choose(ENV_FILE, VAR_DIR)
settings = env.Settings(ENV_FILE)

# --- what this installation is -----------------------------------------------------------------------------

DEBUG = settings.read("DEBUG", False, env.parse_switch)
SECRET_KEY = settings.required(
    "SECRET_KEY",
    unless=DEBUG,
    default="debug-only-key-that-signs-nothing-of-value-0123456789",
    remedy="set it to a long random text, or set DEBUG=on on a developer's machine",
)
FIELD_ENCRYPTION_KEYS = settings.read(
    "FIELD_ENCRYPTION_KEYS",
    ["ZGVidWctb25seS1kZWJ1Zy1vbmx5LWRlYnVnLW9ubHk="] if DEBUG else None,
    env.parse_fernet_keys,
)
if not FIELD_ENCRYPTION_KEYS:
    env.stop(
        "FIELD_ENCRYPTION_KEYS is not set: give it one or more Fernet keys, newest first, separated by commas."
    )
BASE_URL = settings.read("BASE_URL", "http://127.0.0.1:8000", env.parse_public_url)
SECURE = BASE_URL.startswith("https://")
ALLOWED_HOSTS = settings.read(
    "ALLOWED_HOSTS",
    [urlsplit(BASE_URL).hostname, *(["localhost", "127.0.0.1", "[::1]"] if DEBUG else [])],
    env.parse_hosts,
)
TRUSTED_PROXIES = settings.read("TRUSTED_PROXIES", [], env.parse_networks)
PUBLIC_RATE_LIMIT = settings.read("PUBLIC_RATE_LIMIT", (60, 60), env.parse_rate)
METRICS_TOKEN = settings.text("METRICS_TOKEN")

# --- Salesforce --------------------------------------------------------------------------------------------

SALESFORCE_CLIENT_ID = settings.text("SALESFORCE_CLIENT_ID")
SALESFORCE_CLIENT_SECRET = settings.text("SALESFORCE_CLIENT_SECRET")
if bool(SALESFORCE_CLIENT_ID) != bool(SALESFORCE_CLIENT_SECRET):
    env.stop("SALESFORCE_CLIENT_ID and SALESFORCE_CLIENT_SECRET go together: set both, or neither.")
SALESFORCE_LOGIN_URL = settings.read(
    "SALESFORCE_LOGIN_URL", "https://login.salesforce.com", env.parse_login_url
)
SALESFORCE_API_VERSION = settings.read("SALESFORCE_API_VERSION", "66.0", env.parse_api_version)
SYNC_RETRY_FIRST = settings.read("SYNC_RETRY_FIRST", 2.0, env.parse_seconds)
SYNC_RETRY_MAX = settings.read("SYNC_RETRY_MAX", 900.0, env.parse_seconds)
SYNC_CALL_TIMEOUT = settings.read("SYNC_CALL_TIMEOUT", 30.0, env.parse_seconds)
SYNC_LEASE = settings.read("SYNC_LEASE", 120.0, env.parse_seconds)
SYNC_VERIFY_AFTER = settings.read("SYNC_VERIFY_AFTER", 660.0, env.parse_seconds)
if SYNC_CALL_TIMEOUT > SYNC_LEASE / 2:
    env.stop("SYNC_CALL_TIMEOUT must not be above half of SYNC_LEASE: a call must end while its lease holds.")
CRM = "crm_sync.port.SalesforceCrm"

# --- the application ---------------------------------------------------------------------------------------

INSTALLED_APPS = [
    "distro.apps.DistroConfig",
    "distro.apps.DistroAdminConfig",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "adminsortable2",
    "allauth",
    "allauth.account",
    "allauth.socialaccount",
    "django_rq",
    "ninja",
    "distro.due",
    "routing",
    "crm_sync",
    "crm_sync.salesforce.login",
]
MIDDLEWARE = [
    "distro.proxies.ProxyMiddleware",
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "distro.headers.HeadersMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.locale.LocaleMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "allauth.account.middleware.AccountMiddleware",
]
ROOT_URLCONF = "distro.urls"
WSGI_APPLICATION = "distro.wsgi.application"
TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [BASE_DIR / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
            ],
        },
    },
]
LANGUAGE_CODE = "en"
# A page speaks one language: a visitor gets theirs, with its dates, once there is a file for it in locale/.
LANGUAGES = [("en", "English"), ("en-gb", "British English")]
LANGUAGES += [
    (folder.name.lower().replace("_", "-"), folder.name)
    for folder in sorted((BASE_DIR / "locale").glob("*/"))
]
TIME_ZONE = "UTC"
USE_TZ = True
USE_I18N = True
LOCALE_PATHS = [BASE_DIR / "locale"]
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
DATA_UPLOAD_MAX_NUMBER_FIELDS = 500

# --- where things are kept ---------------------------------------------------------------------------------

SQLITE_URL = f"sqlite:///{VAR_DIR / 'distro.sqlite3'}"
DATABASES = {
    "default": settings.read("DATABASE_URL", None, env.parse_database_url)
    or env.parse_database_url(SQLITE_URL)
}
if DATABASES["default"]["ENGINE"].endswith("sqlite3"):
    # IMMEDIATE takes the write lock when a transaction begins, so that no read has to be upgraded to a
    # write half-way (which SQLite refuses at once). Hence: never an atomic() around a network call.
    DATABASES["default"]["OPTIONS"] = {
        "transaction_mode": "IMMEDIATE",
        "timeout": 20,
        "init_command": "PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL;",
    }
    VAR_DIR.mkdir(exist_ok=True)
else:
    DATABASES["default"].setdefault("CONN_MAX_AGE", 60)
    DATABASES["default"]["CONN_HEALTH_CHECKS"] = True
REDIS_URL = settings.read("REDIS_URL", "redis://127.0.0.1:8379/0", env.parse_redis_url)
RQ_QUEUES = {
    "default": {
        "URL": REDIS_URL,
        "SERIALIZER": "rq.serializers.JSONSerializer",
        # Short, for the web's sake: a Redis that hangs must not hold a visitor. RQ lengthens it for its worker.
        "SOCKET_TIMEOUT": 1,
        "SOCKET_CONNECT_TIMEOUT": 1,
        "DEFAULT_RESULT_TTL": 0,
    },
}
RQ = {"WORKER_CLASS": "distro.worker.Worker", "COMMIT_MODE": "auto"}
RQ_SHOW_ADMIN_LINK = False
CACHES = {
    "default": {
        "BACKEND": "django.core.cache.backends.db.DatabaseCache",
        "LOCATION": "distro_cache",
        # Visitors' counters live here, one row an address and window: culling must not forget them early.
        "OPTIONS": {"MAX_ENTRIES": 100_000},
    },
}

# --- signing in --------------------------------------------------------------------------------------------

AUTHENTICATION_BACKENDS = [
    "django.contrib.auth.backends.ModelBackend",
    "allauth.account.auth_backends.AuthenticationBackend",
]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": f"django.contrib.auth.password_validation.{name}"}
    for name in ("MinimumLengthValidator", "CommonPasswordValidator", "NumericPasswordValidator")
]
LOGIN_URL = "account_login"
LOGIN_REDIRECT_URL = "/admin/"
ACCOUNT_ADAPTER = "crm_sync.salesforce.login.adapter.AccountAdapter"
ACCOUNT_LOGIN_METHODS = {"username", "email"}
ACCOUNT_SIGNUP_FIELDS = ["email*", "username*", "password1*"]
ACCOUNT_EMAIL_VERIFICATION = "none"
ACCOUNT_LOGOUT_ON_GET = False
SOCIALACCOUNT_ADAPTER = "crm_sync.salesforce.login.adapter.SocialAccountAdapter"
SOCIALACCOUNT_STORE_TOKENS = False
SOCIALACCOUNT_EMAIL_AUTHENTICATION = False
SOCIALACCOUNT_LOGIN_ON_GET = False
SOCIALACCOUNT_REQUESTS_TIMEOUT = 10
SOCIALACCOUNT_PROVIDERS = {
    "salesforce": {
        "APPS": [
            {
                "client_id": SALESFORCE_CLIENT_ID,
                "secret": SALESFORCE_CLIENT_SECRET,
                "key": SALESFORCE_LOGIN_URL,
            }
        ],
    },
}

# --- production hardening ----------------------------------------------------------------------------------

SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = SECURE_SSL_REDIRECT = SECURE
SECURE_REDIRECT_EXEMPT = [r"^healthz(/sync)?$", r"^readyz$", r"^metrics$"]
SECURE_HSTS_SECONDS = 31536000 if SECURE else 0
SECURE_HSTS_INCLUDE_SUBDOMAINS = SECURE_HSTS_PRELOAD = SECURE
SECURE_REFERRER_POLICY = "same-origin"
SESSION_COOKIE_NAME = "__Host-session" if SECURE else "distro_session"
CSRF_COOKIE_NAME = "__Host-csrf" if SECURE else "distro_csrf"
CSRF_COOKIE_HTTPONLY = True
CSRF_TRUSTED_ORIGINS = [BASE_URL]
X_FRAME_OPTIONS = "DENY"
SILENCED_SYSTEM_CHECKS = [
    "security.W002"
]  # HeadersMiddleware sends X-Frame-Options, but for pages meant to be framed

# --- static files, mail, logs ------------------------------------------------------------------------------

STATIC_URL = "/static/"
STATIC_ROOT = BASE_DIR / "staticfiles"
STATICFILES_DIRS = [BASE_DIR / "static"]
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {
        "BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"
        if DEBUG
        else "distro.static_files.StaticFilesStorage"
    },
}
WHITENOISE_USE_FINDERS = True
mail = settings.read("EMAIL_URL", None, env.parse_email_url) or env.parse_email_url("consolemail://")
if mail.get("EMAIL_FILE_PATH"):  # django-environ makes a relative path of filemail:///folder
    mail["EMAIL_FILE_PATH"] = "/" + mail["EMAIL_FILE_PATH"].lstrip("/")
vars().update(mail)
EMAIL_TIMEOUT = 30  # a mail server that hangs must not outlast a worker's lease
DEFAULT_FROM_EMAIL = settings.text("DEFAULT_FROM_EMAIL", f"Distro <no-reply@{urlsplit(BASE_URL).hostname}>")
LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {"line": {"format": "%(asctime)s %(levelname)s %(name)s %(message)s"}},
    "handlers": {"console": {"class": "logging.StreamHandler", "formatter": "line"}},
    "root": {"handlers": ["console"], "level": "INFO"},
}
SENTRY_DSN = settings.read("SENTRY_DSN", "", env.parse_dsn)
if SENTRY_DSN:
    import sentry_sdk

    # No local variables: tokens and answers stand in them.
    sentry_sdk.init(dsn=SENTRY_DSN, send_default_pii=False, include_local_variables=False)
