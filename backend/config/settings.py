"""All settings, from environment variables. Nothing here starts or waits for anything.

Where DATABASE_URL and REDIS_URL are unset, run commands through ``manage.py with_services -- CMD``, which
starts both servers and sets them.
"""

import logging
import secrets
from pathlib import Path

import environ
from csp.constants import NONE, SELF

from backend.config.secret_files import secret, secrets_listed, with_password, words_of
from backend.config.social import oidc_from
from backend.observability.logs import logging_config

BASE_DIR = Path(__file__).resolve().parents[2]
LOCAL_DIR = BASE_DIR / ".local"

env = environ.Env()

DEBUG = env.bool("DEBUG", default=False)
# A throw-away key makes commands that need no sessions (check, migrate, collectstatic) work without one;
# with_services and docker-compose give the serving processes a lasting key, without which they refuse to serve.
SECRET_KEY = secret(env, "SECRET_KEY")
SECRET_KEY_IS_THROWN_AWAY = not SECRET_KEY
SECRET_KEY = SECRET_KEY or secrets.token_urlsafe(48)
# Former keys: what was signed or encrypted with them is still read.
SECRET_KEY_FALLBACKS = secrets_listed(env, "SECRET_KEY_FALLBACKS")
ALLOWED_HOSTS = words_of(env.str("ALLOWED_HOSTS", default="localhost,127.0.0.1,[::1]"))
CSRF_TRUSTED_ORIGINS = words_of(env.str("CSRF_TRUSTED_ORIGINS", default=""))
SITE_NAME = env.str("SITE_NAME", default="Helianthus")

INSTALLED_APPS = [
    "frontend",  # first: its templates replace those of allauth and the admin's error pages
    "django.contrib.admin",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.humanize",
    "django.contrib.postgres",
    "whitenoise.runserver_nostatic",
    "backend.common.static.StaticFiles",
    "allauth",
    "allauth.account",
    "allauth.mfa",
    "allauth.usersessions",
    "allauth.socialaccount",
    "allauth.socialaccount.providers.openid_connect",
    "django_htmx",
    "rest_framework",
    "drf_spectacular",
    "drf_spectacular_sidecar",
    "django_filters",
    "django_structlog",
    "backend.common",
    "backend.observability",
    "backend.accounts",
    "backend.polls",
    "backend.entities",
    "backend.comparisons",
    "backend.trust",
    "backend.scores",
    "backend.pipeline",
    "backend.alerts",
    "backend.participation",
    "backend.datasets",
    "backend.config",
]

MIDDLEWARE = [
    "backend.observability.probes.middleware.ProbeMiddleware",
    "backend.observability.requests.RequestMiddleware",
    "backend.common.unread.UnreadBodyMiddleware",
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "backend.common.api.cors.CorsMiddleware",
    "csp.middleware.CSPMiddleware",
    "django_permissions_policy.PermissionsPolicyMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.locale.LocaleMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
    "frontend.middleware.NoStoreMiddleware",
    "frontend.middleware.TimeZoneMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "backend.observability.api_writes.ApiWritesMiddleware",
    "backend.common.limits.PostLimitMiddleware",
]

ROOT_URLCONF = "backend.config.urls"
WSGI_APPLICATION = "backend.config.wsgi.application"
TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "frontend.context_processors.site",
            ]
        },
    }
]

# ---------------------------------------------------------------- stores
DATABASES = {"default": env.db("DATABASE_URL", default="postgresql:///helianthus")}
DATABASES["default"] |= {
    "CONN_MAX_AGE": 60,
    "CONN_HEALTH_CHECKS": True,
    # A server that fell silent is noticed within half a minute, not after the two hours of TCP.
    "OPTIONS": {"connect_timeout": 10, "keepalives_idle": 10, "keepalives_interval": 5, "keepalives_count": 4}
    | DATABASES["default"].get("OPTIONS", {}),
}
DATABASES["default"]["PASSWORD"] = secret(env, "POSTGRES_PASSWORD") or DATABASES["default"]["PASSWORD"]
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

REDIS_URL = with_password(env.str("REDIS_URL", default="redis://localhost:6379/0"), secret(env, "REDIS_PASSWORD"))
CACHES = {"default": {"BACKEND": "django.core.cache.backends.redis.RedisCache", "LOCATION": REDIS_URL}}

