"""Settings of a measured installation: the product's own, with the baseline page beside it."""

from handslag.settings import *  # noqa: F403

ROOT_URLCONF = "tests.bench_app"
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"},
}
