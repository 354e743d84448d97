"""Settings for the tests: the product's own, with a database and a home of their own."""

import os
import tempfile

os.environ["HANDSLAG_MODE"] = "demo"
os.environ["HANDSLAG_HOME"] = os.environ.get("HANDSLAG_TEST_HOME") or tempfile.mkdtemp(prefix="handslag-test-")
os.environ["DATABASE_URL"] = os.environ.get("HANDSLAG_TEST_DATABASE", "")

from handslag.settings import *  # noqa: E402, F403
from handslag.settings import CACHES, DATABASES, HANDSLAG_HOME, MIDDLEWARE, STATIC_ROOT, TEMPLATES  # noqa: E402
from tests.strictness import UndefinedVariable  # noqa: E402

STATIC_ROOT.mkdir(exist_ok=True)
DATABASES["default"]["CONN_MAX_AGE"] = 0
if DATABASES["default"]["ENGINE"].endswith("sqlite"):
    DATABASES["default"]["TEST"] = {"NAME": str(HANDSLAG_HOME / "test.sqlite3")}
else:
    DATABASES["default"]["TEST"] = {"NAME": os.environ.get("HANDSLAG_TEST_NAME", "handslag_test")}
TEMPLATES[0]["OPTIONS"]["string_if_invalid"] = UndefinedVariable("%s")
MIDDLEWARE.insert(0, "tests.scanning.middleware")
PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"},
}
OWN_CACHE = CACHES["default"]
CACHES = {"default": {"BACKEND": "django.core.cache.backends.locmem.LocMemCache"}, "own": OWN_CACHE}
"""Quick, and there without a database; beside it the product's own, which tests/test_cache.py tries."""