# ---------------------------------------------------------------- Celery
# redis-py and Django write a socket as unix://PATH?db=N, kombu as redis+socket://PATH?virtual_host=N.
CELERY_BROKER_URL = REDIS_URL.replace("unix://", "redis+socket://").replace("?db=", "?virtual_host=")
CELERY_BROKER_TRANSPORT_OPTIONS = {
    "global_keyprefix": env.str("CELERY_KEY_PREFIX", default=""),
    "socket_connect_timeout": 5,
}
# Redis may be away for as long as it likes; what was to be sent meanwhile is found in the database and sent later,
# so that nobody waits long for it now. The second try is for a connection that a restart of Redis has cut.
CELERY_BROKER_CONNECTION_MAX_RETRIES = None
CELERY_BROKER_CONNECTION_RETRY_ON_STARTUP = True
CELERY_TASK_PUBLISH_RETRY_POLICY = {"max_retries": 1, "interval_start": 0}
CELERY_TASK_IGNORE_RESULT = True
CELERY_TASK_ACKS_LATE = True
CELERY_TASK_REJECT_ON_WORKER_LOST = True
CELERY_WORKER_PREFETCH_MULTIPLIER = 1
# A new worker process loads its kernels before it reports, and compiles them where no cache is there yet;
# Celery's default of 4 seconds would kill it again and again.
CELERY_WORKER_PROC_ALIVE_TIMEOUT = 180.0
CELERY_TIMEZONE = "UTC"
CELERY_BEAT_SCHEDULER = "backend.config.beat:Scheduler"
CELERY_BEAT_SCHEDULE = {
    "send-mails": {"task": "mails.send", "schedule": 10.0},
    "tell-of-runs": {"task": "alerts.runs_watch", "schedule": 10.0},
    "start-runs-for-news": {"task": "pipeline.start_runs_for_news", "schedule": 5.0},
    "prune-runs-and-scores": {"task": "pipeline.prune", "schedule": 3600.0},
    "delete-unverified-accounts": {"task": "accounts.delete_unverified", "schedule": 6 * 3600.0},
}

# ---------------------------------------------------------------- runs
RUNS_KEPT_DAYS = env.int("RUNS_KEPT_DAYS", default=14)  # docs/operations.md says what is kept longer
RUN_SECONDS_AT_MOST = env.int("RUN_SECONDS_AT_MOST", default=6 * 3600)  # a hundred times a run of a million judgments

# ---------------------------------------------------------------- people
AUTH_USER_MODEL = "accounts.User"
AUTHENTICATION_BACKENDS = ["backend.accounts.backends.VerifiedEmailBackend"]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator"},
    {"NAME": "django.contrib.auth.password_validation.MinimumLengthValidator", "OPTIONS": {"min_length": 10}},
    {"NAME": "backend.accounts.passwords.CommonPasswordValidator"},
    {"NAME": "django.contrib.auth.password_validation.NumericPasswordValidator"},
]
PASSWORD_HASHERS = [
    "django.contrib.auth.hashers.Argon2PasswordHasher",
    "django.contrib.auth.hashers.PBKDF2PasswordHasher",
]
LOGIN_URL = "account_login"
LOGIN_REDIRECT_URL = "home"
ACCOUNT_LOGIN_METHODS = {"username", "email"}
ACCOUNT_SIGNUP_FIELDS = ["username*", "email*", "password1*", "password2*"]
ACCOUNT_EMAIL_VERIFICATION = "mandatory"
ACCOUNT_PREVENT_ENUMERATION = "strict"
ACCOUNT_SESSION_REMEMBER = True
ACCOUNT_USERNAME_MIN_LENGTH = 2
ACCOUNT_ADAPTER = "backend.accounts.adapters.AccountAdapter"
ACCOUNT_FORMS = {
    "signup": "backend.accounts.forms.SignupForm",
    "reset_password": "backend.accounts.forms.ResetPasswordForm",
}
ACCOUNT_EMAIL_SUBJECT_PREFIX = f"{SITE_NAME}: "
ACCOUNT_CHANGE_EMAIL = True  # one address; a new one replaces it once it is verified
ACCOUNT_EMAIL_NOTIFICATIONS = True
ACCOUNT_LOGIN_ON_EMAIL_CONFIRMATION = True  # in the browser that signed up, nowhere else
ACCOUNT_REAUTHENTICATION_REQUIRED = True
MFA_ADAPTER = "backend.accounts.adapters.MFAAdapter"
MFA_FORMS = {
    "add_webauthn": "backend.accounts.forms.AddPasskeyForm",
    "authenticate_webauthn": "backend.accounts.forms.AuthenticatePasskeyForm",
    "login_webauthn": "backend.accounts.forms.LoginPasskeyForm",
    "reauthenticate_webauthn": "backend.accounts.forms.ReauthenticatePasskeyForm",
}
MFA_SUPPORTED_TYPES = ["totp", "webauthn", "recovery_codes"]
MFA_PASSKEY_LOGIN_ENABLED = True
MFA_TOTP_ISSUER = SITE_NAME
MFA_TOTP_TOLERANCE = 1  # clocks of phones are up to half a minute off

