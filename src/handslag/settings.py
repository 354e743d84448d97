"""Settings. Everything an operator decides comes from the environment; see docs/operating.md."""

from collections.abc import Callable
from pathlib import Path
from urllib.parse import unquote, urlsplit

import dj_database_url
from cryptography.fernet import Fernet
from csp.constants import NONE, SELF
from django.core.management.utils import get_random_secret_key

from handslag import environment

env = environment.read()
PACKAGE = Path(__file__).parent
HANDSLAG_HOME = env.home.resolve()
HANDSLAG_MODE = env.mode
HANDSLAG_ROLE_PICKER = env.role_picker
HANDSLAG_LANGUAGE = env.language
HANDSLAG_IMPORT_MAX_MB = env.import_max_mb
HANDSLAG_IMPORT_MAX_ROWS = env.import_max_rows
HANDSLAG_PROXIES = env.proxies
HANDSLAG_LOCAL_ACCOUNTS = env.local_accounts
HANDSLAG_IDLE_MINUTES = env.idle_minutes
HANDSLAG_SESSION_HOURS = env.session_hours
HANDSLAG_WATCH_MINUTES = env.watch_minutes
HANDSLAG_OIDC_ISSUER = env.oidc_issuer
HANDSLAG_OIDC_ACR = env.oidc_acr
HANDSLAG_OIDC_STAFF_CLAIM = env.oidc_staff_claim
HANDSLAG_OIDC_PERSON_CLAIM = env.oidc_person_claim
HANDSLAG_ADDRESS = env.address
HANDSLAG_MICRODATA = env.microdata
HANDSLAG_PUBLISH_TO = env.publish_to
HANDSLAG_PUBLISH_AT = env.publish_at
DEBUG = env.debug
SECRETS = ("secret_key", "encryption_keys", "index_key")
HANDSLAG_MADE_HERE = [environment.name_of(name) for name in SECRETS if not getattr(env, name)]
"""The secrets that the environment does not give, so that the installation makes its own: not for production."""


def _own(name: str, given: str, make: Callable[[], str]) -> str:
    """A secret of the environment, or one of this installation's own, made once and kept readable for it alone."""
    if given:
        return given
    path = HANDSLAG_HOME / f"{name}.key"
    if not path.exists():
        HANDSLAG_HOME.mkdir(mode=0o700, parents=True, exist_ok=True)
        path.touch(mode=0o600)
        path.write_text(make())
    return path.read_text()


def _new_data_key() -> str:
    return Fernet.generate_key().decode()


SECRET_KEY = _own("secret_key", env.secret_key, get_random_secret_key)
HANDSLAG_ENCRYPTION_KEYS = _own("encryption_keys", ",".join(env.encryption_keys), _new_data_key).split(",")
HANDSLAG_INDEX_KEY = _own("index_key", env.index_key, _new_data_key)
ALLOWED_HOSTS = list(env.hosts)
CSRF_TRUSTED_ORIGINS = [f"https://{h}" for h in ALLOWED_HOSTS if h not in ("127.0.0.1", "localhost", "[::1]")]

HANDSLAG_SENDS_MAIL = bool(env.mail_url)
MAIL = urlsplit(env.mail_url)
EMAIL_HOST, EMAIL_PORT = MAIL.hostname or "localhost", MAIL.port or (465 if MAIL.scheme == "smtps" else 587)
EMAIL_HOST_USER, EMAIL_HOST_PASSWORD = unquote(MAIL.username or ""), unquote(MAIL.password or "")
EMAIL_USE_SSL = MAIL.scheme == "smtps"
EMAIL_USE_TLS = MAIL.scheme == "smtp" and MAIL.hostname not in ("localhost", "127.0.0.1")
EMAIL_TIMEOUT = 20
DEFAULT_FROM_EMAIL = env.mail_from