OIDC = oidc_from(env)  # log-in with another site's account: nothing unless the environment names one
SOCIALACCOUNT_PROVIDERS = OIDC.providers
SOCIALACCOUNT_ADAPTER = "backend.accounts.adapters.SocialAccountAdapter"
SOCIALACCOUNT_FORMS = {"signup": "backend.accounts.forms.SocialSignupForm"}
SOCIALACCOUNT_AUTO_SIGNUP = False  # people choose the name under which they appear
SOCIALACCOUNT_REQUESTS_TIMEOUT = 10

EMAIL_CONFIG = env.email("EMAIL_URL", default="consolemail://")
EMAIL_CONFIG["EMAIL_HOST_PASSWORD"] = secret(env, "EMAIL_PASSWORD") or EMAIL_CONFIG["EMAIL_HOST_PASSWORD"]
vars().update(EMAIL_CONFIG)
EMAIL_DELIVERY_BACKEND = EMAIL_CONFIG["EMAIL_BACKEND"]
EMAIL_BACKEND = "backend.observability.mails.backends.QueueingBackend"
EMAIL_TIMEOUT = 10
DEFAULT_FROM_EMAIL = env.str("DEFAULT_FROM_EMAIL", default="helianthus@localhost")

# ---------------------------------------------------------------- languages, times
LANGUAGE_CODE = "en"
# Each by its own name: who looks for theirs may read no other.
LANGUAGES = [("en", "English"), ("fr", "Français")]
LOCALE_PATHS = [BASE_DIR / "locale"]
USE_TZ = True
TIME_ZONE = "UTC"

# ---------------------------------------------------------------- static files
STATIC_URL = "static/"
STATIC_ROOT = env.path("STATIC_ROOT", default=BASE_DIR / "staticfiles")
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {"BACKEND": env.str("STATICFILES_STORAGE", default="frontend.bundles.BundlingStorage")},
}

# ---------------------------------------------------------------- security
HTTPS = env.bool("HTTPS", default=False)
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = SECURE_SSL_REDIRECT = HTTPS
SECURE_HSTS_SECONDS = 31_536_000 if HTTPS else 0
# A site cannot promise HTTPS for other names of its domain, nor ask browsers to ship that promise.
SILENCED_SYSTEM_CHECKS = ["security.W005", "security.W021"]
BEHIND_PROXY = env.bool("BEHIND_PROXY", default=False)
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https") if BEHIND_PROXY else None
# How many proxies of ours stand in front: so many last entries of X-Forwarded-For are believed, no others.
NUM_PROXIES = env.int("NUM_PROXIES", default=int(BEHIND_PROXY))
ALLAUTH_TRUSTED_PROXY_COUNT = NUM_PROXIES
SESSION_COOKIE_HTTPONLY = True
X_FRAME_OPTIONS = "DENY"
SECURE_REFERRER_POLICY = "same-origin"
CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": [NONE],
        "script-src": [SELF],
        "style-src": [SELF],
        "img-src": [SELF, "data:"],
        "font-src": [SELF],
        "connect-src": [SELF],
        "form-action": [SELF, *OIDC.origins],
        "base-uri": [NONE],
        "frame-ancestors": [NONE],
    }
}
PERMISSIONS_POLICY: dict[str, list[str]] = {
    name: [] for name in ("camera", "geolocation", "microphone", "payment", "usb", "accelerometer", "gyroscope")
}
DATA_UPLOAD_MAX_MEMORY_SIZE = 1_000_000
DATA_UPLOAD_MAX_NUMBER_FIELDS = 200

# ---------------------------------------------------------------- API
REST_FRAMEWORK = {
    "DEFAULT_AUTHENTICATION_CLASSES": [
        "backend.accounts.tokens.authentication.TokenAuthentication",
        "backend.common.api.authentication.SessionAuthentication",
    ],
    "DEFAULT_PERMISSION_CLASSES": ["rest_framework.permissions.AllowAny"],
    "DEFAULT_RENDERER_CLASSES": ["rest_framework.renderers.JSONRenderer"],
    "DEFAULT_PARSER_CLASSES": ["backend.common.api.parsers.StrictJSONParser"],
    "DEFAULT_THROTTLE_CLASSES": ["backend.common.api.throttling.Throttle"],
    "DEFAULT_SCHEMA_CLASS": "backend.common.api.schema.AutoSchema",
    "DEFAULT_METADATA_CLASS": None,
    "EXCEPTION_HANDLER": "backend.common.api.problems.exception_handler",
    "URL_FORMAT_OVERRIDE": None,
    "NUM_PROXIES": NUM_PROXIES,
}
# Origins of other sites whose pages may use the API, without cookies; none by default, * for all.
API_CORS_ORIGINS = words_of(env.str("API_CORS_ORIGINS", default=""))
# Requests per minute: of an address where nobody is logged in, else of a user.
API_LIMITS = {
    "anonymous_reads": env.int("API_LIMIT_ANONYMOUS_READS", default=1_200),
    "reads": env.int("API_LIMIT_READS", default=3_000),
    "writes": env.int("API_LIMIT_WRITES", default=120),
    "run_starts": env.int("API_LIMIT_RUN_STARTS", default=10),
    "exports": env.int("API_LIMIT_EXPORTS", default=6),
    "failed_tokens": env.int("API_LIMIT_FAILED_TOKENS", default=20),
    "bulk_lines": env.int("API_LIMIT_BULK_LINES", default=3_000),
}
SPECTACULAR_SETTINGS = {
    "TITLE": f"{SITE_NAME} API",
    "DESCRIPTION": "Polls, their items, scores with uncertainty, and your judgments.",
    "VERSION": "1.0.0",
    "OAS_VERSION": "3.1.0",
    "SERVE_INCLUDE_SCHEMA": False,
    "SCHEMA_PATH_PREFIX": "/api/v1",
    "COMPONENT_SPLIT_REQUEST": True,
    "ENFORCE_NON_BLANK_FIELDS": True,
    "ENUM_GENERATE_CHOICE_DESCRIPTION": False,
    "SWAGGER_UI_DIST": "SIDECAR",
    "SWAGGER_UI_FAVICON_HREF": "SIDECAR",
    "SWAGGER_UI_SETTINGS": {"deepLinking": True, "defaultModelsExpandDepth": 0},
    "POSTPROCESSING_HOOKS": [
        "drf_spectacular.hooks.postprocess_schema_enums",
        "backend.common.api.schema.add_problems",
    ],
}

# ---------------------------------------------------------------- what an operator sees
# Whoever has it reads /metrics, and why /readyz is not ready; without one there are no metrics.
METRICS_TOKEN = secret(env, "METRICS_TOKEN")
# Who is told by mail of runs and requests that failed, with commas; a poll's owner is told of its runs in any case.
ALERT_EMAILS = words_of(env.str("ALERT_EMAILS", default=""))
# Where the site is, for links in mails that no request asks for.
SITE_URL = env.str(
    "SITE_URL", default=f"{'https' if HTTPS else 'http'}://{next(iter(ALLOWED_HOSTS), 'localhost')}"
).rstrip("/")
LOGGING = logging_config(
    layout=env.str("LOG_FORMAT", default="text" if DEBUG else "json"),
    level=env.str("LOG_LEVEL", default="INFO"),
    secrets=(
        SECRET_KEY,
        *SECRET_KEY_FALLBACKS,
        METRICS_TOKEN,
        DATABASES["default"]["PASSWORD"] or "",
        secret(env, "REDIS_PASSWORD"),
        EMAIL_CONFIG["EMAIL_HOST_PASSWORD"] or "",
        secret(env, "SOCIAL_OIDC_SECRET"),
    ),
)
# Lines of tasks bear the ids of the request that asked for them.
DJANGO_STRUCTLOG_CELERY_ENABLED = True
# Tasks come every few seconds; what went wrong with one is told at its own level.
DJANGO_STRUCTLOG_CELERY_TASK_START_LOG_LEVEL = logging.DEBUG
DJANGO_STRUCTLOG_CELERY_TASK_SUCCESS_LOG_LEVEL = logging.DEBUG
DJANGO_STRUCTLOG_CELERY_TASK_FAILURE_LOG_LEVEL = logging.ERROR