DATABASES = {
    "default": dj_database_url.parse(
        env.database_url or f"sqlite:///{HANDSLAG_HOME / 'handslag.sqlite3'}", conn_max_age=600
    )
}
if DATABASES["default"]["ENGINE"].endswith("sqlite3"):
    DATABASES["default"]["ENGINE"] = "handslag.foundation.sqlite"
    DATABASES["default"]["OPTIONS"] = {
        "transaction_mode": "IMMEDIATE",
        "timeout": 20,
        "init_command": "PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL; PRAGMA cache_size=-65536;",
    }
else:  # what is asked again is planned once, for any ids, and not compiled: with the wall's policies that costs most
    DATABASES["default"]["OPTIONS"] = {
        "server_side_binding": True,
        "prepare_threshold": 2,
        "options": "-c jit=off -c plan_cache_mode=force_generic_plan",
    }
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
CACHES = {  # one for all processes and machines: what slows down guessing counts there
    "default": {
        "BACKEND": "handslag.foundation.cache.JsonCache",
        "LOCATION": "handslag_cache",
    }
}

INSTALLED_APPS = [
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "django.contrib.auth",
    "django.forms",
    "django_htmx",
    "allauth",
    "allauth.account",
    "allauth.mfa",
    "allauth.socialaccount",
    "allauth.socialaccount.providers.openid_connect",
    "handslag.foundation",
    "handslag.ui",
    "handslag.journal",
    "handslag.parties",
    "handslag.persons",
    "handslag.outbox",
    "handslag.disclosure",
    "handslag.cases",
    "handslag.handovers",
    "handslag.drafts",
    "handslag.sharing",
    "handslag.meetings",
    "handslag.measures",
    "handslag.referrals",
    "handslag.participations",
    "handslag.plans",
    "handslag.passages",
    "handslag.assessments",
    "handslag.watch",
    "handslag.associations",
    "handslag.rights",
    "handslag.intake",
    "handslag.microdata",
    "handslag.analyses",
    "handslag.site",
]
AUTH_USER_MODEL = "parties.User"
ACCOUNT_USER_MODEL_USERNAME_FIELD = None
ACCOUNT_LOGIN_METHODS = {"email"}
ACCOUNT_SIGNUP_FIELDS = ["email*", "password1*"]
ACCOUNT_EMAIL_VERIFICATION = "none"
ACCOUNT_ADAPTER = "handslag.site.entrance.accounts.Adapter"
ACCOUNT_AUTHENTICATED_LOGIN_REDIRECTS = False
ACCOUNT_SESSION_REMEMBER = True
ACCOUNT_LOGIN_TIMEOUT = 300  # seconds between the password and the second factor
ACCOUNT_FORMS = {
    "login": "handslag.site.entrance.forms.SignInForm",
    "reauthenticate": "handslag.site.entrance.forms.PasswordForm",
}
ACCOUNT_RATE_LIMITS = {
    "login": None,  # a whole unit signs in from one address
    "login_failed": None,  # counted as follows (site/entrance/accounts.py)
    "failed_here": "5/2s/key,10/1m/key,20/15m/key,100/1d/key",  # at one account from one address
    "password_failed": "6/30s/key",  # at one account, whoever tries: its owner waits for half a minute at most
    "password_failed_by_strangers": "2000/1d/key",  # ... from where its owner has not signed in lately
    "code_failed": "2/30s/key",  # at the code of one account, by whoever has its password
    "code_failed_by_strangers": "100/1d/key",
    "number_missed": "30/1h/key",  # searches by one person for numbers of nobody whom the person may know (cases)
    "number_missed_by_system": "1000/1h/key",  # ... by a party's own system
}
MFA_ADAPTER = "handslag.parties.second_factor.Adapter"
MFA_SUPPORTED_TYPES = ["totp", "webauthn", "recovery_codes"]
MFA_TOTP_ISSUER = "Handslag"
MFA_TOTP_TOLERANCE = 1  # the code before and the one after count too, for clocks that differ
MFA_RECOVERY_CODES_SHOW_ONCE = True
MFA_FORMS = {
    "authenticate": "handslag.site.entrance.forms.CodeForm",
    "add_webauthn": "handslag.site.entrance.forms.PasskeyForm",
}
SOCIALACCOUNT_ADAPTER = "handslag.site.entrance.oidc.Adapter"
SOCIALACCOUNT_PROVIDERS = {
    "openid_connect": {
        "OAUTH_PKCE_ENABLED": True,
        "SCOPE": list(env.oidc_scopes),
        "AUTH_PARAMS": {"acr_values": " ".join(HANDSLAG_OIDC_ACR)},
        "APPS": [
            {
                "provider_id": "eid",
                "name": "e-ID",
                "client_id": env.oidc_client_id,
                "secret": env.oidc_client_secret,
                "settings": {"server_url": HANDSLAG_OIDC_ISSUER},
            }
        ],
    }
}
AUTHENTICATION_BACKENDS = ["handslag.parties.accounts.Backend"]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.MinimumLengthValidator", "OPTIONS": {"min_length": 12}},
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
    {"NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator"},
]
PASSWORD_HASHERS = ["django.contrib.auth.hashers.ScryptPasswordHasher"]
SESSION_ENGINE = "handslag.ui.session_store"
LOGIN_URL = "sign-in"
LOGIN_REDIRECT_URL = "start"

MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "handslag.ui.compression.OwnPagesCompressed",
    "csp.middleware.CSPMiddleware",
    "handslag.ui.middleware.language",
    "handslag.site.middleware.behind_the_wall",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "handslag.ui.middleware.ending_sessions",
    "handslag.site.middleware.deny_by_default",
]
ROOT_URLCONF = "handslag.site.urls"
WSGI_APPLICATION = "handslag.wsgi.application"
FORM_RENDERER = "handslag.ui.forms.FkuiRenderer"
TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.messages.context_processors.messages",
                "handslag.site.context.shell",
            ],
            "builtins": ["django.templatetags.i18n", "django.templatetags.static", "handslag.ui.templatetags.fkui"],
        },
    }
]

LANGUAGE_CODE = "sv"
LANGUAGES = [("sv", "Svenska"), ("en", "English")]
LOCALE_PATHS = [PACKAGE / "locale"]
TIME_ZONE = "Europe/Stockholm"
USE_TZ = True

STATIC_URL = "static/"
STATIC_ROOT = HANDSLAG_HOME / "static"
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {"BACKEND": "whitenoise.storage.CompressedManifestStaticFilesStorage"},
}
DATA_UPLOAD_MAX_NUMBER_FIELDS = 2000
FILE_UPLOAD_HANDLERS = ["handslag.ui.uploads.LimitedUpload"]

SECURE = HANDSLAG_MODE == "production"
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = SECURE
SESSION_COOKIE_NAME = "__Host-handslag" if SECURE else "handslag"
CSRF_COOKIE_NAME = "__Host-csrf" if SECURE else "csrf"
SESSION_COOKIE_HTTPONLY = CSRF_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = CSRF_COOKIE_SAMESITE = "Lax"
SESSION_COOKIE_AGE = HANDSLAG_SESSION_HOURS * 3600
SECURE_HSTS_SECONDS = 31_536_000 if SECURE else 0
SECURE_HSTS_INCLUDE_SUBDOMAINS = SECURE
SECURE_SSL_REDIRECT = SECURE
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https") if SECURE else None
SECURE_REFERRER_POLICY = "same-origin"
X_FRAME_OPTIONS = "DENY"
OIDC_ORIGIN = ["{0.scheme}://{0.netloc}".format(urlsplit(HANDSLAG_OIDC_ISSUER))] if HANDSLAG_OIDC_ISSUER else []
CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": [NONE],
        "script-src": [SELF],
        "style-src": [SELF],
        "img-src": [SELF, "data:"],
        "font-src": [SELF],
        "connect-src": [SELF],
        "form-action": [SELF, *OIDC_ORIGIN],
        "base-uri": [NONE],
        "frame-ancestors": [NONE],
    }
}

LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "handlers": {"console": {"class": "logging.StreamHandler"}},
    "root": {"handlers": ["console"], "level": "WARNING"},
}
